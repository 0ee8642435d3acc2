// One sealed episode read into what its files need: rows as columns, and per camera the size and key flag of every
// packet. The packets themselves are kept (by reference, not copied) only when the episode is small; a large one is read
// again, once per camera, so that no episode is held whole. Checks what the closing record promises; knows no file.

import type { EncodedPacket, EpisodeBlock, EpisodeMeta, EpisodeReader } from '$lib/contracts';
import { datasetError, episodeName, type DatasetError } from './errors';

/** Episodes up to this many stored bytes keep their packets between the files: about five minutes of two cameras. */
export const HOLD_LIMIT_BYTES = 48 * 1024 * 1024;

export interface EpisodeRows {
	/** Rows in the episode. */
	readonly count: number;
	/** Row-major, N values per row, LeRobot units. */
	readonly action: Float32Array;
	readonly state: Float32Array;
	/** Seconds since the first record tick: state, then one per camera; row-major. */
	readonly captureTime: Float64Array;
	/** 1 where a person had taken over from a policy, per row. */
	readonly correction: Uint8Array;
}

export interface EpisodeTrack {
	/** Byte length of each packet, in row order. */
	readonly sizes: Uint32Array;
	/** Rows whose packet is a key frame. */
	readonly keyRows: readonly number[];
	/** The packets in row order, by reference where they were kept. */
	packets(signal?: AbortSignal): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface EpisodeContent {
	readonly rows: EpisodeRows;
	readonly tracks: readonly EpisodeTrack[];
	/** Bytes moved into new buffers while reading. */
	readonly bytesCopied: number;
}

interface TrackInProgress {
	readonly sizes: Uint32Array;
	readonly keyRows: number[];
	readonly held: Uint8Array[];
	count: number;
}

class EpisodeChecker {
	readonly meta: EpisodeMeta;
	#nextBlock = 0;

	constructor(meta: EpisodeMeta) {
		this.meta = meta;
	}

	torn(reason: string): DatasetError {
		const episode = episodeName(this.meta);
		return datasetError('store_damaged', `episode ${episode}: ${reason}`, { episode, reason });
	}

	/** Blocks come as 0, 1, 2, ... and belong to this episode. */
	block(block: EpisodeBlock, rowsSoFar: number): void {
		if (block.episodeId !== this.meta.id) throw this.torn('a block of another episode');
		if (block.blockIndex !== this.#nextBlock) throw this.torn(`block ${this.#nextBlock} is missing`);
		this.#nextBlock++;
		const { rows } = block;
		if (rows.frameCount > 0 && rows.firstFrame !== rowsSoFar)
			throw this.torn(`frame ${rowsSoFar} is missing`);
		if (rowsSoFar + rows.frameCount > this.meta.frameCount) throw this.torn('more frames than were sealed');
		if (block.packets.length !== this.meta.cameras.length)
			throw this.torn('a block with another set of cameras');
	}

	end(rows: number, tracks: readonly TrackInProgress[]): void {
		const closing = this.meta.closing;
		if (closing && closing.blockCount !== this.#nextBlock)
			throw this.torn(`${this.#nextBlock} of ${closing.blockCount} blocks`);
		if (rows !== this.meta.frameCount) throw this.torn(`${rows} of ${this.meta.frameCount} frames`);
		tracks.forEach((track, camera) => {
			if (track.count === rows) return;
			throw this.torn(`${track.count} of ${rows} pictures of camera ${this.#cameraName(camera)}`);
		});
	}

	packet(packet: EncodedPacket, camera: number, expectedRow: number): void {
		const name = this.#cameraName(camera);
		if (packet.frameIndex !== expectedRow || expectedRow >= this.meta.frameCount)
			throw this.torn(`camera ${name} has no picture for frame ${expectedRow}`);
		if (packet.bytes.length === 0)
			throw this.torn(`camera ${name} has an empty picture at frame ${expectedRow}`);
		if (expectedRow === 0 && !packet.key) throw this.torn(`camera ${name} does not start with a key frame`);
	}

	finite(values: ArrayLike<number>, width: number, field: string): void {
		for (let k = 0; k < values.length; k++) {
			if (Number.isFinite(values[k])) continue;
			const frame = Math.floor(k / width);
			throw this.torn(`${field} of frame ${frame} is not a number`);
		}
	}

	#cameraName(camera: number): string {
		return this.meta.cameras[camera]?.info.name ?? String(camera);
	}
}

function rowsInProgress(meta: EpisodeMeta) {
	const joints = meta.jointNames.length;
	const times = 1 + meta.cameras.length;
	return {
		count: 0,
		joints,
		times,
		action: new Float32Array(meta.frameCount * joints),
		state: new Float32Array(meta.frameCount * joints),
		captureTime: new Float64Array(meta.frameCount * times),
		correction: new Uint8Array(meta.frameCount)
	};
}

function appendRows(
	rows: ReturnType<typeof rowsInProgress>,
	block: EpisodeBlock,
	checker: EpisodeChecker
): void {
	const { frameCount, action, state, captureMs, cameraMs, correction } = block.rows;
	const { joints, times } = rows;
	const whole =
		action.length === frameCount * joints &&
		state.length === frameCount * joints &&
		cameraMs.length === times - 1 &&
		[captureMs, ...cameraMs, correction ?? captureMs].every((column) => column.length === frameCount);
	if (!whole) throw checker.torn(`block ${block.blockIndex} has incomplete rows`);
	rows.action.set(action, rows.count * joints);
	rows.state.set(state, rows.count * joints);
	if (correction !== undefined) rows.correction.set(correction, rows.count);
	[captureMs, ...cameraMs].forEach((column, k) => {
		column.forEach((ms, row) => (rows.captureTime[(rows.count + row) * times + k] = ms / 1000));
	});
	rows.count += frameCount;
}

function appendPackets(track: TrackInProgress, packets: readonly EncodedPacket[], hold: boolean): void {
	for (const { bytes, key } of packets) {
		track.sizes[track.count] = bytes.length;
		if (key) track.keyRows.push(track.count);
		if (hold) track.held.push(bytes);
		track.count++;
	}
}

async function* reread(
	reader: EpisodeReader,
	camera: number,
	signal?: AbortSignal
): AsyncGenerator<Uint8Array> {
	for await (const block of reader.blocks()) {
		signal?.throwIfAborted();
		for (const packet of block.packets[camera] ?? []) yield packet.bytes;
	}
}

/**
 * Reads a sealed episode once. Throws `store_damaged` when rows, pictures or blocks are missing or a number is not finite.
 */
export async function readEpisode(
	reader: EpisodeReader,
	options: { readonly signal?: AbortSignal; readonly holdLimitBytes?: number } = {}
): Promise<EpisodeContent> {
	const { meta } = reader;
	const hold = (meta.closing?.byteCount ?? Infinity) <= (options.holdLimitBytes ?? HOLD_LIMIT_BYTES);
	const checker = new EpisodeChecker(meta);
	const rows = rowsInProgress(meta);
	const tracks: TrackInProgress[] = meta.cameras.map(() => ({
		sizes: new Uint32Array(meta.frameCount),
		keyRows: [],
		held: [],
		count: 0
	}));
	for await (const block of reader.blocks()) {
		options.signal?.throwIfAborted();
		checker.block(block, rows.count);
		appendRows(rows, block, checker);
		tracks.forEach((track, camera) => {
			const packets = block.packets[camera] ?? [];
			packets.forEach((packet, k) => checker.packet(packet, camera, track.count + k));
			appendPackets(track, packets, hold);
		});
	}
	checker.end(rows.count, tracks);
	checker.finite(rows.action, rows.joints, 'action');
	checker.finite(rows.state, rows.joints, 'observation.state');
	checker.finite(rows.captureTime, rows.times, 'capture_time');
	return {
		rows,
		tracks: tracks.map(({ sizes, keyRows, held }, camera) => ({
			sizes,
			keyRows,
			packets: (signal) => (hold ? held : reread(reader, camera, signal))
		})),
		bytesCopied: rows.action.byteLength + rows.state.byteLength + rows.captureTime.byteLength
	};
}
