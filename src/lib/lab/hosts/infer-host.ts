// The INFER worker's work: opens one policy at a time in an engine of its own, keeps the newest picture of each camera,
// answers ROBOT's wants, and opens the policy again when its runtime is lost. Stays able to answer while a run blocks the
// engine. Owns no clock and no arm: without a chunk the arm finishes what it has and holds.

import {
	PROTOCOL_VERSION,
	readRenderToConsumer,
	readRobotToInfer,
	type PolicyFailure,
	type PolicyManifest
} from '$lib/contracts';
import { err, ok, type Result, type Scheduler } from '$lib/core';
import {
	checkReference,
	createPictures,
	createWantDesk,
	emptyObservation,
	fillImages,
	loadPolicy,
	openFarRuntime,
	roomFor,
	runLimitMs,
	type BackendCandidate,
	type DeviceFacts,
	type EngineLine,
	type FarRuntime,
	type Loaded
} from '$lib/inference/run';
import type { PictureSource, WorkerHello } from './api';
import type { InferEvent, LoadAnswer, LoadPolicy, PastAnswer, PastInstant, PolicyEye } from './infer-api';

const OPEN_LIMIT_MS = 120_000;
/** A policy that is lost this often is not opened again. */
const REOPENINGS = 3;

export interface InferParts {
	/** A fresh engine: a worker that runs `serveEngine`. */
	readonly spawnEngine: () => EngineLine;
	readonly device: () => Promise<DeviceFacts>;
	readonly scheduler: Scheduler;
}

interface OpenPolicy {
	readonly policyId: string;
	readonly manifest: PolicyManifest;
	readonly request: LoadPolicy;
	readonly model: Blob;
	readonly loaded: Loaded;
	readonly tell: (event: InferEvent) => void;
	/** Open and warm on the processor while the policy runs on a graphics card, where there is room for two. */
	standby: Promise<FarRuntime | null> | null;
	runtime: FarRuntime | 'reopening' | PolicyFailure;
	reopenings: number;
}

export class InferHost {
	readonly #hello: WorkerHello;
	readonly #parts: InferParts;
	readonly #pictures = createPictures();
	readonly #desk;
	readonly #frames = new Map<PictureSource, MessagePort>();
	#eyes: readonly PolicyEye[] = [];
	#robot: MessagePort | null = null;
	#policy: OpenPolicy | null = null;
	/** Ends what is being opened. */
	#loading = new AbortController();
	#seq = 0;

	constructor(hello: WorkerHello, parts: InferParts) {
		this.#hello = hello;
		this.#parts = parts;
		this.#desk = createWantDesk({
			pictures: this.#pictures,
			policy: () => this.#policy,
			answer: ({ ch, body, t }, transfer) => this.#post(this.#robot, ch, body, t, transfer),
			now: () => parts.scheduler.now()
		});
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	/** For `choiceKey`, and to say before loading that a model is too large. */
	device(): Promise<DeviceFacts> {
		return this.#parts.device();
	}

	/** New end for wants and chunks; replaces the one to a ROBOT that is gone. */
	attachRobot(port: MessagePort): void {
		this.#robot?.close();
		this.#robot = port;
		// Another ROBOT has another clock: what was seen before says nothing on it.
		this.#pictures.forget();
		port.onmessage = (event: MessageEvent<unknown>) => {
			const message = readRobotToInfer(event.data);
			if (message !== null) this.#desk.want(message);
		};
	}

	/** Pictures of RENDER (`virtual`) or FRAMES (`device`), as they come to RECORDER. */
	attachFrames(port: MessagePort, source: PictureSource = 'virtual'): void {
		this.#frames.get(source)?.close();
		this.#frames.set(source, port);
		port.onmessage = (event: MessageEvent<unknown>) => this.#fromCamera(source, event.data);
		this.#wantFrames(
			this.#eyes.filter((eye) => eye.source === source),
			true
		);
	}

	/** Pictures of these cameras flow from now on, of others no more; an empty list ends them all. */
	watch(eyes: readonly PolicyEye[]): void {
		this.#wantFrames(this.#eyes, false);
		this.#pictures.forget();
		this.#eyes = eyes;
		this.#wantFrames(eyes, true);
	}

	/**
	 * Opens a policy instead of the one that was open. Everything is measured before it answers; wants are refused meanwhile.
	 * @param tell (a proxy) progress while opening, and losses for as long as the policy is open
	 */
	async load(request: LoadPolicy, tell: (event: InferEvent) => void): Promise<LoadAnswer> {
		await this.close();
		const mine = new AbortController();
		this.#loading = mine;
		const { policyId, manifest } = request;
		const model = request.model instanceof Blob ? request.model : new Blob([request.model]);
		const { scheduler } = this.#parts;
		const device = await this.#parts.device();
		const answer = await loadPolicy(
			{ ...request, device },
			{
				openEngine: (candidate) => this.#open(manifest, model, request, candidate),
				onProgress: tell,
				now: () => scheduler.now(),
				signal: mine.signal
			}
		);
		if (!answer.ok) return answer;
		const { runtime, choice, check, medianMs, readyMs } = answer.value;
		if (mine.signal.aborted) {
			await runtime.close();
			return err({ code: 'policy_closed', detail: 'closed while opening', figures: {} });
		}
		const loaded = answer.value;
		const policy: OpenPolicy = {
			policyId,
			manifest,
			request,
			model,
			loaded,
			tell,
			standby: null,
			runtime,
			reopenings: 0
		};
		this.#policy = policy;
		this.#watchOver(policy, runtime);
		const two = roomFor(2 * manifest.files.fp32.bytes, device.memoryGb);
		if (choice.chosen.backend === 'webgpu' && two.fits)
			policy.standby = this.#openAgain(policy, onProcessor(choice, device)).then((opened) =>
				opened.ok ? opened.value : null
			);
		const { largestDifference, tolerance } = check;
		return ok({ choice, largestDifference, tolerance, medianMs, readyMs });
	}

	/** What the policy would have asked for at a past instant. Takes its turn behind ROBOT's wants. */
	async runPast({ tick, state, pictures }: PastInstant): Promise<PastAnswer> {
		const policy = this.#policy;
		if (policy === null || policy.runtime === 'reopening')
			return err({ code: 'policy_closed', detail: 'no policy is open' });
		if ('code' in policy.runtime) return err(policy.runtime);
		const { cameras } = policy.manifest;
		if (pictures.length !== cameras.length)
			return err({ code: 'policy_observation_wrong', detail: `${pictures.length} pictures` });
		const past = createPictures();
		for (const [at, { name }] of cameras.entries()) {
			const picture = pictures[at];
			if (picture !== undefined) past.offer(name, { ...picture, tMs: 0, sequence: 0 });
		}
		const { images } = emptyObservation(policy.manifest);
		fillImages(past, cameras, images);
		return policy.runtime.run({ tick, state, images });
	}

	/** Gives all of the policy's memory back. Wants are answered `policy_closed` from now on. Idempotent. */
	async close(): Promise<void> {
		this.#loading.abort();
		const policy = this.#policy;
		this.#policy = null;
		if (policy === null) return;
		if (policy.runtime !== 'reopening' && 'run' in policy.runtime) await policy.runtime.close();
		await (await policy.standby)?.close();
	}

	#open(
		manifest: PolicyManifest,
		model: Blob,
		{ precision }: LoadPolicy,
		{ backend, threads }: BackendCandidate
	): ReturnType<typeof openFarRuntime> {
		const { scheduler, spawnEngine } = this.#parts;
		return openFarRuntime(spawnEngine(), {
			manifest,
			model,
			precision,
			backend,
			threads,
			openLimitMs: OPEN_LIMIT_MS,
			runLimitMs: OPEN_LIMIT_MS,
			scheduler
		});
	}

	#watchOver(policy: OpenPolicy, runtime: FarRuntime): void {
		void runtime.gone.then((failure) => {
			if (this.#policy !== policy || policy.runtime !== runtime) return;
			policy.runtime = 'reopening';
			policy.tell({ stage: 'lost', failure });
			void this.#reopen(policy, failure);
		});
	}

	/** On the processor after a lost graphics card, else on what it ran on. Never answers with anything of the lost one. */
	async #reopen(policy: OpenPolicy, failure: PolicyFailure): Promise<void> {
		const { scheduler } = this.#parts;
		const startMs = scheduler.now();
		const { choice } = policy.loaded;
		const lostGpu = failure.code === 'policy_gpu_lost';
		const candidate = lostGpu ? onProcessor(choice, await this.#parts.device()) : choice.chosen;
		policy.reopenings += 1;
		const ready = await policy.standby;
		policy.standby = null;
		let opened: Result<FarRuntime, PolicyFailure> = ready === null ? err(failure) : ok(ready);
		if (ready === null && policy.reopenings <= REOPENINGS) opened = await this.#openAgain(policy, candidate);
		if (this.#policy !== policy) {
			if (opened.ok) await opened.value.close();
		} else if (opened.ok) {
			policy.runtime = opened.value;
			this.#watchOver(policy, opened.value);
			policy.tell({ stage: 'reopened', candidate, inMs: scheduler.now() - startMs });
		} else {
			policy.runtime = opened.error;
			policy.tell({ stage: 'broken', failure: opened.error });
		}
	}

	/** Warm, and proved to be the same policy by one run. */
	async #openAgain(
		{ manifest, model, request, loaded }: OpenPolicy,
		candidate: BackendCandidate
	): Promise<Result<FarRuntime, PolicyFailure>> {
		const opened = await this.#open(manifest, model, request, candidate);
		if (!opened.ok) return err({ code: 'policy_run_failed', detail: opened.error.detail });
		const runtime = opened.value;
		const { observations, actions } = request.reference;
		const one = { observations: observations.slice(0, 1), actions: actions.slice(0, 1) };
		const check = await checkReference(runtime, one, () => this.#parts.scheduler.now());
		if (!check.ok) {
			await runtime.close();
			return err({ code: 'policy_run_failed', detail: check.error.detail });
		}
		runtime.setRunLimit(runLimitMs(Math.max(loaded.medianMs, ...check.value.runsMs)));
		return ok(runtime);
	}

	#fromCamera(source: PictureSource, data: unknown): void {
		const message = readRenderToConsumer(data);
		if (message?.ch !== 'frame') return;
		const { camera, frame } = message.body;
		// Taken at once: what is not looked at is replaced, never queued.
		this.#post(
			this.#frames.get(source) ?? null,
			'frame-taken',
			{ camera, sequence: frame.sequence },
			message.t
		);
		if (this.#eyes.some((eye) => eye.name === camera && eye.source === source))
			this.#pictures.offer(camera, frame);
	}

	#wantFrames(eyes: readonly PolicyEye[], wanted: boolean): void {
		for (const { name, source } of eyes)
			this.#post(
				this.#frames.get(source) ?? null,
				'want-frames',
				{ camera: name, wanted },
				this.#parts.scheduler.now()
			);
	}

	#post(port: MessagePort | null, ch: string, body: object, t: number, transfer: Transferable[] = []): void {
		port?.postMessage({ v: PROTOCOL_VERSION, ch, seq: this.#seq++, t, body }, transfer);
	}
}

/** The fastest that was measured on the processor, or what is there without measuring. */
function onProcessor({ measured }: Loaded['choice'], { cores, isolated }: DeviceFacts): BackendCandidate {
	const ran = measured.filter(({ backend, medianMs }) => backend === 'wasm' && medianMs !== null);
	const [fastest] = ran.sort((a, b) => (a.medianMs ?? 0) - (b.medianMs ?? 0));
	return { backend: 'wasm', threads: fastest?.threads ?? (isolated ? Math.min(2, cores) : 1) };
}
