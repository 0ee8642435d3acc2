// What an episode recorder is given, gives and tells. The recorder itself is `episode-recorder`.

import type { EpisodeMeta, ErrorCode, I420Frame, RecordTick } from '$lib/contracts';
import type { Scheduler, Unsubscribe } from '$lib/core';
import type { StorageProbe } from './quota';
import type { RecordingStore } from './recording-store';
import type { VideoEncoderFactory } from './video-encoder';

export interface EpisodeRecorderOptions {
	readonly store: RecordingStore;
	readonly scheduler: Scheduler;
	readonly createEncoder: VideoEncoderFactory;
	/** Wall time of the first row, for people. */
	readonly epochMs: () => number;
	/** Asked every few seconds while recording; without it only a refused write ends a recording on a full disk. */
	readonly storage?: StorageProbe;
	/** A key picture at least every so many rows, 2 (default) to 5. */
	readonly groupLength?: number;
	readonly thumbnail?: (picture: I420Frame) => Promise<Uint8Array>;
}

/** Why and with what a recording ended. */
export interface RecordingEnd {
	/** null: no row was recorded, nothing is kept; or sealing failed and the start-up scan will offer what is there. */
	readonly meta: EpisodeMeta | null;
	/** null when the person stopped it. */
	readonly code: ErrorCode | null;
	/** False when the closing record could not be written. */
	readonly sealed: boolean;
}

export interface RecordingCounts {
	/** Rows whole so far. */
	readonly frames: number;
	readonly failedTicks: number;
	readonly droppedTicks: number;
	/** Measured over the rows so far; null with fewer than two. */
	readonly achievedFps: number | null;
	readonly byteCount: number;
	/** Measured while recording; null in the first second. */
	readonly bytesPerSecond: number | null;
	readonly cameras: readonly { readonly dup: number; readonly skip: number; readonly encoderDrop: number }[];
}

export interface EpisodeRecorder {
	readonly episodeId: string;
	/** `camera`: index in `NewEpisode.cameras`. Pictures before the first tick are welcome: they are its look-ahead. */
	frame(camera: number, picture: I420Frame): void;
	tick(tick: RecordTick): void;
	counts(): RecordingCounts;
	/** Lockstep: resolves when everything given so far is encoded or waiting within bounds, and nothing would be dropped. */
	ready(): Promise<void>;
	/** Flushes and seals. `code` names what interrupted it, null = the person. Repeating gives the same end. */
	stop(code?: ErrorCode | null): Promise<RecordingEnd>;
	/** Once, also when the recording ends by itself. */
	onEnded(listener: (end: RecordingEnd) => void): Unsubscribe;
}
