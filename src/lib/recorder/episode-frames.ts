// A sealed episode as something to look at: its rows as columns, and its pictures at any rows, decoded a few at a time. Holds the
// packets in memory (a few megabytes a minute), never more than a handful of pictures. Knows no model and no file format.

import type { I420Planes } from '$lib/camera';
import type { EpisodeMeta, EpisodeReader } from '$lib/contracts';
import { CodedError } from '$lib/core';
import { openWebCodecsDecoder, type OpenPacketDecoder, type PacketToDecode } from './webcodecs-decoder';

/** Row-major: joint j of row i at i*joints+j. LeRobot units. */
export interface FrameRows {
	readonly count: number;
	readonly joints: number;
	/** Capture time of the state since the first row, ms. */
	readonly timesMs: Float64Array;
	readonly state: Float32Array;
	readonly action: Float32Array;
	/** 1 where a person had taken over from a policy; null: nowhere. */
	readonly correction: Uint8Array | null;
}

export interface EpisodeFrames {
	readonly meta: EpisodeMeta;
	readonly rows: FrameRows;
	/** Pictures of one camera (index in meta.cameras) at these rows, which rise. Rejects with `episode_not_decodable`. */
	pictures(camera: number, rows: readonly number[], signal?: AbortSignal): AsyncGenerator<I420Planes>;
}

/** Rows whose pictures are decoded at once. */
const BATCH = 8;

/** Reads the episode once. Rejects with `store_damaged` when a block is missing or torn. */
export async function loadEpisodeFrames(
	reader: EpisodeReader,
	openDecoder: OpenPacketDecoder = openWebCodecsDecoder
): Promise<EpisodeFrames> {
	const { meta } = reader;
	const joints = meta.jointNames.length;
	const timesMs = new Float64Array(meta.frameCount);
	const state = new Float32Array(meta.frameCount * joints);
	const action = new Float32Array(meta.frameCount * joints);
	const correction = new Uint8Array(meta.frameCount);
	const packets: PacketToDecode[][] = meta.cameras.map(() => []);
	let count = 0;
	for await (const block of reader.blocks()) {
		const { rows } = block;
		if (rows.firstFrame !== count || count + rows.frameCount > meta.frameCount)
			throw new CodedError('store_damaged', `episode ${meta.id}: block ${block.blockIndex} does not follow`);
		timesMs.set(rows.captureMs, count);
		state.set(rows.state, count * joints);
		action.set(rows.action, count * joints);
		if (rows.correction !== undefined) correction.set(rows.correction, count);
		for (const [camera, list] of block.packets.entries())
			for (const { frameIndex, key, bytes } of list) packets[camera]?.push({ index: frameIndex, key, bytes });
		count += rows.frameCount;
	}
	if (count !== meta.frameCount || count === 0)
		throw new CodedError('store_damaged', `episode ${meta.id}: ${count} of ${meta.frameCount} rows`);
	const firstMs = timesMs[0] ?? 0;
	return {
		meta,
		rows: {
			count,
			joints,
			timesMs: timesMs.map((ms) => ms - firstMs),
			state,
			action,
			correction: correction.includes(1) ? correction : null
		},
		async *pictures(camera, rows, signal) {
			const track = meta.cameras[camera]?.track;
			const list = packets[camera] ?? [];
			if (!track)
				throw new CodedError('store_damaged', `episode ${meta.id}: no pictures of camera ${camera}`);
			const decoder = await openDecoder(track);
			try {
				for (let from = 0; from < rows.length; from += BATCH) {
					signal?.throwIfAborted();
					const wanted = rows.slice(from, from + BATCH);
					yield* await decoder.decode(packetsFor(list, wanted), new Set(wanted));
				}
			} finally {
				decoder.close();
			}
		}
	};
}

/** From the key picture at or before the first wanted one; what no wanted one needs is left out. */
function packetsFor(list: readonly PacketToDecode[], wanted: readonly number[]): readonly PacketToDecode[] {
	const needed: PacketToDecode[] = [];
	for (const row of wanted) {
		let start = row;
		while (start > 0 && list[start]?.key !== true) start--;
		for (let at = Math.max(start, (needed.at(-1)?.index ?? -1) + 1); at <= row; at++) {
			const packet = list[at];
			if (packet !== undefined) needed.push(packet);
		}
	}
	return needed;
}
