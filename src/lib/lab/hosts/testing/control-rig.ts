// A follower under real control, gate, loop, bus and session over the virtual chain, on virtual time. Test code only.

import { SO101, labRateHz, so101FromRad, so101ToRad, type Setpoint } from '$lib/contracts';
import { STS3215_DRIVER, createArmSession, type ArmSession, type ControlLoop } from '$lib/robot';
import { createGate, type GateInput } from '$lib/robot/safety';
import { createVirtualArm, createVirtualLoop, type VirtualArm } from '$lib/robot/testing/virtual-arm';
import { createSo101Plant } from '$lib/sim';
import { ArmControl } from '../arm-control';

const START = [0, -60, 60, 30, 0, 50];
const TORQUE = 40;

export interface ControlRig {
	readonly arm: VirtualArm;
	readonly control: ArmControl;
	readonly loop: ControlLoop;
	readonly session: ArmSession;
	/** Where the active source wants the arm; what a page or a leader would say. */
	readonly wished: number[];
	/** Where the joints really are, LeRobot units. */
	pose(): ArrayLike<number>;
	/** Torque_Enable of every servo. */
	torque(): readonly number[];
	/** Goals that were written since the last call. */
	goalsSent(): number;
	/** Lets virtual time pass, and what waits for it go on. */
	run(seconds: number): Promise<void>;
}

/** The arm answers and is read; nothing has armed it. The page beats in every tick. */
export async function createControlRig({ energised = false } = {}): Promise<ControlRig> {
	const plant = createSo101Plant();
	plant.reset(so101ToRad(START));
	const arm = await createVirtualArm({ plant, energised });
	const { scheduler, chain } = arm;
	const gate = createGate();
	const wished = [...START];
	const control = new ArmControl({
		armId: 'follower',
		scheduler,
		gate,
		parkAllowed: true,
		wishOf: (source, tMs, epoch): Setpoint => ({ v: 1, source, epoch, tMs, q: Float32Array.from(wished) })
	});
	const watched = {
		reset: () => gate.reset(),
		step: (input: GateInput) => {
			control.pageBeatMs = scheduler.now();
			const output = gate.step(input);
			control.gateSaid(output);
			control.watch();
			return output;
		}
	};
	const loop = createVirtualLoop(arm, { gate: watched, inputs: control, rateHz: labRateHz(30) });
	let sent = 0;
	loop.committed.on(() => {
		const batch = loop.takeBatch();
		for (const goal of batch?.goal.filter((_, index) => index % SO101.joints.length === 0) ?? [])
			if (Number.isFinite(goal)) sent += 1;
	});
	const session = createArmSession({ spec: SO101, bus: arm.commands, driver: STS3215_DRIVER, scheduler });
	const found = await arm.settle(session.connect());
	if (!found.ok) throw new Error(found.error.code);
	loop.start();
	control.connected(loop, session, found.value.energised);
	const run = async (seconds: number): Promise<void> => {
		const until = scheduler.now() + 1000 * seconds;
		while (scheduler.now() < until) {
			for (let k = 0; k < 10; k++) await Promise.resolve();
			scheduler.advanceTo(Math.min(until, scheduler.now() + 1));
		}
	};
	await run(0.1);
	return {
		arm,
		control,
		loop,
		session,
		wished,
		pose: () => so101FromRad(plant.q),
		torque: () => chain.servos.map(({ memory }) => memory.byte(TORQUE)),
		goalsSent: () => {
			const now = sent;
			sent = 0;
			return now;
		},
		run
	};
}
