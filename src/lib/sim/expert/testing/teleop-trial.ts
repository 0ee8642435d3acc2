/**
 * One episode of the expert through the ordinary teleoperation path on virtual time: its wishes go to the gate as any
 * source's do, the loop writes and reads real bus packets, the servo chain turns them into torque, MuJoCo into motion.
 * The expert sees what the loop has read, never the plant. Test code only.
 */
import { LIMITED_BY, SO101, SO101_CHAIN, type Setpoint } from '$lib/contracts';
import { frameNamed, frameSpeed } from '$lib/core';
import { STS3215_DRIVER } from '../../../robot/feetech';
import { createGate, SO101_SERVO_LIMITS } from '$lib/robot/safety';
import { createVirtualArm, createVirtualLoop } from '../../../robot/testing/virtual-arm';
import type { MujocoPlant } from '../../mujoco/mujoco-plant';
import type { PickPlaceTask } from '../../mujoco/pick-place-task';
import type { PickPlaceExpert } from '../pick-place-expert';

export interface TeleopTrial {
	readonly success: boolean;
	readonly seconds: number;
	readonly errorM: number;
	/** Fastest the tip really was, m/s. */
	readonly tipSpeedMps: number;
	/** Ticks in which the gate changed a wish, by name of the reason. */
	readonly limited: Readonly<Record<string, number>>;
	readonly failedTicks: number;
	readonly phases: readonly string[];
}

const FPS = 30;
const SETTLE_TICKS = 6;
const tip = frameNamed(SO101_CHAIN, 'gripper_frame');

/** Runs the task's present start. `task` must have reset the arm already: the chain is built on the arm as it stands. */
export async function runTeleopTrial(
	plant: MujocoPlant,
	task: PickPlaceTask,
	expert: PickPlaceExpert,
	limitS = 30
): Promise<TeleopTrial> {
	const arm = await createVirtualArm({ plant, seed: task.seed });
	for (const [j, joint] of SO101.joints.entries()) {
		const limits = SO101_SERVO_LIMITS[j];
		const position = await arm.settle(STS3215_DRIVER.readPosition(arm.commands, joint.servoId));
		if (!limits || !position.ok) throw new Error(`cannot arm ${joint.name}`);
		await arm.settle(STS3215_DRIVER.setLimits(arm.commands, joint.servoId, limits));
		await arm.settle(STS3215_DRIVER.setGoal(arm.commands, joint.servoId, position.value));
		await arm.settle(STS3215_DRIVER.setTorque(arm.commands, joint.servoId, true));
	}
	let wish: Setpoint | null = null;
	const inputs = {
		epoch: 1,
		stopped: false,
		get pageBeatMs() {
			return arm.scheduler.now();
		},
		get setpoint() {
			return wish;
		}
	};
	const loop = createVirtualLoop(arm, { gate: createGate(), inputs });
	const limited: Record<string, number> = {};
	loop.committed.on(() => {
		for (const bits of loop.takeBatch()?.limitedBy ?? [])
			for (const [name, bit] of Object.entries(LIMITED_BY))
				if (bits & bit) limited[name] = (limited[name] ?? 0) + 1;
	});
	loop.setArmed(true);
	loop.start();

	// A source begins where the arm is, so that the gate has nothing to bring together before it follows.
	while (!wish) {
		arm.scheduler.advanceTo(arm.scheduler.now() + 1000 / FPS);
		if (loop.state)
			wish = { v: 1, source: 'expert', epoch: 1, tMs: arm.scheduler.now(), q: loop.state.slice() };
	}
	const startMs = arm.scheduler.now();
	const phases: string[] = [];
	let tipSpeedMps = 0;
	let settled = 0;
	let seconds = 0;
	for (let k = 1; seconds < limitS && settled < SETTLE_TICKS && !task.failed(); k++) {
		seconds = k / FPS;
		for (let ms = 0; ms < 1000 / FPS; ms += 5) {
			arm.scheduler.advanceTo(Math.min(arm.scheduler.now() + 5, startMs + 1000 * seconds));
			tipSpeedMps = Math.max(tipSpeedMps, frameSpeed(SO101_CHAIN, plant.q, plant.qd, tip));
		}
		task.observe();
		if (loop.state === null) continue;
		const decision = expert.decide({ positions: loop.state, task: task.state() });
		if (!phases.at(-1)?.endsWith(decision.phase)) phases.push(`${seconds.toFixed(1)} ${decision.phase}`);
		wish = { v: 1, source: 'expert', epoch: 1, tMs: arm.scheduler.now(), q: decision.action };
		settled = decision.phase === 'done' && task.success() ? settled + 1 : 0;
	}
	loop.stop();
	await arm.settle(arm.transport.close());
	const { cubePositionM: cube, targetPositionM: target } = task.state();
	return {
		success: task.success(),
		seconds,
		errorM: Math.hypot(cube[0] - target[0], cube[1] - target[1]),
		tipSpeedMps,
		limited,
		failedTicks: loop.counters.failedTicks,
		phases
	};
}
