// The virtual arm, armed and following a wish that never rests, through the real gate, loop and bus on virtual time: the
// load of the bus and tick benches.

import { SO101, type Setpoint } from '$lib/contracts';
import type { ControlLoop } from '$lib/robot';
import { createGate, SO101_SERVO_LIMITS } from '$lib/robot/safety';
import { STS3215_DRIVER } from '$lib/robot';
import { createVirtualArm, createVirtualLoop, type VirtualArm } from '$lib/robot/testing/virtual-arm';

export interface MovingArm {
	readonly arm: VirtualArm;
	readonly loop: ControlLoop;
}

/** Wishes of all six joints at `nowMs`, slow enough that the gate lets them through. LeRobot units, written into `out`. */
export function movingWish(nowMs: number, out: Float32Array): Float32Array {
	for (let j = 0; j < out.length; j++) out[j] = 10 * Math.sin(nowMs / 1500 + j) + (j === 5 ? 40 : 0);
	return out;
}

/** Inputs of a loop whose page is alive and whose wish is renewed in every tick. */
export function movingInputs(now: () => number): {
	readonly epoch: number;
	readonly stopped: boolean;
	readonly pageBeatMs: number;
	readonly setpoint: Setpoint;
} {
	const q = new Float32Array(SO101.joints.length);
	return {
		epoch: 1,
		stopped: false,
		get pageBeatMs() {
			return now();
		},
		get setpoint(): Setpoint {
			return { v: 1, source: 'sliders', epoch: 1, tMs: now(), q: movingWish(now(), q) };
		}
	};
}

/** Armed and not started yet. */
export async function createMovingArm(options: {
	readonly rateHz: number;
	readonly usbFrameMs: number;
	readonly armed: boolean;
}): Promise<MovingArm> {
	const arm = await createVirtualArm({ usbFrameMs: options.usbFrameMs });
	if (options.armed)
		for (const [j, joint] of SO101.joints.entries()) {
			const limits = SO101_SERVO_LIMITS[j];
			const position = await arm.settle(STS3215_DRIVER.readPosition(arm.commands, joint.servoId));
			if (!limits || !position.ok) throw new Error(`${joint.name} does not answer`);
			await arm.settle(STS3215_DRIVER.setLimits(arm.commands, joint.servoId, limits));
			await arm.settle(STS3215_DRIVER.setGoal(arm.commands, joint.servoId, position.value));
			await arm.settle(STS3215_DRIVER.setTorque(arm.commands, joint.servoId, true));
		}
	const inputs = movingInputs(() => arm.scheduler.now());
	const loop = createVirtualLoop(arm, { gate: createGate(), inputs, rateHz: options.rateHz });
	loop.setArmed(options.armed);
	return { arm, loop };
}
