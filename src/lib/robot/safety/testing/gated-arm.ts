/**
 * The virtual arm behind the real bus, loop and gate, on virtual time: what a dead host leaves behind is measured here.
 * Virtual motion is judged by the plant's own angles, not by what the servos report.
 */
import type { JointPlant, SetpointSource } from '$lib/contracts';
import { SO101, so101FromRad, so101ToRad } from '$lib/contracts';
import { createSo101Plant } from '$lib/sim';
import type { ControlLoop } from '../../control-loop';
import { STS3215_DRIVER } from '../../feetech';
import { createVirtualArm, createVirtualLoop, type VirtualArm } from '../../testing/virtual-arm';
import type { GateOptions } from '../gate';
import { createGate } from '../gate';
import { SO101_SERVO_LIMITS } from '../gate-limits';
import type { SafetyGate } from '../gate-types';
import { handPoints, TIP } from './tip-speed';

export interface GatedArm {
	readonly arm: VirtualArm;
	readonly loop: ControlLoop;
	readonly gate: SafetyGate;
	readonly inputs: { epoch: number; stopped: boolean; pageBeatMs: number; source: SetpointSource };
	/** Read once per tick; called with the time of the tick. null = nobody wishes anything. */
	wish: (nowMs: number) => ArrayLike<number> | null;
	/** Seconds of virtual time with page and host alive. */
	run(seconds: number): void;
	/** The host dies now: no byte is written any more. Largest distance of the tip from here within `seconds`, mm. */
	travelAfterKill(seconds: number): number;
	/** True joint values of the plant, LeRobot units. */
	truth(): number[];
	tip(): readonly [number, number, number];
	/** Bits of HEALTH, as the gate said them last. */
	flags(): number;
}

export interface GatedArmOptions {
	/** Level 0 with `payloadKg` at the tip unless given. */
	readonly plant?: JointPlant;
	readonly payloadKg?: number;
	readonly seed?: number;
	readonly gate?: GateOptions;
}

export async function createGatedArm(
	start: readonly number[],
	options: GatedArmOptions = {}
): Promise<GatedArm> {
	const plant = options.plant ?? createSo101Plant({ payloadKg: options.payloadKg ?? 0 });
	plant.reset(so101ToRad(start));
	const arm = await createVirtualArm({ plant, seed: options.seed ?? 1 });
	for (const [j, joint] of SO101.joints.entries()) {
		const limits = SO101_SERVO_LIMITS[j];
		if (!limits) throw new RangeError(joint.name);
		const position = await arm.settle(STS3215_DRIVER.readPosition(arm.commands, joint.servoId));
		if (!position.ok) throw new Error(position.error.code);
		await arm.settle(STS3215_DRIVER.setLimits(arm.commands, joint.servoId, limits));
		await arm.settle(STS3215_DRIVER.setGoal(arm.commands, joint.servoId, position.value));
		await arm.settle(STS3215_DRIVER.setTorque(arm.commands, joint.servoId, true));
	}
	const gate = createGate(options.gate);
	const step = gate.step.bind(gate);
	let health = 0;
	gate.step = (input) => {
		const output = step(input);
		health = output.health;
		return output;
	};
	const state = { epoch: 1, stopped: false, pageBeatMs: 0, source: 'sliders' as SetpointSource };
	const inputs = {
		get epoch() {
			return state.epoch;
		},
		get stopped() {
			return state.stopped;
		},
		get pageBeatMs() {
			return state.pageBeatMs;
		},
		get setpoint() {
			const nowMs = arm.scheduler.now();
			const q = gated.wish(nowMs);
			return (
				q && { v: 1 as const, source: state.source, epoch: state.epoch, tMs: nowMs, q: Float32Array.from(q) }
			);
		}
	};
	const loop = createVirtualLoop(arm, { gate, inputs });
	loop.committed.on(() => void loop.takeBatch());
	loop.setArmed(true);
	loop.start();
	const tip = (): readonly [number, number, number] => {
		const points = handPoints(so101FromRad(plant.q));
		return [points[TIP] ?? NaN, points[TIP + 1] ?? NaN, points[TIP + 2] ?? NaN];
	};
	const gated: GatedArm = {
		arm,
		loop,
		gate,
		inputs: state,
		wish: () => null,
		run(seconds) {
			const until = arm.scheduler.now() + 1000 * seconds;
			while (arm.scheduler.now() < until) {
				state.pageBeatMs = arm.scheduler.now();
				arm.scheduler.advanceTo(Math.min(until, arm.scheduler.now() + 33));
			}
		},
		travelAfterKill(seconds) {
			loop.stop();
			const from = tip();
			let farthest = 0;
			const until = arm.scheduler.now() + 1000 * seconds;
			while (arm.scheduler.now() < until) {
				arm.scheduler.advanceTo(arm.scheduler.now() + 5);
				arm.chain.advanceTo(arm.scheduler.now());
				const to = tip();
				farthest = Math.max(farthest, 1000 * Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]));
			}
			return farthest;
		},
		truth: () => [...so101FromRad(plant.q)],
		tip,
		flags: () => health
	};
	return gated;
}
