// The TRAINING worker's work: a seat's episodes or the expert's demonstrations in, a policy package out. Reads the seat's
// recordings and never writes them; keeps checkpoints; touches no arm.

import type {
	EpisodeReader,
	ErrorCode,
	TrainingFailure,
	TrainingProgress,
	TrainingRequest,
	TrainingResult,
	UnfinishedTraining
} from '$lib/contracts';
import { err, isCoded, ok, type Result } from '$lib/core';
import { openIdbStore, openIdbTrainingEngine } from '$lib/recorder';
import {
	createCheckpointStore,
	decodeWithWebCodecs,
	examplesFromEpisodes,
	finishTraining,
	hasWasmSimd,
	runTraining,
	type CheckpointStore,
	type PictureDecoder,
	type TrainingEngine,
	type Examples,
	type RunControl
} from '$lib/training/worker';
import { NO_PROGRESS } from '$lib/training';
import type { WorkerHello } from '../hosts/api';
import { expertExamples, mujocoInBrowser } from './expert-examples';
import type { TrainApi, TrainOptions } from './train-api';

/** What the host stands in; the defaults are the browser's. */
export interface TrainSurroundings {
	/** Rejects where nothing can be kept. */
	readonly openEngine: (seatId: string) => Promise<TrainingEngine>;
	readonly openEpisodes: (
		seatId: string,
		datasetId: string
	) => Promise<{ readonly readers: readonly EpisodeReader[]; readonly close: () => void }>;
	/** What computes, for people. */
	readonly device: () => string;
	/** Null where the browser has none. */
	readonly decode: PictureDecoder | null;
}

export const IN_BROWSER: TrainSurroundings = {
	openEngine: (seatId) => openIdbTrainingEngine(seatId),
	device: () => `${navigator.userAgent}, ${navigator.hardwareConcurrency} processors`,
	async openEpisodes(seatId, datasetId) {
		const store = await openIdbStore({ seatId });
		const metas = await store.listEpisodes({ datasetId });
		const readers = await Promise.all(metas.map(({ id }) => store.openEpisode(id)));
		return { readers, close: () => store.close() };
	},
	decode: typeof VideoDecoder === 'undefined' ? null : decodeWithWebCodecs
};

const failure = (code: ErrorCode, details: TrainingFailure['details'] = {}): Result<never, TrainingFailure> =>
	err({ code, details });

/** What a person wants of the training that runs, as the loop reads it. */
class Control implements RunControl {
	paused = false;
	stopped = false;
	cancelled = false;
	#wake: () => void = () => undefined;

	untilGoing(): Promise<void> {
		if (!this.paused) return Promise.resolve();
		return new Promise((resolve) => {
			this.#wake = resolve;
		});
	}

	go(): void {
		this.paused = false;
		this.#wake();
	}
}

/** Lets messages in: a task of its own, without the four milliseconds that timers take. */
function createBreath(): () => Promise<void> {
	const { port1, port2 } = new MessageChannel();
	let wake: () => void = () => undefined;
	port1.onmessage = () => wake();
	return () =>
		new Promise((resolve) => {
			wake = resolve;
			port2.postMessage(null);
		});
}

export class TrainHost implements TrainApi {
	readonly #hello: WorkerHello;
	readonly #surroundings: TrainSurroundings;
	#control: Control | null = null;

	constructor(hello: WorkerHello, surroundings = IN_BROWSER) {
		this.#hello = hello;
		this.#surroundings = surroundings;
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	async train(
		request: TrainingRequest,
		options: TrainOptions,
		onProgress: (progress: TrainingProgress) => void
	): Promise<Result<TrainingResult | null, TrainingFailure>> {
		if (this.#control !== null) throw new Error('a training is under way');
		const control = new Control();
		this.#control = control;
		const checkpoints = await this.#openCheckpoints(request.data.seatId);
		const letGo = holdTraining(request.id);
		try {
			if (!hasWasmSimd()) return failure('training_no_simd');
			let last = NO_PROGRESS;
			const tell = (progress: TrainingProgress): void => onProgress((last = progress));
			const examples = await this.#prepare(request, control, tell);
			if (!examples.ok) return examples;
			if (examples.value === null) return ok(null);
			const trained = await runTraining(request, examples.value, control, {
				nowMs: () => performance.now(),
				epochMs: () => Date.now(),
				breathe: createBreath(),
				checkpoints,
				onProgress: tell
			});
			if (!trained.ok) return trained;
			if (trained.value === null) return ok(null);
			tell({ ...last, phase: 'packing', secondsLeft: null });
			const { shape } = examples.value;
			const template = await fetch(`${options.templates}patch-keypoint-${shape.cameras.length}.onnx`);
			if (!template.ok) return failure('policy_fetch_failed');
			const file = await finishTraining(request, examples.value, trained.value, {
				template: new Uint8Array(await template.arrayBuffer()),
				device: this.#surroundings.device(),
				limits: options.limits,
				licence: request.data.kind === 'expert' ? 'Apache-2.0' : ''
			});
			return ok({ file });
		} catch (error) {
			return failed(error);
		} finally {
			this.#control = null;
			letGo();
			checkpoints?.close();
		}
	}

	pause(): void {
		if (this.#control !== null) this.#control.paused = true;
	}

	resume(): void {
		this.#control?.go();
	}

	stop(): void {
		if (this.#control === null) return;
		this.#control.stopped = true;
		this.#control.go();
	}

	cancel(): void {
		if (this.#control === null) return;
		this.#control.cancelled = true;
		this.#control.go();
	}

	async unfinished(seatId: string): Promise<readonly UnfinishedTraining[]> {
		const checkpoints = await this.#openCheckpoints(seatId);
		try {
			const held = await heldTrainings();
			return ((await checkpoints?.list()) ?? []).filter(({ request }) => !held.has(request.id));
		} finally {
			checkpoints?.close();
		}
	}

	async forget(seatId: string, id: string): Promise<void> {
		const checkpoints = await this.#openCheckpoints(seatId);
		try {
			await checkpoints?.forget(id);
		} finally {
			checkpoints?.close();
		}
	}

	/** Null where nothing can be kept: the training goes on and says so. */
	async #openCheckpoints(seatId: string): Promise<CheckpointStore | null> {
		try {
			return createCheckpointStore(await this.#surroundings.openEngine(seatId));
		} catch {
			return null;
		}
	}

	async #prepare(
		{ data }: TrainingRequest,
		control: Control,
		tell: (progress: TrainingProgress) => void
	): Promise<Result<Examples | null, TrainingFailure>> {
		const onEpisode = (done: number, total: number): void => tell({ ...NO_PROGRESS, done, total });
		const cancelled = async (): Promise<boolean> => {
			await control.untilGoing();
			return control.cancelled || control.stopped;
		};
		if (data.kind === 'expert') {
			const { episodes, firstSeed } = data;
			return expertExamples({ episodes, firstSeed, wasmUrl: mujocoInBrowser, onEpisode, cancelled });
		}
		const { decode, openEpisodes } = this.#surroundings;
		if (decode === null) return failure('no_webcodecs');
		const { readers, close } = await openEpisodes(data.seatId, data.datasetId);
		try {
			return await examplesFromEpisodes(readers, {
				dataset: data.name,
				decode,
				onEpisode,
				cancelled
			});
		} finally {
			close();
		}
	}
}

const LOCK = 'edubotics-training:';

/** While it runs here, no other tab offers to continue it. Call the answer to let go; death lets go by itself. */
function holdTraining(id: string): () => void {
	if (typeof navigator === 'undefined' || !('locks' in navigator)) return () => undefined;
	let letGo: () => void = () => undefined;
	const done = new Promise<void>((resolve) => {
		letGo = resolve;
	});
	void navigator.locks.request(`${LOCK}${id}`, () => done);
	return letGo;
}

async function heldTrainings(): Promise<ReadonlySet<string>> {
	if (typeof navigator === 'undefined' || !('locks' in navigator)) return new Set();
	const { held = [] } = await navigator.locks.query();
	return new Set(held.flatMap(({ name = '' }) => (name.startsWith(LOCK) ? [name.slice(LOCK.length)] : [])));
}

/** What throws here without a code of its own is most often a lack of memory; the page says that TRAINING is gone. */
function failed(error: unknown): Result<never, TrainingFailure> {
	const reason = String(error).slice(0, 200);
	if (isCoded(error)) return failure(error.code as ErrorCode, { ...error.details });
	return failure('train_worker_died', { reason });
}
