// Sealed episodes that were never recorded: rows and packets by a seed, one byte of grey per packet, and the decoder that goes
// with them. For tests of what reads recordings.

import type { EpisodeBlock, EpisodeMeta, EpisodeReader, TrackConfig } from '$lib/contracts';
import { createRandom } from '$lib/core';
import type { PictureDecoder } from '../data/from-episodes';

const JOINTS = ['shoulder_pan', 'shoulder_lift', 'elbow_flex', 'wrist_flex', 'wrist_roll', 'gripper'];
const WIDTH = 32;
const HEIGHT = 24;

export interface MadeUpOptions {
	/** Nothing moves. */
	readonly still?: boolean;
	readonly fps?: number;
	readonly cameras?: readonly string[];
	readonly change?: (meta: EpisodeMeta, episode: number) => EpisodeMeta;
}

const track: TrackConfig = {
	codec: 'made-up',
	width: WIDTH,
	height: HEIGHT,
	description: new Uint8Array(),
	colorSpace: { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false }
};

function metaOf(
	episode: number,
	frameCount: number,
	{ fps = 30, cameras = ['top', 'wrist'], change }: MadeUpOptions
): EpisodeMeta {
	const counters = { dup: 0, skip: 0, encoderDrop: 0 };
	const meta: EpisodeMeta = {
		schemaVersion: 1,
		id: `episode-${episode}`,
		datasetId: 'd',
		deviceId: 'device',
		sequence: episode,
		seatId: 'seat',
		status: 'sealed',
		task: 'Turn.',
		fps,
		robotType: 'so101_follower',
		simulated: true,
		arms: [{ armId: 'follower', role: 'follower' }],
		jointNames: JOINTS.map((name) => `${name}.pos`),
		cameras: cameras.map((name) => ({
			info: { name, width: WIDTH, height: HEIGHT, fps, kind: 'pattern', deviceId: '' },
			track,
			counters,
			stats: null,
			thumbnail: null
		})),
		startedAtEpochMs: 1_700_000_000_000,
		frameCount,
		failedTicks: 0,
		droppedTicks: 0,
		durationMs: (1000 * (frameCount - 1)) / fps,
		achievedFps: fps,
		interrupted: false,
		closing: { schemaVersion: 1, blockCount: 2, frameCount, byteCount: 1, crc32: 0 }
	};
	return change?.(meta, episode) ?? meta;
}

function reader(episode: number, frames: number, options: MadeUpOptions): EpisodeReader {
	const meta = metaOf(episode, frames, options);
	const random = createRandom(episode + 1);
	const turn = options.still === true ? 0 : random.between(20, 40);
	const value = (frame: number, joint: number): number =>
		joint === 0 ? (turn * frame) / frames : 10 * joint + (options.still === true ? 0 : random.normal());
	const half = Math.ceil(frames / 2);
	const block = (blockIndex: number, firstFrame: number, frameCount: number): EpisodeBlock => {
		const rows = Array.from({ length: frameCount }, (_, k) =>
			JOINTS.map((_, joint) => value(firstFrame + k, joint))
		);
		const captureMs = Float64Array.from({ length: frameCount }, (_, k) => (1000 * (firstFrame + k)) / 30);
		return {
			schemaVersion: 1,
			episodeId: meta.id,
			blockIndex,
			rows: {
				firstFrame,
				frameCount,
				state: Float32Array.from(rows.flat()),
				action: Float32Array.from(rows.flat(), (v) => v + 1),
				captureMs,
				cameraMs: meta.cameras.map(() => captureMs)
			},
			packets: meta.cameras.map((_, camera) =>
				Array.from({ length: frameCount }, (_, k) => ({
					frameIndex: firstFrame + k,
					key: k === 0,
					bytes: Uint8Array.of(greyOf(episode, camera, firstFrame + k))
				}))
			)
		};
	};
	return {
		meta,
		// eslint-disable-next-line @typescript-eslint/require-await -- nothing here has to be waited for
		async *blocks() {
			yield block(0, 0, half);
			yield block(1, half, frames - half);
		}
	};
}

/** Luma of a picture, so that a test can tell where it went. */
export const greyOf = (episode: number, camera: number, frame: number): number =>
	16 + ((episode * 37 + camera * 11 + frame * 3) % 200);

const decode: PictureDecoder = (_, packets, onPicture, wanted) => {
	for (const { frameIndex, bytes } of packets) {
		if (!wanted(frameIndex)) continue;
		const data = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
		data.fill(bytes[0] ?? 0, 0, WIDTH * HEIGHT);
		onPicture(frameIndex, { width: WIDTH, height: HEIGHT, data });
	}
	return Promise.resolve();
};

export function madeUpRecording(
	episodes: number,
	frames: number,
	options: MadeUpOptions = {}
): { readonly readers: readonly EpisodeReader[]; readonly decode: PictureDecoder } {
	return { readers: Array.from({ length: episodes }, (_, n) => reader(n, frames, options)), decode };
}
