/**
 * The lab without a browser, on virtual time: gate, loop, real bus bytes, servo chain, MuJoCo, as the workers have them.
 * Knows how to arm the virtual follower and to let time pass; knows no expert, no policy and no camera. Test code, and what
 * records the demonstrations of the bundled policy and judges it.
 */
import { labRateHz, LIMITED_BY, SO101, type Setpoint, type SetpointSource } from '$lib/contracts';
import { createGate, SO101_SERVO_LIMITS, type SafetyGate, type SafetyGateOutput } from '$lib/robot/safety';
import { STS3215_DRIVER } from '../../../robot/feetech';
import { createVirtualArm, createVirtualLoop } from '../../../robot/testing/virtual-arm';
import type { MujocoPlant } from '../../mujoco/mujoco-plant';

/** Record ticks per second. */
export const LAB_FPS = 30;

/** Asked once per loop tick with what the gate said in the tick before; null while there is no wish. */
export type WishAt = (nowMs: number, gate: SafetyGateOutput | null) => Float32Array | null;

export interface LockstepLab {
	/** Of the control loop. */
	readonly rateHz: number;
	/** Virtual milliseconds. */
	readonly nowMs: number;
	/** Joint positions as the loop read them last, LeRobot units; null before the first read. */
	readonly state: Float32Array | null;
	/** Ticks in which the gate changed a wish, by name of the reason. */
	readonly limited: Readonly<Record<string, number>>;
	readonly failedTicks: number;
	/** Whom the gate hears from now on. */
	follow(source: SetpointSource, wishAt: WishAt): void;
	/** Lets time pass until `untilMs`; the physics then stands at exactly that instant. */
	advanceTo(untilMs: number): void;
	close(): Promise<void>;
}

export interface LockstepLabOptions {
	readonly seed: number;
	/** Counts as a policy that was seen before: no first minute. */
	readonly policyIsKnown?: boolean;
}

/** Arms the virtual follower on the plant as it stands. Throws where a servo does not answer: a defect of ours. */
export async function createLockstepLab(
	plant: MujocoPlant,
	options: LockstepLabOptions
): Promise<LockstepLab> {
	const arm = await createVirtualArm({ plant, seed: options.seed });
	for (const [j, joint] of SO101.joints.entries()) {
		const limits = SO101_SERVO_LIMITS[j];
		const position = await arm.settle(STS3215_DRIVER.readPosition(arm.commands, joint.servoId));
		if (!limits || !position.ok) throw new Error(`cannot arm ${joint.name}`);
		await arm.settle(STS3215_DRIVER.setLimits(arm.commands, joint.servoId, limits));
		await arm.settle(STS3215_DRIVER.setGoal(arm.commands, joint.servoId, position.value));
		await arm.settle(STS3215_DRIVER.setTorque(arm.commands, joint.servoId, true));
	}
	let said: SafetyGateOutput | null = null;
	let source: SetpointSource = 'expert';
	let wishAt: WishAt = () => null;
	const inputs = {
		epoch: 1,
		stopped: false,
		get pageBeatMs() {
			return arm.scheduler.now();
		},
		get setpoint(): Setpoint | null {
			const tMs = arm.scheduler.now();
			const q = wishAt(tMs, said);
			return q === null ? null : { v: 1, source, epoch: 1, tMs, q };
		}
	};
	const inner = createGate();
	inner.introducePolicy(options.policyIsKnown === true ? 0 : undefined);
	const gate: SafetyGate = {
		step: (input) => (said = inner.step(input)),
		reset: () => inner.reset(),
		introducePolicy: (slowMs) => inner.introducePolicy(slowMs),
		get loadShare() {
			return inner.loadShare;
		}
	};
	const rateHz = labRateHz(LAB_FPS);
	const loop = createVirtualLoop(arm, { gate, inputs, rateHz });
	const limited: Record<string, number> = {};
	loop.committed.on(() => {
		for (const bits of loop.takeBatch()?.limitedBy ?? [])
			for (const [name, bit] of Object.entries(LIMITED_BY))
				if (bits & bit) limited[name] = (limited[name] ?? 0) + 1;
	});
	loop.setArmed(true);
	loop.start();
	return {
		rateHz,
		get nowMs() {
			return arm.scheduler.now();
		},
		get state() {
			return loop.state;
		},
		limited,
		get failedTicks() {
			return loop.counters.failedTicks;
		},
		follow(nextSource, nextWishAt) {
			source = nextSource;
			wishAt = nextWishAt;
		},
		advanceTo(untilMs) {
			arm.scheduler.advanceTo(untilMs);
			arm.chain.advanceTo(untilMs);
		},
		async close() {
			loop.stop();
			await arm.settle(arm.transport.close());
		}
	};
}
