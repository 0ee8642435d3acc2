// The RECORDER worker's work: the writing half of the seat's store. Takes record ticks from ROBOT against credits and
// pictures from the camera workers on demand, and hands both to one EpisodeRecorder at a time.

import {
	PROTOCOL_VERSION,
	isEnvelope,
	isErrorCode,
	readRenderToConsumer,
	type CameraInfo,
	type EpisodeMeta,
	type ErrorCode,
	type RecordTick
} from '$lib/contracts';
import { CodedError, createWallScheduler, isCoded } from '$lib/core';
import {
	askToPersist,
	createWebCodecsFactory,
	expectedBytesPerSecond,
	openIdbStore,
	prepareRecorder,
	refusalBeforeStart,
	storageRoom,
	type EpisodeRecorder,
	type RecordingStore
} from '$lib/recorder';
import type {
	ArmAnswer,
	ClockMode,
	OpenStore,
	PictureSource,
	RecorderApi,
	RecordingCounts,
	StartRecording,
	StoreSnapshot,
	WorkerHello
} from './api';

/** Batches ROBOT may have under way. */
const CREDITS = 20;
/** A picture of every camera should be there this soon after it was asked for. */
const FIRST_PICTURE_MS = 2000;
/** In lockstep the last picture is on its way when recording ends; longer only if its camera is gone. */
const LAST_PICTURE_MS = 2000;

/** A real camera and a virtual one may bear the same name; an episode has one of them. */
const sourceOf = ({ kind }: CameraInfo): PictureSource => (kind === 'device' ? 'device' : 'virtual');

function refused(error: unknown, fallback: ErrorCode): ArmAnswer {
	if (isCoded(error) && isErrorCode(error.code))
		return { ok: false, code: error.code, details: { ...error.details } };
	return { ok: false, code: fallback, details: { reason: String(error) } };
}

export class RecorderHost implements RecorderApi {
	readonly #hello: WorkerHello;
	#onEnded: (code: ErrorCode) => void = () => undefined;
	#store: RecordingStore | null = null;
	#clock: ClockMode = 'wall';
	#robot: MessagePort | null = null;
	/** Where pictures come from: RENDER's virtual cameras, FRAMES' real ones. */
	readonly #frames = new Map<PictureSource, MessagePort>();
	#recorder: EpisodeRecorder | null = null;
	#cameras: readonly CameraInfo[] = [];
	#seq = 0;
	/** How long ago the tick at hand was taken when its batch was sent. */
	#tickAgeMs = 0;
	#askedToPersist = false;
	#seen = new Set<string>();
	#onPicture: (() => void) | null = null;

	constructor(hello: WorkerHello) {
		this.#hello = hello;
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	async open(options: OpenStore, onEnded: (code: ErrorCode) => void): Promise<ArmAnswer> {
		this.#clock = options.clock;
		this.#onEnded = onEnded;
		try {
			this.#store?.close();
			const store = await openIdbStore({ seatId: options.seatId });
			this.#store = store;
			// Ended before its first rows were on the disk: nothing to offer, nothing to keep.
			for (const { meta, frameCount } of await store.recoverable())
				if (frameCount === 0) await store.recover(meta.id);
			return { ok: true };
		} catch (error) {
			return refused(error, 'no_indexeddb');
		}
	}

	attachRobot(port: MessagePort): void {
		this.#robot?.close();
		this.#robot = port;
		port.onmessage = (event: MessageEvent<unknown>) => this.#fromRobot(event.data);
	}

	attachFrames(port: MessagePort, source: PictureSource = 'virtual'): void {
		this.#frames.get(source)?.close();
		this.#frames.set(source, port);
		port.onmessage = (event: MessageEvent<unknown>) => this.#fromCamera(source, event.data);
		if (this.#recorder !== null) this.#wantFrames(true);
	}

	async prepare(what: StartRecording): Promise<ArmAnswer> {
		const store = this.#store;
		if (store === null) return { ok: false, code: 'no_indexeddb', details: {} };
		if (this.#recorder !== null) await this.#recorder.stop();
		// Asked when there is something to lose; the browser decides, the page shows its answer.
		if (!this.#askedToPersist) void askToPersist(navigator.storage);
		this.#askedToPersist = true;
		try {
			const room = await storageRoom(navigator.storage);
			const rate = expectedBytesPerSecond(what.cameras, what.fps, what.jointNames.length);
			const refusal = refusalBeforeStart(room, rate);
			if (refusal !== null) {
				const megabytes = Math.round(((room.quotaBytes ?? 0) - (room.usedBytes ?? 0)) / 1e6);
				return { ok: false, code: refusal, details: { megabytes } };
			}
			const datasetId = what.datasetId === '' ? await this.#newDataset(store, what) : what.datasetId;
			this.#cameras = what.cameras;
			this.#seen.clear();
			this.#wantFrames(true);
			const { datasetName: _, ...episode } = what;
			const recorder = await prepareRecorder(
				{
					store,
					scheduler: createWallScheduler(),
					createEncoder: createWebCodecsFactory(),
					// Ticks come in batches: the first of one is older than its message.
					epochMs: () => Date.now() - this.#tickAgeMs,
					storage: navigator.storage
				},
				{ ...episode, datasetId }
			);
			recorder.onEnded((end) => this.#ended(recorder, end.code));
			this.#recorder = recorder;
			await this.#firstPictures();
			return { ok: true };
		} catch (error) {
			this.#wantFrames(false);
			return refused(error, 'encoder_failed');
		}
	}

	counts(): RecordingCounts | null {
		const recorder = this.#recorder;
		if (recorder === null) return null;
		const { frames, failedTicks, achievedFps, cameras } = recorder.counts();
		return {
			frames,
			failedTicks,
			achievedFps,
			cameras: cameras.map((counters, index) => ({ name: this.#cameras[index]?.name ?? '', ...counters }))
		};
	}

	async seal(interrupted: boolean): Promise<EpisodeMeta | null> {
		const recorder = this.#recorder;
		if (recorder === null) return null;
		if (this.#clock === 'lockstep') await this.#lastPictures(recorder);
		const end = await recorder.stop(interrupted ? 'port_lost' : null);
		this.#recorder = null;
		this.#wantFrames(false);
		if (!end.sealed) throw new CodedError(end.code ?? 'storage_full', 'the episode could not be sealed');
		return end.meta;
	}

	async snapshot(): Promise<StoreSnapshot> {
		const store = this.#need();
		const room = await storageRoom(navigator.storage);
		const listed = await store.listDatasets();
		const datasets = await Promise.all(
			listed.map(async ({ id, name, createdAtEpochMs, bytes }) => ({
				id,
				name,
				createdAtEpochMs,
				bytes,
				episodes: await store.listEpisodes({ datasetId: id })
			}))
		);
		const recoverable = await store.recoverable();
		return {
			datasets,
			recoverable: recoverable
				.filter(({ frameCount }) => frameCount > 0)
				.map(({ meta, frameCount }) => ({ ...meta, frameCount })),
			...room
		};
	}

	createDataset(name: string): Promise<string> {
		return this.#need().createDataset(name);
	}

	renameDataset(id: string, name: string): Promise<void> {
		return this.#need().renameDataset(id, name);
	}

	discardEpisode(id: string): Promise<void> {
		return this.#need().discard(id);
	}

	restoreEpisode(id: string): Promise<void> {
		return this.#need().undoDiscard(id);
	}

	discardDataset(id: string): Promise<void> {
		return this.#need().deleteDataset(id);
	}

	restoreDataset(id: string): Promise<void> {
		return this.#need().undoDeleteDataset(id);
	}

	async recover(id: string): Promise<ArmAnswer> {
		try {
			const meta = await this.#need().recover(id);
			return meta === null ? { ok: false, code: 'episode_torn', details: {} } : { ok: true };
		} catch (error) {
			return refused(error, 'store_damaged');
		}
	}

	async persist(): Promise<ArmAnswer> {
		const kept = (await askToPersist(navigator.storage)) === true;
		return kept ? { ok: true } : { ok: false, code: 'storage_not_persisted', details: {} };
	}

	#need(): RecordingStore {
		if (this.#store === null) throw new CodedError('no_indexeddb', 'the store is not open');
		return this.#store;
	}

	/**
	 * Recording needs a place to go. Simulated episodes do not mix with real ones, nor what a policy did with what a person
	 * showed; a new dataset is named by its task unless a name is given.
	 */
	async #newDataset(store: RecordingStore, what: StartRecording): Promise<string> {
		const { task, simulated, run, datasetName = task } = what;
		for (const { id } of await store.listDatasets()) {
			const episodes = await store.listEpisodes({ datasetId: id });
			// An empty one was made for demonstrations.
			if (run !== undefined && episodes.length === 0) continue;
			const alike = (episode: EpisodeMeta): boolean =>
				episode.simulated === simulated && (episode.run === undefined) === (run === undefined);
			if (episodes.every(alike)) return id;
		}
		return store.createDataset(datasetName.slice(0, 60));
	}

	#ended(recorder: EpisodeRecorder, code: ErrorCode | null): void {
		if (this.#recorder !== recorder || code === null) return;
		this.#wantFrames(false);
		this.#onEnded(code);
	}

	#wantFrames(wanted: boolean): void {
		for (const camera of this.#cameras)
			this.#post(this.#frames.get(sourceOf(camera)) ?? null, 'want-frames', { camera: camera.name, wanted });
	}

	/** Recording begins with a picture of every camera in hand; one that does not come is told by the first tick. */
	#firstPictures(): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, FIRST_PICTURE_MS);
			this.#onPicture = () => {
				if (this.#seen.size < this.#cameras.length) return;
				clearTimeout(timer);
				this.#onPicture = null;
				resolve();
			};
			this.#onPicture();
		});
	}

	#lastPictures(recorder: EpisodeRecorder): Promise<unknown> {
		const gone = new Promise((resolve) => setTimeout(resolve, LAST_PICTURE_MS));
		return Promise.race([recorder.ready(), gone]);
	}

	#fromCamera(source: PictureSource, data: unknown): void {
		const message = readRenderToConsumer(data);
		if (message?.ch !== 'frame') return;
		const { camera, frame } = message.body;
		this.#post(this.#frames.get(source) ?? null, 'frame-taken', { camera, sequence: frame.sequence });
		const index = this.#cameras.findIndex((info) => info.name === camera && sourceOf(info) === source);
		if (index < 0) return;
		this.#recorder?.frame(index, frame);
		this.#seen.add(camera);
		this.#onPicture?.();
	}

	#fromRobot(data: unknown): void {
		if (!isEnvelope(data, ['record'])) return;
		const { ticks } = data.body as { ticks: readonly RecordTick[] };
		for (const tick of ticks) {
			const ageMs = data.t - tick.tMs;
			this.#tickAgeMs = this.#clock === 'wall' && ageMs > 0 && ageMs < Infinity ? ageMs : 0;
			this.#recorder?.tick(tick);
		}
		const last = ticks.at(-1)?.index ?? 0;
		// Taking a batch never piles anything up: a full encoder drops (counted), a store that lags for a second ends the
		// recording by itself. What is left to be told is that this worker still takes messages at all.
		if (this.#clock === 'wall') this.#post(this.#robot, 'credit', { batches: CREDITS });
		else void this.#finishLockstep(last);
	}

	async #finishLockstep(index: number): Promise<void> {
		await this.#recorder?.ready();
		this.#post(this.#robot, 'credit', { batches: CREDITS });
		this.#post(this.#robot, 'recorded', { index });
	}

	#post(port: MessagePort | null, ch: string, body: object): void {
		port?.postMessage({ v: PROTOCOL_VERSION, ch, seq: this.#seq++, t: performance.now(), body });
	}
}
