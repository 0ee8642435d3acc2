// A virtual arm, a hand and a calibration run over them, with the moves a person makes. Test code only.

import { SO101, SO101_CHAIN, type Calibration } from '$lib/contracts';
import { createArmSession, type ArmSession } from '../../arm-session';
import { STS3215_DRIVER } from '../../feetech';
import { createVirtualArm, type VirtualArm, type VirtualArmOptions } from '../../testing/virtual-arm';
import { createCalibration, type CalibrationRun } from '../create-calibration';
import type { CalibrateView } from '../calibrate-view';
import { createHand, type Hand } from './hand';

export interface Bench {
	readonly arm: VirtualArm;
	readonly hand: Hand;
	readonly session: ArmSession;
	readonly run: CalibrationRun;
	readonly views: CalibrateView[];
	/** Lets virtual time run until the view fits; throws after `limitMs` of it. */
	until(fits: (view: CalibrateView) => boolean, limitMs?: number): Promise<CalibrateView>;
	/** Hand to these angles, and a few readings there. */
	moveTo(targets: Partial<Record<number, number>>): Promise<void>;
	/** Begins, holds the middle, moves every joint (but the roll) to both stops and back. */
	sweepAll(share?: number): Promise<void>;
	/** What a look at the memory says, power-cycled. */
	remembered(): Calibration;
}

export async function createBench(
	options: VirtualArmOptions & { middle?: readonly number[] } = {}
): Promise<Bench> {
	const hand = createHand(options.middle);
	const arm = await createVirtualArm({ ...options, plant: hand.plant });
	const session = createArmSession({
		spec: SO101,
		bus: arm.commands,
		driver: STS3215_DRIVER,
		scheduler: arm.scheduler
	});
	const views: CalibrateView[] = [];
	const run = createCalibration({
		spec: SO101,
		bus: arm.commands,
		driver: STS3215_DRIVER,
		session,
		scheduler: arm.scheduler,
		onView: (view) => void views.push(view)
	});

	const until: Bench['until'] = async (fits, limitMs = 20_000) => {
		const endMs = arm.scheduler.now() + limitMs;
		for (let idle = 0; !fits(run.view);) {
			// All promise steps first: they schedule the next event.
			await new Promise((resolve) => setImmediate(resolve));
			if (fits(run.view)) break;
			idle = arm.scheduler.runNext(endMs) ? 0 : idle + 1;
			if (idle > 3) throw new Error(`still ${run.view.step} (${run.view.problem?.code ?? 'no problem'})`);
		}
		return run.view;
	};

	const moveTo: Bench['moveTo'] = async (targets) => {
		for (const [joint, rad] of Object.entries(targets))
			if (rad !== undefined) hand.target[Number(joint)] = rad;
		await until(() => hand.arrived());
		const seen = views.length;
		await until(() => views.length > seen + 1);
	};

	return {
		arm,
		hand,
		session,
		run,
		views,
		until,
		moveTo,
		async sweepAll(share = 1) {
			run.begin();
			await until(({ step }) => step === 'middle');
			run.middleIsSet();
			await until(({ step }) => step === 'sweep');
			const home = Float64Array.from(hand.target);
			for (const end of ['minRad', 'maxRad'] as const)
				for (const [j, joint] of SO101_CHAIN.joints.entries()) {
					if (joint.name === 'wrist_roll') continue;
					await moveTo({ [j]: (home[j] ?? 0) + share * (joint[end] - (home[j] ?? 0)) });
				}
		},
		remembered() {
			for (const { memory } of arm.chain.servos) memory.powerUp();
			return Object.fromEntries(
				SO101.joints.map((joint, j) => {
					const memory = arm.chain.servos[j]?.memory;
					return [
						joint.name,
						{
							id: joint.servoId,
							drive_mode: 0 as const,
							homing_offset: memory?.signed(31, 11) ?? Number.NaN,
							range_min: memory?.word(9) ?? Number.NaN,
							range_max: memory?.word(11) ?? Number.NaN
						}
					];
				})
			);
		}
	};
}
