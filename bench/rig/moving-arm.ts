// The virtual arm, armed and following a wish that never rests, through the real gate, loop and bus on virtual time: the
// load of the bus and tick benches.

import { SO101 } from '$lib/contracts';
import type { ControlLoop } from '$lib/robot';
import { createGate, SO101_SERVO_LIMITS } from '$lib/robot/safety';
import { STS3215_DRIVER } from '$lib/robot';
import { createVirtualArm, createVirtualLoop, type VirtualArm } from '$lib/robot/testing/virtual-arm';
import { movingInputs } from './moving-inputs';

export interface MovingArm {
	readonly arm: VirtualArm;
	readonly loop: ControlLoop;
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
