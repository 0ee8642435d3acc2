// Who is on the port, at any of the eight rates of Feetech servos and under any id. Reads only. For arms that do not answer
// as they should and for single motors fresh from their box; an arm that was set up is not searched, it is asked.
//
// Everybody is asked at once first (broadcast ping). Whoever answered, and a few ids besides, is then asked alone: answers
// to everybody may damage each other. Asking every single id is left to the patient.

import type { Scheduler } from '$lib/core';
import type { FoundServo, SerialTransport } from '$lib/contracts';
import { FEETECH_BAUD_RATES, STS3215 } from '../feetech/registers';
import { ServoLine } from './servo-line';
import { LATE, readSheets, type LatePatience, type ServoSheet } from './servo-sheet';

export interface FindProgress {
	readonly baudRate: number;
	/** 0..1 of all that will be asked. */
	readonly share: number;
}

export interface FindOptions {
	readonly transport: SerialTransport;
	readonly scheduler: Scheduler;
	/** Rejects the search with its reason. */
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: FindProgress) => void;
	/** In the order searched; default: all of Feetech's, fastest first. */
	readonly baudRates?: readonly number[];
	/** Asked alone at each rate whoever answers; default 1..6. */
	readonly ids?: readonly number[];
	/**
	 * Asks every id alone where nobody answered everybody's question, a few seconds per rate. `if_damaged`: only where
	 * something came that was no answer, as when several talk at once.
	 */
	readonly everyId?: boolean | 'if_damaged';
	/** No further rate once somebody was found: for a bus with one motor. */
	readonly stopAtFirst?: boolean;
	readonly usbFrameMs?: number;
}

export interface PortScan {
	readonly servos: readonly FoundServo[];
	readonly sheets: readonly (ServoSheet & { readonly baudRate: number })[];
	/** Ids at which more than one servo answers. */
	readonly colliding: readonly { readonly id: number; readonly baudRate: number }[];
	/** Bytes that were no servo's answer. */
	readonly garbageBytes: number;
	/** Null when the search went through; otherwise the code of the port's failure. */
	readonly failure: string | null;
}

const SO101_IDS: readonly number[] = [1, 2, 3, 4, 5, 6];
/** The largest id a servo may have is 253; 0 is allowed too. */
const EVERY_ID: readonly number[] = Array.from({ length: 254 }, (_, id) => id);
/**
 * Patience with everybody's answer. Whether servos of every firmware wait for their turn by id is not written anywhere;
 * one that would come later than this is found by being asked alone.
 */
const BROADCAST_MS = 120;
/** Where everybody's question brought nothing, one quick round will do. */
const QUICK_ROUND_MS: readonly number[] = [10];
const ROUNDS_MS: readonly number[] = [10, 25];
/** With 252 ids to ask, somebody slower than this is not waited for. */
const KNOCK_MS = 3;
/** The shortest question and answer: the model's number. */
const KNOCK = { address: STS3215.modelNumber.address, length: STS3215.modelNumber.size } as const;

/** Leaves the port open at the rate searched last. */
export async function findServos(options: FindOptions): Promise<PortScan> {
	const line = new ServoLine(options);
	try {
		return await findOn(line, options);
	} finally {
		line.release();
	}
}

/** The same on a line that is already there. */
export async function findOn(
	line: ServoLine,
	options: Omit<FindOptions, 'transport' | 'scheduler' | 'usbFrameMs'>
): Promise<PortScan> {
	const rates = options.baudRates ?? FEETECH_BAUD_RATES;
	const sheets: (ServoSheet & { baudRate: number })[] = [];
	const colliding: { id: number; baudRate: number }[] = [];
	let garbageBytes = 0;
	let failure: string | null = null;
	for (const [index, baudRate] of rates.entries()) {
		const report = (part: number): void =>
			options.onProgress?.({ baudRate, share: (index + part) / rates.length });
		report(0);
		failure = await line.open(baudRate);
		if (failure !== null) break;
		// At the rate that servos have nobody is passed over for being late; where hardly any servo is, that would take too long.
		const at = await searchRate(line, options, report, index === 0 ? LATE : undefined);
		if (line.lost) failure = 'port_gone';
		if (failure !== null) break;
		sheets.push(...at.sheets.map((sheet) => ({ ...sheet, baudRate })));
		colliding.push(...at.colliding.map((id) => ({ id, baudRate })));
		garbageBytes += at.garbageBytes;
		if (options.stopAtFirst === true && at.sheets.length + at.colliding.length > 0) break;
	}
	options.signal?.throwIfAborted();
	return { servos: sheets.map(foundServo), sheets, colliding, garbageBytes, failure };
}

export function foundServo(sheet: ServoSheet & { readonly baudRate: number }): FoundServo {
	const { id, baudRate, modelNumber, firmware, now } = sheet;
	return { id, baudRate, modelNumber, firmware, voltageV: now?.volts ?? null };
}

interface RateScan {
	readonly sheets: readonly ServoSheet[];
	readonly colliding: readonly number[];
	readonly garbageBytes: number;
}

async function searchRate(
	line: ServoLine,
	options: Pick<FindOptions, 'ids' | 'everyId'>,
	report: (part: number) => void,
	late: LatePatience | undefined
): Promise<RateScan> {
	const { packets, garbageBytes } = await line.broadcastPing(BROADCAST_MS);
	const answered = packets.map(({ id }) => id);
	const candidates = [...new Set([...answered, ...(options.ids ?? SO101_IDS)])].sort((a, b) => a - b);
	const rounds = packets.length + garbageBytes > 0 ? ROUNDS_MS : QUICK_ROUND_MS;
	const found = await askAlone(line, candidates, rounds, late);
	const nobody = found.sheets.length + found.colliding.length === 0;
	const everyId = options.everyId === 'if_damaged' ? garbageBytes > 0 : options.everyId === true;
	if (!nobody || !everyId) return { ...found, garbageBytes };
	const knocked = await knockOnEveryDoor(line, report);
	return { ...(await askAlone(line, knocked, ROUNDS_MS)), garbageBytes };
}

/** Ids at which something answers, whole or damaged. */
async function knockOnEveryDoor(line: ServoLine, report: (part: number) => void): Promise<number[]> {
	const somebody: number[] = [];
	for (const id of EVERY_ID) {
		if (!line.alive) break;
		const { answers, garbageBytes } = await line.read(id, KNOCK.address, KNOCK.length, KNOCK_MS);
		if (answers.length + garbageBytes > 0) somebody.push(id);
		report((id + 1) / EVERY_ID.length);
	}
	return somebody;
}

async function askAlone(
	line: ServoLine,
	ids: readonly number[],
	roundsMs: readonly number[],
	late?: LatePatience
): Promise<Omit<RateScan, 'garbageBytes'>> {
	const presences = await readSheets(line, ids, roundsMs, late);
	return {
		sheets: presences.flatMap((presence) => (presence.kind === 'sheet' ? [presence.sheet] : [])),
		colliding: ids.filter((_, index) => presences[index]?.kind === 'colliding')
	};
}
