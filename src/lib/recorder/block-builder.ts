// Gathers whole rows and packs them into the next block of an episode. Knows row and block numbering, not storage.

import type { EncodedPacket, EpisodeBlock } from '$lib/contracts';
import { BLOCK_CODEC_VERSION } from './episode-codec';
import type { WholeRow } from './row-assembler';

export interface BlockBuilder {
	add(row: WholeRow): void;
	/** Rows waiting for a block. */
	readonly waiting: number;
	/** Rows given out in blocks. */
	readonly taken: number;
	/** All waiting rows (at most `limit`) as the next block; null when there are none. */
	take(limit?: number): EpisodeBlock | null;
}

export function createBlockBuilder(episodeId: string, cameras: number, joints: number): BlockBuilder {
	let rows: WholeRow[] = [];
	let blockIndex = 0;
	let firstFrame = 0;

	const pack = (part: readonly WholeRow[]): EpisodeBlock => {
		const n = part.length;
		const state = new Float32Array(n * joints);
		const action = new Float32Array(n * joints);
		part.forEach((row, i) => {
			state.set(row.state, i * joints);
			action.set(row.action, i * joints);
		});
		const eachCamera = <T>(make: (camera: number) => T): T[] =>
			Array.from({ length: cameras }, (_, c) => make(c));
		const packetsOf = (camera: number): EncodedPacket[] =>
			part.map((row, i) => {
				const packet = row.packets[camera];
				if (!packet) throw new RangeError('a row lacks a picture');
				return { frameIndex: firstFrame + i, key: packet.key, bytes: packet.bytes };
			});
		return {
			schemaVersion: BLOCK_CODEC_VERSION,
			episodeId,
			blockIndex,
			rows: {
				firstFrame,
				frameCount: n,
				state,
				action,
				captureMs: Float64Array.from(part, (row) => row.captureMs),
				cameraMs: eachCamera((camera) => Float64Array.from(part, (row) => row.cameraMs[camera] ?? NaN)),
				...(part.some((row) => row.correction)
					? { correction: Uint8Array.from(part, (row) => Number(row.correction)) }
					: {})
			},
			packets: eachCamera(packetsOf)
		};
	};

	return {
		add: (row) => void rows.push(row),
		get waiting() {
			return rows.length;
		},
		get taken() {
			return firstFrame;
		},
		take(limit = Infinity) {
			if (rows.length === 0) return null;
			const part = rows.slice(0, limit);
			rows = rows.slice(part.length);
			const block = pack(part);
			blockIndex += 1;
			firstFrame += part.length;
			return block;
		}
	};
}
