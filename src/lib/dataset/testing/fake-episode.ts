// Episodes for tests: given packets (real or not), rows that move with the frame number, and every field free to be
// broken. Yields blocks the way the recorder stores them, about a quarter of a second each.

import type {
	EncodedPacket,
	EpisodeBlock,
	EpisodeMeta,
	EpisodeReader,
	ImageStats,
	TrackConfig
} from '$lib/contracts';

export const SO101_JOINT_NAMES = [
	'shoulder_pan.pos',
	'shoulder_lift.pos',
	'elbow_flex.pos',
	'wrist_flex.pos',
	'wrist_roll.pos',
	'gripper.pos'
] as const;

const FAKE_IMAGE_STATS: ImageStats = {
	count: 100,
	min: [0, 0.01, 0.02],
	max: [1, 0.99, 0.98],
	mean: [0.5, 0.4, 0.3],
	std: [0.2, 0.25, 0.3],
	q01: [0.01, 0.02, 0.03],
	q10: [0.1, 0.11, 0.12],
	q50: [0.5, 0.4, 0.3],
	q90: [0.9, 0.8, 0.7],
	q99: [0.99, 0.98, 0.97]
};

/** Encoded pictures of one camera. An episode longer than its clip shows it again, so a clip ends before a key frame. */
export interface Clip {
	readonly track: TrackConfig;
	readonly packets: readonly { readonly key: boolean; readonly bytes: Uint8Array }[];
	readonly stats: ImageStats;
}

export interface FakeCamera {
	readonly name: string;
	readonly clip: Clip;
}

export interface FakeEpisodeOptions {
	readonly sequence?: number;
	readonly task?: string;
	readonly fps?: number;
	readonly frames: number;
	readonly cameras?: readonly FakeCamera[];
	readonly jointNames?: readonly string[];
	/** LeRobot units, for joint `joint` at row `frame`; action leads state by one and a half units. */
	readonly position?: (frame: number, joint: number) => number;
	readonly framesPerBlock?: number;
	readonly meta?: Partial<EpisodeMeta>;
	/** Changes or drops blocks on their way out. */
	readonly tamper?: (block: EpisodeBlock) => EpisodeBlock | null | Promise<EpisodeBlock>;
}

function positionOf(frame: number, joint: number): number {
	return 20 * Math.sin(frame / 20 + joint) + (joint === 5 ? 50 : 0);
}

function metaOf(options: FakeEpisodeOptions, blockCount: number, byteCount: number): EpisodeMeta {
	const { sequence = 1, task = 'Pick up the cube', fps = 30, frames, cameras = [] } = options;
	return {
		schemaVersion: 1,
		id: `episode-${sequence}`,
		datasetId: 'dataset-1',
		deviceId: 'test-device',
		sequence,
		seatId: 'seat-1',
		status: 'sealed',
		task,
		fps,
		robotType: 'so101_follower',
		simulated: true,
		arms: [{ armId: 'arm-1', role: 'follower' }],
		jointNames: options.jointNames ?? SO101_JOINT_NAMES,
		cameras: cameras.map(({ name, clip }) => ({
			info: { name, width: clip.track.width, height: clip.track.height, fps, kind: 'pattern', deviceId: '' },
			track: clip.track,
			counters: { dup: 0, skip: 0, encoderDrop: 0 },
			stats: clip.stats,
			thumbnail: null
		})),
		startedAtEpochMs: 1_700_000_000_000 + 1000 * sequence,
		frameCount: frames,
		failedTicks: 0,
		droppedTicks: 0,
		durationMs: ((frames - 1) * 1000) / fps,
		achievedFps: fps,
		interrupted: false,
		closing: { schemaVersion: 1, blockCount, frameCount: frames, byteCount, crc32: 0 },
		...options.meta
	};
}

function blockOf(
	options: FakeEpisodeOptions,
	id: string,
	blockIndex: number,
	perBlock: number
): EpisodeBlock {
	const { frames, fps = 30, cameras = [], jointNames = SO101_JOINT_NAMES, position = positionOf } = options;
	const firstFrame = blockIndex * perBlock;
	const frameCount = Math.min(perBlock, frames - firstFrame);
	const joints = jointNames.length;
	const state = Float32Array.from({ length: frameCount * joints }, (_, k) =>
		position(firstFrame + Math.floor(k / joints), k % joints)
	);
	const times = (offsetMs: number): Float64Array =>
		Float64Array.from({ length: frameCount }, (_, row) => ((firstFrame + row) * 1000) / fps + offsetMs);
	const packets = cameras.map(({ clip }) =>
		Array.from({ length: frameCount }, (_, row): EncodedPacket => {
			const packet = clip.packets[(firstFrame + row) % clip.packets.length];
			if (!packet) throw new RangeError('a clip without packets');
			return { frameIndex: firstFrame + row, key: packet.key, bytes: packet.bytes };
		})
	);
	return {
		schemaVersion: 1,
		episodeId: id,
		blockIndex,
		rows: {
			firstFrame,
			frameCount,
			state,
			action: state.map((value) => value + 1.5),
			captureMs: times(0.25),
			cameraMs: cameras.map((_, camera) => times(-3 - camera))
		},
		packets
	};
}

export function fakeEpisode(options: FakeEpisodeOptions): EpisodeReader {
	const perBlock = options.framesPerBlock ?? 8;
	const blockCount = Math.ceil(options.frames / perBlock);
	const cameraBytes = (options.cameras ?? []).reduce((sum, { clip }) => {
		const clipBytes = clip.packets.reduce((bytes, packet) => bytes + packet.bytes.length, 0);
		return sum + Math.round((clipBytes * options.frames) / Math.max(1, clip.packets.length));
	}, 0);
	const meta = metaOf(options, blockCount, cameraBytes + options.frames * 60);
	return {
		meta,
		async *blocks() {
			for (let index = 0; index < blockCount; index++) {
				const block = blockOf(options, meta.id, index, perBlock);
				const given = options.tamper ? await options.tamper(block) : block;
				if (given) yield given;
			}
		}
	};
}

/** A clip whose packets hold no video; enough for everything that does not decode. */
export function hollowClip(width = 320, height = 240, packetBytes = 40, count = 5): Clip {
	const track: TrackConfig = {
		codec: 'avc1.42001f',
		width,
		height,
		description: Uint8Array.from([1, 0x42, 0, 0x1f, 0xff, 0xe0, 0]),
		colorSpace: { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false }
	};
	const packets = Array.from({ length: count }, (_, k) => ({
		key: k % 5 === 0,
		bytes: Uint8Array.from({ length: packetBytes + k }, (_, at) => (at * 7 + k) & 0xff)
	}));
	return { track, packets, stats: FAKE_IMAGE_STATS };
}
