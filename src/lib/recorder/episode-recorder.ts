// Records one episode: ticks and pictures in, durable blocks out. Wires picker, encoders, assembler, builder and store
// together and is the one place where a recording ends, whoever ends it. Knows no worker, no port and no page; time comes
// from the Scheduler, so a lockstep run records the same as a live one.
//
// A picture that an encoder cannot take in time (more than 4 waiting) is not encoded, and the tick has no row: a row
// cannot stand without its picture, and repeating the last packet would not decode. It is counted, never hidden.

import { i420Size } from '$lib/camera';
import type { ErrorCode, I420Frame, RecordTick } from '$lib/contracts';
import { CodedError, createSignal, type Unsubscribe } from '$lib/core';
import { createBlockWriting } from './block-writing';
import { createCameraTrack, type CameraTrack } from './camera-track';
import type { EpisodeProgress } from './episode-codec';
import { RESERVE_BYTES, storageRoom, type StorageProbe } from './quota';
import type {
	EpisodeRecorder,
	EpisodeRecorderOptions,
	RecordingCounts,
	RecordingEnd
} from './recorder-types';
import type { EpisodeWriter, NewEpisode } from './recording-store';
import { createRowAssembler, type RowAssembler } from './row-assembler';
import { makeThumbnail } from './thumbnail';

/** Pictures an encoder may have waiting; beyond, pictures are dropped. */
export const MAX_QUEUE = 4;
const FROZEN_MS = 1000;
const QUOTA_CHECK_MS = 5000;
/** Rows encoded but not whole: an encoder that holds back more has stopped answering. */
const MAX_PENDING_ROWS = 90;

interface WaitingTick {
	readonly tick: RecordTick;
	readonly pictures: (I420Frame | null)[];
	missing: number;
}

/**
 * Begins the episode in the store and opens the encoders, which may take a moment: call it in the countdown. Rejects with
 * the store's codes, `no_webcodecs` or `encoder_failed`; then nothing is left behind.
 */
export async function prepareRecorder(
	options: EpisodeRecorderOptions,
	episode: NewEpisode
): Promise<EpisodeRecorder> {
	const writer = await options.store.beginEpisode(episode);
	const recording = new Recording(options, episode, writer);
	try {
		await recording.openEncoders();
	} catch (error) {
		await recording.abandon();
		throw error;
	}
	return recording;
}

class Recording implements EpisodeRecorder {
	readonly #options: EpisodeRecorderOptions;
	readonly #episode: NewEpisode;
	readonly #writer: EpisodeWriter;
	readonly #cameras: CameraTrack[];
	readonly #assembler: RowAssembler;
	readonly #blocks: ReturnType<typeof createBlockWriting>;
	readonly #ended = createSignal<RecordingEnd>();
	readonly #waiting: WaitingTick[] = [];
	#readyWaiters: (() => void)[] = [];
	#end: Promise<RecordingEnd> | null = null;
	#thumbnails: Promise<unknown> = Promise.resolve();
	#firstTickMs = NaN;
	#startedAtEpochMs = NaN;
	#firstCaptureMs = NaN;
	#lastCaptureMs = NaN;
	#rows = 0;
	#failedTicks = 0;
	#droppedTicks = 0;
	#nextQuotaCheckMs = -Infinity;

	constructor(options: EpisodeRecorderOptions, episode: NewEpisode, writer: EpisodeWriter) {
		this.#options = options;
		this.#episode = episode;
		this.#writer = writer;
		this.#blocks = createBlockWriting({
			writer,
			cameras: episode.cameras.length,
			joints: episode.jointNames.length,
			fps: episode.fps,
			scheduler: options.scheduler,
			progress: (fresh) => this.#progress(fresh),
			onWritten: () => this.#wake(),
			onFailed: (code) => void this.stop(code)
		});
		this.#assembler = createRowAssembler({
			cameras: episode.cameras.length,
			groupLength: options.groupLength ?? 2,
			onRow: (row) => {
				if (this.#rows++ === 0) this.#firstCaptureMs = row.captureMs;
				this.#lastCaptureMs = row.captureMs;
				this.#blocks.add(row);
			},
			onSwallowed: (camera) => this.#cameras[camera]?.countDrop(),
			onDropped: () => (this.#droppedTicks += 1)
		});
		this.#cameras = episode.cameras.map((info, index) =>
			createCameraTrack(info, episode.fps, {
				picked: (tickIndex, picture) => this.#picked(index, tickIndex, picture),
				packet: (sequence, packet) => {
					this.#assembler.packet(index, sequence, packet);
					this.#wake();
				},
				dequeued: () => this.#wake(),
				failed: () => void this.stop('encoder_failed')
			})
		);
	}

	get episodeId(): string {
		return this.#writer.meta.id;
	}

	async openEncoders(): Promise<void> {
		await Promise.all(this.#cameras.map((camera) => camera.open(this.#options.createEncoder)));
	}

	/** Nothing was recorded: leaves no trace. */
	async abandon(): Promise<void> {
		this.#cameras.forEach((camera) => camera.close());
		const progress = this.#progress(false);
		await this.#writer.seal({ block: null, progress, interrupted: true }).catch(() => this.#writer.release());
	}

	frame(camera: number, picture: I420Frame): void {
		const info = this.#episode.cameras[camera];
		if (this.#end || !info) return;
		// A camera that changes its size in mid-recording gives no picture that fits the track; it ends as a frozen one.
		const fits = picture.width === info.width && picture.height === info.height;
		if (!fits || picture.data.length !== i420Size(info.width, info.height)) return;
		this.#cameras[camera]?.picker.frame(picture);
		this.#wake();
	}

	tick(tick: RecordTick): void {
		if (this.#end) return;
		if (Number.isNaN(this.#firstTickMs)) {
			this.#firstTickMs = tick.tMs;
			this.#startedAtEpochMs = this.#options.epochMs();
		}
		if (!isWhole(tick, this.#episode.jointNames.length)) {
			this.#failedTicks += 1;
			return;
		}
		this.#waiting.push({
			tick,
			pictures: this.#cameras.map(() => null),
			missing: this.#cameras.length
		});
		for (const camera of this.#cameras) {
			camera.picker.tick(tick.index, tick.tMs);
			camera.picker.settle(tick.tMs - camera.patienceMs);
		}
		this.#submitDecided();
		this.#watch(tick.tMs);
	}

	counts(): RecordingCounts {
		const span = this.#lastCaptureMs - this.#firstCaptureMs;
		const { byteCount } = this.#writer;
		return {
			frames: this.#rows,
			failedTicks: this.#failedTicks,
			droppedTicks: this.#droppedTicks,
			achievedFps: span > 0 ? ((this.#rows - 1) * 1000) / span : null,
			byteCount,
			bytesPerSecond: span >= 1000 && byteCount > 0 ? (byteCount * 1000) / span : null,
			cameras: this.#cameras.map((camera) => camera.counters())
		};
	}

	ready(): Promise<void> {
		return new Promise((resolve) => {
			this.#readyWaiters.push(resolve);
			this.#wake();
		});
	}

	stop(code: ErrorCode | null = null): Promise<RecordingEnd> {
		this.#end ??= this.#finish(code);
		return this.#end;
	}

	onEnded(listener: (end: RecordingEnd) => void): Unsubscribe {
		return this.#ended.on(listener);
	}

	#picked(camera: number, tickIndex: number, picture: I420Frame | null): void {
		const waiting = this.#waiting.find(({ tick }) => tick.index === tickIndex);
		if (!waiting) return;
		waiting.pictures[camera] = picture;
		waiting.missing -= 1;
		this.#submitDecided();
	}

	/** Hands over to the encoders, in order, the ticks that have all their pictures. */
	#submitDecided(): void {
		for (let head = this.#waiting[0]; head?.missing === 0; head = this.#waiting[0]) {
			this.#waiting.shift();
			this.#submit(head);
		}
	}

	#submit({ tick, pictures }: WaitingTick): void {
		const chosen = pictures.filter((picture) => picture !== null);
		const full = this.#cameras.filter((camera) => camera.queueSize > MAX_QUEUE);
		full.forEach((camera) => camera.countDrop());
		if (full.length > 0 || chosen.length < this.#cameras.length) {
			this.#droppedTicks += 1;
			return;
		}
		const { sequence, key } = this.#assembler.begin({
			captureMs: tick.tMs - this.#firstTickMs,
			state: tick.state,
			action: tick.action,
			cameraMs: chosen.map((picture) => picture.tMs - this.#firstTickMs),
			correction: tick.correction === true
		});
		chosen.forEach((picture, i) => this.#cameras[i]?.encode(picture, sequence, key));
		if (sequence === 0) this.#makeThumbnails(chosen);
		if (this.#assembler.pending > MAX_PENDING_ROWS) void this.stop('encoder_failed');
	}

	#makeThumbnails(pictures: readonly I420Frame[]): void {
		const make = this.#options.thumbnail ?? makeThumbnail;
		const each = pictures.map(async (picture, i) => this.#writer.setThumbnail(i, await make(picture)));
		// A list without a picture is a smaller loss than a recording that stops for one.
		this.#thumbnails = Promise.allSettled(each);
	}

	/** Ends the recording when a camera stands still or the disk is about to be full. */
	#watch(nowMs: number): void {
		for (const { picker } of this.#cameras) {
			const newestMs = Number.isNaN(picker.newestMs) ? this.#firstTickMs : picker.newestMs;
			if (nowMs - newestMs > FROZEN_MS) return void this.stop('camera_frozen');
		}
		if (nowMs < this.#nextQuotaCheckMs || !this.#options.storage) return;
		this.#nextQuotaCheckMs = nowMs + QUOTA_CHECK_MS;
		void this.#checkRoom(this.#options.storage);
	}

	async #checkRoom(storage: StorageProbe): Promise<void> {
		const { usedBytes, quotaBytes } = await storageRoom(storage);
		if (usedBytes === null || quotaBytes === null) return;
		// The estimate may be one check old when it is acted upon.
		const soon = ((this.counts().bytesPerSecond ?? 0) * 2 * QUOTA_CHECK_MS) / 1000;
		if (quotaBytes - usedBytes < RESERVE_BYTES / 2 + soon) void this.stop('storage_full');
	}

	#progress(freshStats: boolean): EpisodeProgress {
		return {
			startedAtEpochMs: Number.isNaN(this.#startedAtEpochMs)
				? this.#writer.meta.startedAtEpochMs
				: this.#startedAtEpochMs,
			failedTicks: this.#failedTicks,
			droppedTicks: this.#droppedTicks,
			cameras: this.#cameras.map((camera) => camera.progress(freshStats))
		};
	}

	/** Calls of `ready` resolve when the last tick has its pictures, no encoder has any waiting and the store keeps up. */
	#wake(): void {
		if (this.#readyWaiters.length === 0) return;
		const newest = this.#waiting.at(-1);
		if (newest && !this.#end) {
			const arrivedMs = newest.tick.tMs - 500 / this.#episode.fps;
			if (!this.#cameras.every(({ picker }) => picker.newestMs >= arrivedMs)) return;
			for (const { picker } of this.#cameras) picker.settle(newest.tick.tMs);
		}
		const keepsUp = this.#blocks.keepsUp && this.#cameras.every((camera) => camera.queueSize <= 1);
		if (!keepsUp && !this.#end) return;
		const waiters = this.#readyWaiters;
		this.#readyWaiters = [];
		for (const resolve of waiters) resolve();
	}

	async #finish(code: ErrorCode | null): Promise<RecordingEnd> {
		// Callers may stand inside a picker's or an encoder's callback: let them unwind. Nothing comes in any more.
		await Promise.resolve();
		for (const { picker } of this.#cameras) picker.settle();
		this.#submitDecided();
		await Promise.all(this.#cameras.map((camera) => camera.flush()));
		this.#assembler.finish();
		this.#cameras.forEach((camera) => camera.close());
		await this.#thumbnails;
		const end = await this.#seal(code);
		this.#wake();
		this.#ended.emit(end);
		return end;
	}

	async #seal(wanted: ErrorCode | null): Promise<RecordingEnd> {
		const { block, failed } = await this.#blocks.finish();
		const code = wanted ?? failed;
		const progress = this.#progress(true);
		try {
			const meta = await this.#writer.seal({ block, progress, interrupted: code !== null });
			return { meta, code, sealed: true };
		} catch (error) {
			const reason = code ?? storeCode(error);
			// The last rows may be what does not fit: close without them.
			const retry = this.#writer.seal({ block: null, progress, interrupted: true });
			const meta = await retry.catch(() => undefined);
			this.#writer.release();
			return { meta: meta ?? null, code: reason, sealed: meta !== undefined };
		}
	}
}

/** Every value was read and a goal stood for every joint. Nothing is put in the place of one that is missing. */
function isWhole(tick: RecordTick, joints: number): boolean {
	const { read, state, action, tMs } = tick;
	return (
		read &&
		Number.isFinite(tMs) &&
		state.length === joints &&
		action.length === joints &&
		state.every(Number.isFinite) &&
		action.every(Number.isFinite)
	);
}

/** The learner's code of a store failure. */
export function storeCode(error: unknown): ErrorCode {
	return error instanceof CodedError && error.code === 'storage_full' ? 'storage_full' : 'no_indexeddb';
}
