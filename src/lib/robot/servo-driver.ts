// What the arm session and the control loop need from a servo model, free of register names. `feetech/sts3215` is the one
// implementation today.

import type { Result } from '$lib/core';
import type { BusCommands } from './bus/bus-commands';
import type { BusError } from './bus/bus-error';

/** Telemetry of N servos in physical units, indexed like the joints of the spec. */
export interface ServoReadings {
	/** Encoder steps, homing offset applied. */
	readonly position: Float64Array;
	/** Steps per second. */
	readonly velocity: Float64Array;
	/** Percent of maximum torque, signed. */
	readonly load: Float64Array;
	/** Volts. */
	readonly voltage: Float64Array;
	/** Degrees Celsius. */
	readonly temperature: Float64Array;
	/** Milliampere. */
	readonly current: Float64Array;
}

export function createServoReadings(count: number): ServoReadings {
	const empty = (): Float64Array => new Float64Array(count).fill(Number.NaN);
	return {
		position: empty(),
		velocity: empty(),
		load: empty(),
		voltage: empty(),
		temperature: empty(),
		current: empty()
	};
}

/** What is set in every servo while it is armed, so that even a forgotten goal is approached gently. */
export interface ServoLimits {
	readonly speedTicksPerS: number;
	readonly accelerationTicksPerS2: number;
	/** 0..1 of the servo's maximum torque. */
	readonly torqueFraction: number;
}

export interface ServoIdentity {
	readonly modelNumber: number;
	readonly firmware: string;
	readonly torqueOn: boolean;
	readonly homingOffset: number;
	readonly rangeMin: number;
	readonly rangeMax: number;
}

/** `gripper`: a joint that closes on things and is protected from burning out. */
export type JointDuty = 'arm' | 'gripper';

/** What a servo complains of. Where it says several things at once: the one that must be seen to first. */
export type ServoFault = 'servo_overheat' | 'servo_overload' | 'servo_voltage' | 'servo_fault';

export interface ServoDriver {
	/** Block that is read in every tick, and where a goal is written. */
	readonly state: { readonly address: number; readonly length: number };
	readonly goal: { readonly address: number; readonly length: number };
	/** The position alone, for an arm that is only watched: the shortest answer a servo can give. */
	readonly position: { readonly address: number; readonly length: number };
	/** Writes the goal block of one servo; `position` in steps. */
	encodeGoal(position: number, out: Uint8Array, at: number): void;
	/** Decodes one servo's state block into entry `joint`. */
	decodeState(data: Uint8Array, at: number, joint: number, into: ServoReadings): void;
	/** Decodes one servo's position block, steps. */
	decodePosition(data: Uint8Array, at: number): number;

	/** Names the fault bits of an answer. */
	faultOf(bits: number): ServoFault;

	identify(bus: BusCommands, id: number): Promise<Result<ServoIdentity, BusError>>;
	/** Names of lasting settings that differ from what the lab needs. Writes nothing. */
	findDifferences(
		bus: BusCommands,
		id: number,
		duty: JointDuty
	): Promise<Result<readonly string[], BusError>>;
	/** Brings the lasting settings in line; unlocks, writes only what differs, locks. Needs torque off. */
	configure(bus: BusCommands, id: number, duty: JointDuty): Promise<Result<void, BusError>>;
	writeHoming(bus: BusCommands, id: number, homingOffset: number): Promise<Result<void, BusError>>;
	/** Both limits in one packet: a servo never holds one of the new and one of the old. */
	writeRange(bus: BusCommands, id: number, min: number, max: number): Promise<Result<void, BusError>>;
	readPosition(bus: BusCommands, id: number): Promise<Result<number, BusError>>;
	/** Goal that an energised servo holds, steps; null while it is limp. */
	readHeldGoal(bus: BusCommands, id: number): Promise<Result<number | null, BusError>>;
	setGoal(bus: BusCommands, id: number, position: number): Promise<Result<void, BusError>>;
	setLimits(bus: BusCommands, id: number, limits: ServoLimits): Promise<Result<void, BusError>>;
	/**
	 * Whether a servo holds itself, and whether speed and acceleration are limited as `setLimits` left them (not, when it
	 * restarted since). One read.
	 */
	readHold(
		bus: BusCommands,
		id: number,
		limits: ServoLimits
	): Promise<Result<{ readonly torqueOn: boolean; readonly limited: boolean }, BusError>>;
	setTorque(bus: BusCommands, id: number, on: boolean): Promise<Result<void, BusError>>;
}
