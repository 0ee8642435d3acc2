// The STS3215 as a ServoDriver: which registers hold what, in which units, and the settings LeRobot's SO-101 follower
// uses (`so_follower.py`, `configure`). Lasting settings are read in one block and written only where they differ.

import { err, ok, type Result } from '$lib/core';
import type { BusCommands } from '../bus/bus-commands';
import type { BusError } from '../bus/bus-error';
import type { JointDuty, ServoDriver, ServoLimits } from '../servo-driver';
import { STATUS_ERROR } from './packet';
import { STS3215, type Register } from './registers';
import { decodeSignMagnitude, encodeSignMagnitude } from './sign-magnitude';

/** From Present_Position to Present_Current: everything measured, in one read. */
const STATE = { address: STS3215.presentPosition.address, length: 15 } as const;
const POSITION = {
	address: STS3215.presentPosition.address,
	length: STS3215.presentPosition.size
} as const;
const GOAL = { address: STS3215.goalPosition.address, length: STS3215.goalPosition.size } as const;
/** The lasting block, read at once. */
const LASTING_BYTES = 40;
const TORQUE_OFF = 0;
const TORQUE_ON = 1;
/** Phase bit that would make positions leave 0..4095. */
const PHASE_MULTI_TURN = 0x10;
const POSITION_SIGN_BIT = 15;
/** Steps/s^2 per count of the acceleration register. */
const ACCELERATION_UNIT = 100;
const CURRENT_UNIT_MA = 6.5;
const MAX_ACCELERATION = 254;

interface Setting {
	readonly register: Register;
	readonly value: number;
}

const COMMON: readonly Setting[] = [
	{ register: STS3215.returnDelay, value: 0 },
	{ register: STS3215.operatingMode, value: 0 },
	{ register: STS3215.pGain, value: 16 },
	{ register: STS3215.iGain, value: 0 },
	{ register: STS3215.dGain, value: 32 }
];

/** Half the torque and current, so that a gripper that closes on something does not burn out. */
const GRIPPER: readonly Setting[] = [
	{ register: STS3215.maxTorque, value: 500 },
	{ register: STS3215.protectionCurrent, value: 250 },
	{ register: STS3215.overloadTorque, value: 25 }
];

export function bytesOf(register: Register, value: number): Uint8Array {
	const raw = register.signBit === undefined ? value : encodeSignMagnitude(value, register.signBit);
	return register.size === 1 ? Uint8Array.of(raw) : Uint8Array.of(raw & 0xff, raw >> 8);
}

/** Reads a register out of bytes that start at address `base`. */
export function valueIn(data: Uint8Array, base: number, register: Register, at = 0): number {
	const index = at + register.address - base;
	const raw = (data[index] ?? 0) | (register.size === 2 ? (data[index + 1] ?? 0) << 8 : 0);
	return register.signBit === undefined ? raw : decodeSignMagnitude(raw, register.signBit);
}

async function writeAll(
	bus: BusCommands,
	id: number,
	settings: readonly Setting[]
): Promise<Result<void, BusError>> {
	for (const { register, value } of settings) {
		const written = await bus.write(id, register.address, bytesOf(register, value));
		if (!written.ok) return written;
	}
	return ok(undefined);
}

/** Lets `write` reach lasting memory; locks even when it failed. */
async function unlocked(
	bus: BusCommands,
	id: number,
	write: () => Promise<Result<unknown, BusError>>
): Promise<Result<void, BusError>> {
	const open = await writeAll(bus, id, [{ register: STS3215.lock, value: 0 }]);
	const written = open.ok ? await write() : open;
	const locked = await writeAll(bus, id, [{ register: STS3215.lock, value: 1 }]);
	return written.ok ? locked : written;
}

async function writeLasting(
	bus: BusCommands,
	id: number,
	settings: readonly Setting[]
): Promise<Result<void, BusError>> {
	if (settings.length === 0) return ok(undefined);
	return unlocked(bus, id, () => writeAll(bus, id, settings));
}

async function differences(
	bus: BusCommands,
	id: number,
	duty: JointDuty
): Promise<Result<readonly Setting[], BusError>> {
	const block = await bus.read(id, 0, LASTING_BYTES);
	if (!block.ok) return block;
	const factory = await bus.read(id, STS3215.maxAcceleration.address, 1);
	if (!factory.ok) return factory;
	const wanted: Setting[] = [...COMMON, ...(duty === 'gripper' ? GRIPPER : [])];
	const phase = valueIn(block.value, 0, STS3215.phase);
	if (phase & PHASE_MULTI_TURN) wanted.push({ register: STS3215.phase, value: phase & ~PHASE_MULTI_TURN });
	const wrong = wanted.filter(({ register, value }) => valueIn(block.value, 0, register) !== value);
	if (factory.value[0] !== MAX_ACCELERATION)
		wrong.push({ register: STS3215.maxAcceleration, value: MAX_ACCELERATION });
	return ok(wrong);
}

/** The register counts in hundreds of steps/s^2 and 0 means "no limit": the smallest real limit is 1. */
function accelerationRegister(ticksPerS2: number): number {
	return Math.min(MAX_ACCELERATION, Math.max(1, Math.round(ticksPerS2 / ACCELERATION_UNIT)));
}

function speedLimits(limits: ServoLimits): readonly Setting[] {
	return [
		{ register: STS3215.acceleration, value: accelerationRegister(limits.accelerationTicksPerS2) },
		// 0 would mean "as fast as it can": at least one step per second.
		{ register: STS3215.goalVelocity, value: Math.max(1, Math.round(limits.speedTicksPerS)) }
	];
}

export const STS3215_DRIVER: ServoDriver = {
	state: STATE,
	goal: GOAL,
	position: POSITION,

	encodeGoal(position, out, at) {
		const raw = encodeSignMagnitude(position, POSITION_SIGN_BIT);
		out[at] = raw & 0xff;
		out[at + 1] = raw >> 8;
	},

	decodeState(data, at, joint, into) {
		const base = STATE.address;
		into.position[joint] = valueIn(data, base, STS3215.presentPosition, at);
		into.velocity[joint] = valueIn(data, base, STS3215.presentVelocity, at);
		into.load[joint] = valueIn(data, base, STS3215.presentLoad, at) / 10;
		into.voltage[joint] = valueIn(data, base, STS3215.presentVoltage, at) / 10;
		into.temperature[joint] = valueIn(data, base, STS3215.presentTemperature, at);
		into.current[joint] = valueIn(data, base, STS3215.presentCurrent, at) * CURRENT_UNIT_MA;
	},

	decodePosition: (data, at) => valueIn(data, POSITION.address, STS3215.presentPosition, at),

	faultOf(bits) {
		if ((bits & STATUS_ERROR.overheat) !== 0) return 'servo_overheat';
		if ((bits & (STATUS_ERROR.overload | STATUS_ERROR.overcurrent)) !== 0) return 'servo_overload';
		return (bits & STATUS_ERROR.voltage) !== 0 ? 'servo_voltage' : 'servo_fault';
	},

	async identify(bus, id) {
		const block = await bus.read(id, 0, LASTING_BYTES);
		if (!block.ok) return block;
		const torque = await bus.read(id, STS3215.torqueEnable.address, 1);
		if (!torque.ok) return torque;
		const field = (register: Register): number => valueIn(block.value, 0, register);
		return ok({
			modelNumber: field(STS3215.modelNumber),
			firmware: `${field(STS3215.firmwareMajor)}.${field(STS3215.firmwareMinor)}`,
			torqueOn: torque.value[0] === TORQUE_ON,
			homingOffset: field(STS3215.homingOffset),
			rangeMin: field(STS3215.minPositionLimit),
			rangeMax: field(STS3215.maxPositionLimit)
		});
	},

	async findDifferences(bus, id, duty) {
		const found = await differences(bus, id, duty);
		return found.ok ? ok(found.value.map(({ register }) => register.name)) : err(found.error);
	},

	async configure(bus, id, duty) {
		const found = await differences(bus, id, duty);
		return found.ok ? writeLasting(bus, id, found.value) : err(found.error);
	},

	writeHoming(bus, id, homingOffset) {
		return writeLasting(bus, id, [{ register: STS3215.homingOffset, value: homingOffset }]);
	},

	writeRange(bus, id, min, max) {
		// The limits lie side by side.
		const bytes = [...bytesOf(STS3215.minPositionLimit, min), ...bytesOf(STS3215.maxPositionLimit, max)];
		return unlocked(bus, id, () => bus.write(id, STS3215.minPositionLimit.address, Uint8Array.from(bytes)));
	},

	async readPosition(bus, id) {
		const data = await bus.read(id, STS3215.presentPosition.address, STS3215.presentPosition.size);
		return data.ok
			? ok(valueIn(data.value, STS3215.presentPosition.address, STS3215.presentPosition))
			: err(data.error);
	},

	async readHeldGoal(bus, id) {
		// Torque switch and goal lie side by side: one read, one moment.
		const from = STS3215.torqueEnable.address;
		const end = STS3215.goalPosition.address + STS3215.goalPosition.size;
		const data = await bus.read(id, from, end - from);
		if (!data.ok) return data;
		if (valueIn(data.value, from, STS3215.torqueEnable) !== TORQUE_ON) return ok(null);
		return ok(valueIn(data.value, from, STS3215.goalPosition));
	},

	setGoal(bus, id, position) {
		return writeAll(bus, id, [{ register: STS3215.goalPosition, value: position }]);
	},

	setLimits(bus, id, limits) {
		return writeAll(bus, id, [
			...speedLimits(limits),
			{
				register: STS3215.torqueLimit,
				value: Math.min(1000, Math.max(0, Math.round(1000 * limits.torqueFraction)))
			}
		]);
	},

	async readHold(bus, id, limits) {
		// The torque limit says nothing: a servo may lower it by itself, and after a restart it may be the same.
		const from = STS3215.torqueEnable.address;
		const end = STS3215.goalVelocity.address + STS3215.goalVelocity.size;
		const data = await bus.read(id, from, end - from);
		if (!data.ok) return data;
		const holds = ({ register, value }: Setting): boolean => valueIn(data.value, from, register) === value;
		return ok({
			torqueOn: holds({ register: STS3215.torqueEnable, value: TORQUE_ON }),
			limited: speedLimits(limits).every(holds)
		});
	},

	async setTorque(bus, id, on) {
		// As LeRobot does: locked while energised, so that a stray write cannot wear or change lasting settings.
		if (on)
			return writeAll(bus, id, [
				{ register: STS3215.torqueEnable, value: TORQUE_ON },
				{ register: STS3215.lock, value: 1 }
			]);
		return writeAll(bus, id, [{ register: STS3215.torqueEnable, value: TORQUE_OFF }]);
	}
};
