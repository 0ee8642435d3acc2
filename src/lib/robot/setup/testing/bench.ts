// One set-up on a virtual chain: which motors are plugged in, what the person says, what became of the servos. Test code
// only.

import { expect } from 'vitest';
import { SO101, type SerialTransport } from '$lib/contracts';
import { PRESETS_OUT_OF_THE_BOX } from '$lib/sim';
import { createVirtualPort, type VirtualPort, type VirtualPortOptions } from '../../find/testing/port';
import { createMotorSetup, type MotorSetupRun } from '../create-motor-setup';
import type { MotorSetupView } from '../setup-state';

export const [ID, BAUD] = [5, 6];
const [TORQUE, LOCK] = [40, 55];
export const ORDER = ['gripper', 'wrist_roll', 'wrist_flex', 'elbow_flex', 'shoulder_lift', 'shoulder_pan'];
export const AS_NEW = { calibration: null, configured: false } as const;
export const NEW_ARM: VirtualPortOptions = { ...AS_NEW, presets: PRESETS_OUT_OF_THE_BOX };
export const indexOf = (name: string): number => SO101.joints.findIndex((joint) => joint.name === name);

export interface Bench {
	readonly port: VirtualPort;
	readonly run: MotorSetupRun;
	readonly views: MotorSetupView[];
	/** Leaves only these motors on the bus. */
	plug(...joints: string[]): void;
	/** Says that the motor is connected and waits for what comes of it. */
	connect(): Promise<MotorSetupView>;
	/** Lets the search and the writing end. */
	rest(): Promise<MotorSetupView>;
	servo(joint: string): VirtualPort['chain']['servos'][number];
	problem(): string | null;
}

export function bench(
	options: VirtualPortOptions = NEW_ARM,
	joints?: readonly string[],
	port: VirtualPort = createVirtualPort(options),
	replugged?: () => Promise<SerialTransport | null>
): Bench {
	const views: MotorSetupView[] = [];
	let wake: () => void = () => undefined;
	const { transport, scheduler, chain } = port;
	const run = createMotorSetup({
		transport,
		scheduler,
		spec: SO101,
		onView: (view) => {
			views.push(view);
			wake();
		},
		...(joints === undefined ? {} : { joints }),
		...(replugged === undefined ? {} : { replugged })
	});
	const isResting = (): boolean => run.view.step !== 'searching' && run.view.step !== 'writing';
	const rest = async (): Promise<MotorSetupView> => {
		while (!isResting())
			await port.settle(
				new Promise<void>((resolve) => {
					wake = resolve;
				})
			);
		return run.view;
	};
	const servo = (joint: string) => {
		const found = chain.servos[indexOf(joint)];
		if (found === undefined) throw new Error(`no servo ${joint}`);
		return found;
	};
	return {
		port,
		run,
		views,
		rest,
		servo,
		plug(...names) {
			for (const servo of chain.servos) servo.missing = true;
			for (const name of names) servo(name).missing = false;
		},
		connect() {
			run.motorIsConnected();
			return rest();
		},
		problem: () => run.view.problem?.code ?? null
	};
}

/** What a servo wakes up with. */
export function lasting(servo: ReturnType<Bench['servo']>): number[] {
	servo.memory.powerUp();
	return [...servo.memory.bytes.slice(0, 40)];
}

export function expectSetUp(bench: Bench, joint: string): void {
	const servo = bench.servo(joint);
	expect(servo.memory.byte(LOCK)).toBe(1);
	expect(servo.memory.byte(TORQUE)).toBe(0);
	const memory = lasting(servo);
	expect([memory[ID], memory[BAUD]]).toEqual([indexOf(joint) + 1, 0]);
}
