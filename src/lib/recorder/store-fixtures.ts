// Made-up episodes for tests of stores: every byte follows from a seed, so what comes back can be compared with what
// went in. Used in Node and in browser pages.

import type { CameraInfo, EncodedPacket, EpisodeBlock } from '$lib/contracts';
import { createRandom, type Random } from '$lib/core';
import type { EpisodeProgress } from './episode-codec';
import type { NewEpisode } from './recording-store';

export interface BlockShape {
	readonly rows: number;
	readonly cameras: number;
	readonly joints: number;
	/** Largest packet, bytes. */
	readonly packetBytes: number;
}

export const SMALL_BLOCK: BlockShape = { rows: 3, cameras: 2, joints: 6, packetBytes: 24 };

const camera = (i: number): CameraInfo => ({
	name: i === 0 ? 'top' : `wrist${i}`,
	width: 320,
	height: 240,
	fps: 30,
	kind: 'pattern',
	deviceId: ''
});

export function fixtureEpisode(datasetId: string, cameras = SMALL_BLOCK.cameras): NewEpisode {
	return {
		datasetId,
		task: 'Put the cube into the target',
		fps: 30,
		robotType: 'so101_follower',
		simulated: true,
		arms: [{ armId: 'follower', role: 'follower' }],
		jointNames: Array.from({ length: SMALL_BLOCK.joints }, (_, i) => `joint_${i}.pos`),
		cameras: Array.from({ length: cameras }, (_, i) => camera(i))
	};
}

export function fixtureBlock(
	episodeId: string,
	blockIndex: number,
	firstFrame: number,
	random: Random = createRandom(blockIndex + 1),
	shape: BlockShape = SMALL_BLOCK
): EpisodeBlock {
	const { rows, cameras, joints } = shape;
	const captureMs = Float64Array.from({ length: rows }, (_, i) => ((firstFrame + i) * 1000) / 30);
	const packet = (i: number): EncodedPacket => ({
		frameIndex: firstFrame + i,
		key: (firstFrame + i) % 2 === 0,
		bytes: Uint8Array.from({ length: 1 + random.int(shape.packetBytes) }, () => random.int(256))
	});
	return {
		schemaVersion: 1,
		episodeId,
		blockIndex,
		rows: {
			firstFrame,
			frameCount: rows,
			state: Float32Array.from({ length: rows * joints }, () => random.between(-100, 100)),
			action: Float32Array.from({ length: rows * joints }, () => random.between(-100, 100)),
			captureMs,
			cameraMs: Array.from({ length: cameras }, () => captureMs.map((t) => t + random.between(-16, 16)))
		},
		packets: Array.from({ length: cameras }, () => Array.from({ length: rows }, (_, i) => packet(i)))
	};
}

export function fixtureProgress(cameras = SMALL_BLOCK.cameras): EpisodeProgress {
	const colorSpace = { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false };
	const channel = [0.25, 0.5, 0.75];
	return {
		startedAtEpochMs: 1_700_000_000_000,
		failedTicks: 1,
		droppedTicks: 2,
		cameras: Array.from({ length: cameras }, (_, i) => ({
			track: {
				codec: 'avc1.42001f',
				width: 320,
				height: 240,
				description: Uint8Array.of(1, 66, 192, 20, 255),
				colorSpace
			},
			counters: { dup: i, skip: 2 * i, encoderDrop: 0 },
			stats: {
				count: 100,
				min: [0, 0, 0],
				max: [1, 1, 1],
				mean: channel,
				std: channel,
				q01: channel,
				q10: channel,
				q50: channel,
				q90: channel,
				q99: channel
			}
		}))
	};
}
