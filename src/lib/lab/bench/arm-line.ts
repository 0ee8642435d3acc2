// One arm on the bench: its pipe (with every byte noted), bus and commands, and the means to lose it and get it back. The
// same for a real port and for the virtual stand-in; whoever measures cannot tell them apart, only `kind` says which it is.

import { SO101, type Calibration, type SerialTransport } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import {
	ControlLoop,
	createBusCommands,
	createFeetechBus,
	createUnitConverter,
	STS3215_DRIVER,
	type BusCommands,
	type Gate,
	type LoopInputs,
	type ServoBus
} from '$lib/robot';
import type { ArmKind } from './bench-types';

/** What a person does to a real arm; the virtual one has it done to it. */
export interface VirtualHand {
	pullCable(): void;
	putCableBack(): void;
	switchOff(): void;
	switchOn(): void;
	/** The gripper meets something soft where it stands now. */
	holdSoftThing(): void;
	letGo(): void;
}

export interface BenchArm {
	readonly kind: ArmKind;
	/** Open. Another one after `reopen`. */
	readonly transport: SerialTransport;
	/** Set for the virtual arm. */
	readonly hand: VirtualHand | null;
	/** Tries once to have the port again after it was lost. */
	reopen(): Promise<boolean>;
	close(): Promise<void>;
}

export const BENCH_RATE_HZ = 200;
/** Rare requests are patient: a virtual arm, or a computer that stood still, is no missing servo. */
const PATIENCE_MS = 100;

/** Everything that hangs on one opening of the port. */
export class ArmLine {
	readonly bus: ServoBus;
	readonly commands: BusCommands;
	readonly #scheduler: Scheduler;

	constructor(arm: BenchArm, scheduler: Scheduler) {
		this.#scheduler = scheduler;
		this.bus = createFeetechBus(arm.transport, scheduler, { marginMs: PATIENCE_MS });
		this.commands = createBusCommands(this.bus);
	}

	/** A loop that reads everything and never writes, unless it is given a gate that lets something through. */
	loop(
		calibration: Calibration | null,
		moving: { readonly gate: Gate; readonly inputs: LoopInputs } = STILL
	): ControlLoop {
		return new ControlLoop({
			armId: 'bench',
			spec: SO101,
			bus: this.bus,
			driver: STS3215_DRIVER,
			scheduler: this.#scheduler,
			units: createUnitConverter(SO101, calibration ?? WHOLE_TURN),
			rateHz: BENCH_RATE_HZ,
			...moving
		});
	}

	close(): void {
		this.bus.close();
	}
}

/** For an arm without calibration: the loop's units mean nothing then, its times do. */
const WHOLE_TURN: Calibration = Object.fromEntries(
	SO101.joints.map(({ name, servoId }) => [
		name,
		{ id: servoId, drive_mode: 0, homing_offset: 0, range_min: 0, range_max: SO101.ticksPerTurn - 1 }
	])
);

const NOTHING = new Float32Array(SO101.joints.length).fill(Number.NaN);

const STILL: { readonly gate: Gate; readonly inputs: LoopInputs } = {
	gate: { step: () => ({ send: false, goal: NOTHING, limitedBy: 0 }), reset: () => undefined },
	inputs: { epoch: 0, setpoint: null, stopped: true, pageBeatMs: Number.NEGATIVE_INFINITY }
};
