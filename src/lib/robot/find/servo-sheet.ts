// What one STS3215 says of itself: who it is, what it was set to, how it is. Read with as few questions as possible, in
// several rounds over all servos rather than several times each, so that a computer that stood still costs one round.
// Reads only.

import { STATUS_ERROR } from '../feetech/packet';
import { STS3215, type Register } from '../feetech/registers';
import { valueIn } from '../feetech/sts3215';
import type { ServoLine } from './servo-line';

/** Everything that survives a power cycle. */
const LASTING = { address: 0, length: 40 } as const;
/** From Present_Position to Present_Current. */
const STATE = { address: STS3215.presentPosition.address, length: 15 } as const;

export interface ServoSheet {
	readonly id: number;
	readonly modelNumber: number;
	readonly firmware: string;
	readonly homingOffset: number;
	readonly rangeMin: number;
	readonly rangeMax: number;
	/** What it was made for, V. */
	readonly minVolts: number;
	readonly maxVolts: number;
	readonly maxCelsius: number;
	/** Measured now; null when only the lasting part was read. */
	readonly now: ServoState | null;
	/** Error bits of its answers. */
	readonly errorBits: number;
}

export interface ServoState {
	readonly volts: number;
	readonly celsius: number;
	/** Percent of the largest torque, signed. */
	readonly load: number;
}

/**
 * `colliding`: something answers at this id, and it is not one servo: the answers are damaged every time, or there are
 * two of them. `late`: it answers, and every time after it had been given up. `silent`: nothing came, not even damaged.
 */
export type Presence =
	| { readonly kind: 'sheet'; readonly sheet: ServoSheet }
	| { readonly kind: 'colliding' }
	| { readonly kind: 'late' }
	| { readonly kind: 'silent' };

export const SILENT: Presence = { kind: 'silent' };

/** How far the rounds have come with one id. */
interface Looked {
	lasting: Uint8Array | null;
	state: Uint8Array | null;
	errorBits: number;
	/** Questions that brought bytes and no answer. */
	damaged: number;
	twice: boolean;
}

/** So many damaged answers in a row: on a line where every tenth is, that befalls one servo in a million. */
const DAMAGED_TIMES = 6;
/** For these questions the servo is known to be awake. */
const DAMAGED_PATIENCE_MS = 15;
const MOST_ROUNDS = 16;

/** Before anybody is said to be silent. */
export interface LatePatience {
	/** How long is listened on for answers to what was asked before, ms. */
	readonly drainMs: number;
	/** Where anybody was late: how long each of those without an answer is waited for once more, ms. */
	readonly patienceMs: number;
}

/** Six late servos, each asked for two things, stay within what a person waits for a diagnosis. */
export const LATE: LatePatience = { drainMs: 400, patienceMs: 450 };

/**
 * Asks each of `ids` in rounds, `patienceMs` holds one entry per round. Rounds beyond those are added for servos that
 * answer damaged, so that a word can be said about them. From the third round on a chain that has said nothing at all is
 * asked once only: whatever stood still, stood still for all. With `late`, who did not answer is listened for once more.
 */
export async function readSheets(
	line: ServoLine,
	ids: readonly number[],
	patienceMs: readonly number[],
	late?: LatePatience
): Promise<Presence[]> {
	const looked = ids.map((): Looked => ({
		lasting: null,
		state: null,
		errorBits: 0,
		damaged: 0,
		twice: false
	}));
	for (let round = 0; round < MOST_ROUNDS; round++) {
		const beyond = round >= patienceMs.length;
		for (const [index, id] of ids.entries()) {
			const entry = looked[index];
			if (entry === undefined || isFinished(entry) || (beyond && entry.damaged === 0)) continue;
			await look(line, id, entry, patienceMs[round] ?? DAMAGED_PATIENCE_MS);
			if (!line.alive) return ids.map(() => SILENT);
			if (round >= 2 && looked.every(isUnheard)) break;
		}
	}
	if (late !== undefined) {
		const open = ids.flatMap((id, index) => {
			const entry = looked[index];
			return entry === undefined || isFinished(entry) ? [] : [{ id, entry }];
		});
		await askTheLate(line, open, late);
		if (!line.alive) return ids.map(() => SILENT);
	}
	return ids.map((id, index) => presenceOf(id, looked[index], line.wasLate(id)));
}

async function askTheLate(
	line: ServoLine,
	open: readonly { readonly id: number; readonly entry: Looked }[],
	{ drainMs, patienceMs }: LatePatience
): Promise<void> {
	if (open.length === 0) return;
	await line.listen(drainMs);
	// Where one is late, the others may be later still.
	if (!open.some(({ id }) => line.wasLate(id))) return;
	for (const { id, entry } of open) if (line.alive) await look(line, id, entry, patienceMs);
}

function isUnheard({ lasting, damaged }: Looked): boolean {
	return lasting === null && damaged === 0;
}

function isFinished(entry: Looked): boolean {
	return entry.twice || entry.damaged >= DAMAGED_TIMES || (entry.lasting !== null && entry.state !== null);
}

async function look(line: ServoLine, id: number, entry: Looked, patienceMs: number): Promise<void> {
	entry.lasting ??= await ask(line, id, entry, LASTING, patienceMs);
	if (entry.lasting === null || entry.twice) return;
	entry.state ??= await ask(line, id, entry, STATE, patienceMs);
}

async function ask(
	line: ServoLine,
	id: number,
	entry: Looked,
	block: { readonly address: number; readonly length: number },
	patienceMs: number
): Promise<Uint8Array | null> {
	const { answers, garbageBytes } = await line.read(id, block.address, block.length, patienceMs);
	const [first] = answers;
	if (first === undefined) {
		if (garbageBytes > 0) entry.damaged += 1;
		return null;
	}
	// The same answer twice is an adapter that stutters; two servos differ at least in where they stand.
	if (answers.some(({ data }) => !isSame(data, first.data))) entry.twice = true;
	entry.errorBits |= first.errorBits;
	entry.damaged = 0;
	return first.data;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function presenceOf(id: number, entry: Looked | undefined, late: boolean): Presence {
	if (entry === undefined) return SILENT;
	if (entry.twice || entry.damaged >= DAMAGED_TIMES) return { kind: 'colliding' };
	if (entry.lasting === null) return late ? { kind: 'late' } : SILENT;
	return { kind: 'sheet', sheet: sheetOf(id, entry.lasting, entry.state, entry.errorBits) };
}

function sheetOf(id: number, lasting: Uint8Array, state: Uint8Array | null, errorBits: number): ServoSheet {
	const field = (register: Register): number => valueIn(lasting, LASTING.address, register);
	return {
		id,
		modelNumber: field(STS3215.modelNumber),
		firmware: `${field(STS3215.firmwareMajor)}.${field(STS3215.firmwareMinor)}`,
		homingOffset: field(STS3215.homingOffset),
		rangeMin: field(STS3215.minPositionLimit),
		rangeMax: field(STS3215.maxPositionLimit),
		minVolts: field(STS3215.minVoltage) / 10,
		maxVolts: field(STS3215.maxVoltage) / 10,
		maxCelsius: field(STS3215.maxTemperature),
		now: state === null ? null : stateOf(state),
		errorBits
	};
}

function stateOf(state: Uint8Array): ServoState {
	const field = (register: Register): number => valueIn(state, STATE.address, register);
	return {
		volts: field(STS3215.presentVoltage) / 10,
		celsius: field(STS3215.presentTemperature),
		load: field(STS3215.presentLoad) / 10
	};
}

export type VoltageLevel = 'low' | 'high';

/** Whether the supply is outside what the servo was made for; null when it is not, or was not measured. */
export function voltageLevel(sheet: ServoSheet): VoltageLevel | null {
	const volts = sheet.now?.volts;
	if (volts === undefined) return null;
	if (volts > sheet.maxVolts) return 'high';
	if (volts < sheet.minVolts) return 'low';
	// It complains and the reading lies inside: the supply has just dropped, or rises again.
	if ((sheet.errorBits & STATUS_ERROR.voltage) === 0) return null;
	return sheet.maxVolts - volts < volts - sheet.minVolts ? 'high' : 'low';
}
