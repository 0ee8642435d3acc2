// A recorded episode as stored and read back. Schemas are versioned from the first commit; nothing here knows IndexedDB,
// WebCodecs or LeRobot's file layout.

import type { ArmRef } from './robot-spec';
import type { CameraInfo } from './camera';

export const EPISODE_SCHEMA_VERSION = 1;

/**
 * `recording` (a writer holds it) -> `sealed` (every packet, row and the closing record are durable);
 * a `recording` episode without a living writer is shown as `recoverable` and becomes `sealed` by recovery.
 * `discarded` may be undone until it is purged.
 */
export type EpisodeStatus = 'recording' | 'sealed' | 'discarded';

export interface CameraCounters {
	/** Record ticks that re-used the previous frame. */
	readonly dup: number;
	/** Camera frames no record tick took. */
	readonly skip: number;
	/**
	 * Record ticks for which this camera's encoder gave no picture. Such a tick has no row at all, for any camera: a row
	 * without its picture would shift every later one (see EpisodeMeta.droppedTicks).
	 */
	readonly encoderDrop: number;
}

/** Per channel (R,G,B) in 0..1, over sampled raw frames; population standard deviation. */
export interface ImageStats {
	readonly count: number;
	readonly min: readonly number[];
	readonly max: readonly number[];
	readonly mean: readonly number[];
	readonly std: readonly number[];
	readonly q01: readonly number[];
	readonly q10: readonly number[];
	readonly q50: readonly number[];
	readonly q90: readonly number[];
	readonly q99: readonly number[];
}

/** What a WebCodecs VideoDecoder needs for this camera's packets. */
export interface TrackConfig {
	/** WebCodecs codec string, e.g. `avc1.42001f`. */
	readonly codec: string;
	readonly width: number;
	readonly height: number;
	/** avcC / av1C / vpcC record; empty where the codec needs none. */
	readonly description: Uint8Array;
	readonly colorSpace: { primaries: string; transfer: string; matrix: string; fullRange: boolean };
}

export interface EpisodeCamera {
	readonly info: CameraInfo;
	/** Known from the first packet on. */
	readonly track: TrackConfig | null;
	readonly counters: CameraCounters;
	readonly stats: ImageStats | null;
	/** Small JPEG or PNG of the first picture, for lists; null until made. */
	readonly thumbnail: Uint8Array | null;
}

/**
 * Written in the sealing transaction. `crc32` runs over all blocks in order, each without the checksum it ends with; so
 * it equals the checksum the last block ends with.
 */
export interface ClosingRecord {
	readonly schemaVersion: number;
	readonly blockCount: number;
	readonly frameCount: number;
	readonly byteCount: number;
	readonly crc32: number;
}

/** An episode that shows a policy driving; such episodes are never put among demonstrations by themselves. */
export interface EpisodeRun {
	/** `PolicyRunRecord.id`. */
	readonly runId: string;
	/** SHA-256 of the package's manifest, lower-case hex. */
	readonly policyId: string;
	readonly policyName: string;
}

export interface EpisodeMeta {
	readonly schemaVersion: number;
	readonly id: string;
	readonly datasetId: string;
	/** Identity of the data: device and running number on it, never a token. */
	readonly deviceId: string;
	readonly sequence: number;
	readonly seatId: string;
	readonly status: EpisodeStatus;
	/** The sentence the policy will be told. */
	readonly task: string;
	readonly fps: number;
	readonly robotType: string;
	/** True for the virtual arm: simulated and real data must stay tellable apart. */
	readonly simulated: boolean;
	readonly arms: readonly ArmRef[];
	/** Feature names of state and action, e.g. `shoulder_pan.pos`; length N. */
	readonly jointNames: readonly string[];
	readonly cameras: readonly EpisodeCamera[];
	/** Wall time of the first frame, for people; order is by `sequence`. */
	readonly startedAtEpochMs: number;
	readonly frameCount: number;
	/**
	 * Record ticks whose state could not be read or for which no goal stood: nothing is repeated or made up, the tick is
	 * left out and counted. Record ticks = frameCount + failedTicks + droppedTicks.
	 */
	readonly failedTicks: number;
	/** Record ticks left out because a camera had no picture for them (none taken yet, or the encoder could not follow). */
	readonly droppedTicks: number;
	/** Time between first and last capture, ms. */
	readonly durationMs: number;
	/** Rows less one divided by `durationMs`, per second; NaN with fewer than two frames. */
	readonly achievedFps: number;
	/** True when something else than the person ended the recording (crash, full disk, lost camera). */
	readonly interrupted: boolean;
	readonly closing: ClosingRecord | null;
	/** Absent: a demonstration. */
	readonly run?: EpisodeRun;
}

/** `frameCount` rows of an episode. Row-major: joint j of row i at i*N+j. */
export interface RowBlock {
	readonly firstFrame: number;
	readonly frameCount: number;
	/** float32, LeRobot units. */
	readonly state: Float32Array;
	readonly action: Float32Array;
	/** True capture time of the state, ms since the episode's first record tick. */
	readonly captureMs: Float64Array;
	/** Capture time of the chosen picture per camera (order of meta.cameras), ms on the same scale. */
	readonly cameraMs: readonly Float64Array[];
	/** 1 where a person had taken over from a policy, 0 elsewhere, one per row; absent: nowhere in this block. */
	readonly correction?: Uint8Array;
}

export interface EncodedPacket {
	/** Row this picture belongs to. */
	readonly frameIndex: number;
	readonly key: boolean;
	readonly bytes: Uint8Array;
}

/**
 * What one transaction holds, at most 250 ms. Every row has exactly one picture of every camera: `packets[c][i]` belongs
 * to row `rows.firstFrame + i`. The episode's first pictures are key pictures of all cameras, and later key pictures fall
 * on the same rows for all of them.
 */
export interface EpisodeBlock {
	readonly schemaVersion: number;
	readonly episodeId: string;
	/** 0, 1, 2, ... without gaps. */
	readonly blockIndex: number;
	readonly rows: RowBlock;
	/** Per camera, in the order of meta.cameras. */
	readonly packets: readonly (readonly EncodedPacket[])[];
}

/** A sealed episode opened for reading, in order, without holding it whole in memory. */
export interface EpisodeReader {
	readonly meta: EpisodeMeta;
	blocks(): AsyncIterable<EpisodeBlock>;
}
