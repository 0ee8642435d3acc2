// Gives one motor its number and rate, as LeRobot's `setup_motor` does, and then reads back that it holds them. What was
// acknowledged is not believed, what was not acknowledged may have happened all the same: after each write the motor is
// looked for where it should be now, and where it was. So a line that swallows an answer costs a question and no second
// write, and whoever starts again after a cable was pulled finds the motor wherever it stands.
//
// Lasting memory is written only where it differs, unlocked before and locked afterwards. LeRobot leaves it unlocked.

import { FEETECH_BAUD_RATES, STS3215, type Register } from '../feetech/registers';
import { bytesOf, valueIn } from '../feetech/sts3215';
import type { ServoLine } from '../find/servo-line';
import type { FoundMotor, SetupProblem } from './setup-state';

export interface MotorTarget {
	readonly id: number;
	readonly baudRate: number;
	readonly modelNumber: number;
}

export interface WriteCounters {
	/** Write requests to memory that wears out. */
	eepromWrites: number;
}

/** From the model's number to the rate. */
const IDENTITY = { address: STS3215.modelNumber.address, length: 4 } as const;
const TRIES = 4;
/** Longer each time: a servo that stores something is deaf for some milliseconds, a computer may stand still for longer. */
const PATIENCE_MS: readonly number[] = [15, 60, 150, 150];

type Outcome = SetupProblem | null;
interface Place {
	id: number;
	baudRate: number;
}

const LOST: SetupProblem = { code: 'motor_lost', details: {} };
const refused = (register: Register): SetupProblem => ({
	code: 'setting_refused',
	details: { register: register.name }
});

/** null: the motor holds number and rate, and is locked. */
export async function writeMotor(
	line: ServoLine,
	motor: FoundMotor,
	target: MotorTarget,
	counters: WriteCounters
): Promise<Outcome> {
	const at: Place = { id: motor.id, baudRate: motor.baudRate };
	const outcome = await writeAt(line, at, target, counters);
	// Also a port that is closed and does not open again: only a port that is open could have lost the motor.
	return line.lost ? { code: 'port_lost', details: {} } : outcome;
}

async function writeAt(
	line: ServoLine,
	at: Place,
	target: MotorTarget,
	counters: WriteCounters
): Promise<Outcome> {
	if ((await line.open(at.baudRate)) !== null) return { code: 'port_lost', details: {} };
	if (at.id !== target.id || at.baudRate !== target.baudRate) {
		const prepared =
			(await setFlag(line, at, STS3215.torqueEnable, 0)) ?? (await setFlag(line, at, STS3215.lock, 0));
		if (prepared !== null) return prepared;
		const moved =
			(await move(line, at, { id: target.id, baudRate: at.baudRate }, counters)) ??
			(await move(line, at, { id: target.id, baudRate: target.baudRate }, counters));
		if (moved !== null) return moved;
	}
	return (await setFlag(line, at, STS3215.lock, 1)) ?? checked(line, at, target);
}

/** A byte that is forgotten without power: written where it differs, until it is read back. */
async function setFlag(line: ServoLine, at: Place, register: Register, value: number): Promise<Outcome> {
	for (let attempt = 0; attempt < TRIES; attempt++) {
		const held = await readByte(line, at.id, register);
		if (held === null) return LOST;
		if (held === value) return null;
		await line.write(at.id, register.address, bytesOf(register, value), PATIENCE_MS[attempt] ?? 0);
	}
	const held = await readByte(line, at.id, register);
	return held === value ? null : held === null ? LOST : refused(register);
}

/** One step to another number or another rate; `at` follows the motor. */
async function move(line: ServoLine, at: Place, to: Place, counters: WriteCounters): Promise<Outcome> {
	if (at.id === to.id && at.baudRate === to.baudRate) return null;
	const from = { ...at };
	const register = from.id === to.id ? STS3215.baudRate : STS3215.id;
	const value = from.id === to.id ? FEETECH_BAUD_RATES.indexOf(to.baudRate) : to.id;
	let seen = true;
	for (let attempt = 0; attempt < TRIES; attempt++) {
		const patienceMs = PATIENCE_MS[attempt] ?? 0;
		if (seen) {
			counters.eepromWrites += 1;
			await line.write(from.id, register.address, bytesOf(register, value), patienceMs);
		}
		if ((await identityAt(line, to, patienceMs)) !== null) {
			Object.assign(at, to);
			return settle(line, at, register, value, counters);
		}
		seen = (await identityAt(line, from, patienceMs)) !== null;
		if (line.lost) return LOST;
	}
	return seen ? refused(register) : LOST;
}

/**
 * A servo whose power failed for a moment wakes up locked, and what is written then is forgotten with the next power cut:
 * so it must still be unlocked after the write, or the write is done again.
 */
async function settle(
	line: ServoLine,
	at: Place,
	register: Register,
	value: number,
	counters: WriteCounters
): Promise<Outcome> {
	for (let attempt = 0; attempt < TRIES; attempt++) {
		const lock = await readByte(line, at.id, STS3215.lock);
		if (lock === 0) return null;
		if (lock === null) return LOST;
		const unlocked = await setFlag(line, at, STS3215.lock, 0);
		if (unlocked !== null) return unlocked;
		counters.eepromWrites += 1;
		await line.write(at.id, register.address, bytesOf(register, value), PATIENCE_MS[attempt] ?? 0);
	}
	return refused(STS3215.lock);
}

async function readByte(line: ServoLine, id: number, register: Register): Promise<number | null> {
	for (const patienceMs of PATIENCE_MS) {
		const { answers } = await line.read(id, register.address, 1, patienceMs);
		const [byte] = answers[0]?.data ?? [];
		if (byte !== undefined) return byte;
	}
	return null;
}

interface Identity {
	readonly modelNumber: number;
	readonly id: number;
	readonly baudIndex: number;
}

/** What the motor at this place says of itself; null when nobody whole answers there. */
async function identityAt(line: ServoLine, at: Place, patienceMs: number): Promise<Identity | null> {
	if ((await line.open(at.baudRate)) !== null) return null;
	const { answers } = await line.read(at.id, IDENTITY.address, IDENTITY.length, patienceMs);
	const data = answers[0]?.data;
	if (data === undefined) return null;
	const field = (register: Register): number => valueIn(data, IDENTITY.address, register);
	return {
		modelNumber: field(STS3215.modelNumber),
		id: field(STS3215.id),
		baudIndex: field(STS3215.baudRate)
	};
}

async function checked(line: ServoLine, at: Place, target: MotorTarget): Promise<Outcome> {
	for (const patienceMs of PATIENCE_MS) {
		const identity = await identityAt(line, at, patienceMs);
		if (identity === null) continue;
		if (identity.modelNumber !== target.modelNumber) return refused(STS3215.modelNumber);
		if (identity.id !== target.id) return refused(STS3215.id);
		return FEETECH_BAUD_RATES[identity.baudIndex] === target.baudRate ? null : refused(STS3215.baudRate);
	}
	return LOST;
}
