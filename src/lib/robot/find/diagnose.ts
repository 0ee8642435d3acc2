// Looks at a port and says whether a usable arm is there, or why not. Reads only, and never touches torque.
//
// A healthy arm takes 12 questions, well under 0.2 s. One that does not answer is asked again, listened for in case it is
// only late (a busy computer), and then looked for at other rates and under other ids: BOUND_MS holds for everything.

import type { Result, Scheduler } from '$lib/core';
import type { ConnectProblem, FoundArm, PortIdentity, RobotSpec, SerialTransport } from '$lib/contracts';
import { findOn, type PortScan } from './find-servos';
import { ServoLine } from './servo-line';
import { LATE, readSheets } from './servo-sheet';
import { CHATTER_BYTES, FACTORY_ID, problem, verdictOn, type Evidence } from './verdict';

export interface DiagnoseOptions {
	/** Closed or open; left open at the arm's rate unless it was lost. Nobody else may ask anything meanwhile. */
	readonly transport: SerialTransport;
	/** The rate an open transport was opened with; without it it is opened anew. */
	readonly openAt?: number;
	readonly scheduler: Scheduler;
	readonly spec: RobotSpec;
	readonly port: PortIdentity;
	/**
	 * Rejects with its reason. Who closes the transport before there is an answer aborts first and waits for it: the port may
	 * be about to change its rate.
	 */
	readonly signal?: AbortSignal;
	/** 0..1, in steps; a healthy arm jumps to the end. */
	readonly onProgress?: (share: number) => void;
	readonly usbFrameMs?: number;
}

/** Longest time until there is an answer, without what the port takes to open. */
export const DIAGNOSE_BOUND_MS = 8000;

/** A second round for what got lost, a third for a computer that stood still. */
const ROUNDS_MS: readonly number[] = [15, 60, 150];
/** A device that talks once a second is heard in any case. */
const LISTEN_MS = 1100;
/** Nobody's: servos of arms have small ids, and no tool hands out ones near the largest. */
const NOBODYS_ID = 251;
const STRANGER_TRIES = 3;
const STRANGER_MS = 30;

export async function diagnose(options: DiagnoseOptions): Promise<Result<FoundArm, ConnectProblem>> {
	const line = new ServoLine(options);
	try {
		const found = await look(line, options);
		options.signal?.throwIfAborted();
		const refused = !found.ok && found.error.cause === 'port_busy';
		return line.lost && !refused ? problem('unplugged') : found;
	} finally {
		line.release();
	}
}

async function look(line: ServoLine, options: DiagnoseOptions): Promise<Result<FoundArm, ConnectProblem>> {
	const { spec, port, onProgress } = options;
	const failure = await line.open(spec.baudRate);
	if (failure !== null) return notOpened(failure);
	const ids = spec.joints.map(({ servoId }) => servoId);
	const joints = await readSheets(line, ids, ROUNDS_MS, LATE);
	onProgress?.(0.2);
	const seen = joints.filter(({ kind }) => kind === 'sheet').length;
	// Neither is anywhere else: these were heard.
	const accounted = joints.some(({ kind }) => kind === 'colliding' || kind === 'late');
	let board = NO_STRANGER;
	if (seen === 0 && line.garbageBytes > 0) board = await hearStrangers(line);
	onProgress?.(0.4);
	let search: PortScan | null = null;
	if (seen < ids.length && !accounted && !isStranger(board) && line.alive) {
		const silent = ids.filter((_, index) => joints[index]?.kind !== 'sheet');
		search = await searchFor(line, silent, options);
		if (search.failure !== null) return notOpened(search.failure);
		const back = await line.open(spec.baudRate);
		if (back !== null) return notOpened(back);
		const found = search.sheets.length + search.colliding.length;
		if (seen + found === 0 && line.garbageBytes > 0) board = await hearStrangers(line);
	}
	onProgress?.(1);
	const { echoes } = line;
	return verdictOn({ spec, port, joints, search, ...board, echoes });
}

function searchFor(
	line: ServoLine,
	silent: readonly number[],
	{ signal, onProgress }: DiagnoseOptions
): Promise<PortScan> {
	return findOn(line, {
		ids: [...new Set([FACTORY_ID, ...silent])],
		...(signal === undefined ? {} : { signal }),
		onProgress: ({ share }) => onProgress?.(0.4 + share / 2)
	});
}

/** What a device that is no chain of servos says of itself: unasked, or to whatever is asked. */
type Strangers = Pick<Evidence, 'unaskedBytes' | 'strangerBytes'>;
const NO_STRANGER: Strangers = { unaskedBytes: 0, strangerBytes: 0 };

const isStranger = ({ unaskedBytes, strangerBytes }: Strangers): boolean =>
	unaskedBytes >= CHATTER_BYTES || strangerBytes >= CHATTER_BYTES;

async function hearStrangers(line: ServoLine): Promise<Strangers> {
	const { garbageBytes } = await line.listen(LISTEN_MS);
	return { unaskedBytes: garbageBytes, strangerBytes: await askNobody(line) };
}

/** Bytes that come every time an id is asked that nobody has. */
async function askNobody(line: ServoLine): Promise<number> {
	let bytes = 0;
	for (let k = 0; k < STRANGER_TRIES; k++) {
		const { answers, garbageBytes } = await line.read(NOBODYS_ID, 0, 2, STRANGER_MS);
		if (answers.length === 0 && garbageBytes === 0) return 0;
		bytes += garbageBytes;
	}
	return bytes;
}

function notOpened(code: string): Result<never, ConnectProblem> {
	return problem(code === 'port_busy' ? 'port_busy' : 'unplugged', [], { code });
}
