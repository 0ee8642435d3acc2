// The WHY worker's work: one recorded episode, looked at with one policy. Opens the seat's stores beside their writers, decodes the
// episode's pictures, asks the policy at every instant at which it would have asked itself, judges, draws the pictures, and
// keeps the result with the run. Everything is given back when it has answered. Owns no arm, no camera and no clock.

import {
	WHY_VERSION,
	isErrorCode,
	type ErrorCode,
	type PolicyManifest,
	type WhyAnalysis,
	type WhyFinding
} from '$lib/contracts';
import { CodedError, isCoded } from '$lib/core';
import type { I420Planes } from '$lib/camera';
import {
	openPolicyStore,
	type PackageProblem,
	type PolicyPackage,
	type PolicyStore
} from '$lib/inference/package';
import {
	backgroundOf,
	cameraShift,
	judge,
	rowsToAsk,
	type Asked,
	type LumaPicture,
	type WhyJudged,
	type WhyMeasured
} from '$lib/inference/why';
import {
	loadEpisodeFrames,
	openIdbPolicyEngine,
	openIdbStore,
	type EpisodeFrames,
	type RecordingStore
} from '$lib/recorder';
import type { Result } from '$lib/core';
import type { WorkerHello } from './api';
import { InferHost, type InferParts } from './infer-host';
import { trainingBackground, viewOf } from './why-pictures';
import { drawFindings } from './why-draw';
import type { WhyAnswer, WhyProgress, WhyRequest } from './why-api';

/** Views of one camera that its background is made of. */
const VIEWS = 31;

/** Stops the look; what it has opened is closed on the way out. */
class Stop extends Error {
	constructor(
		readonly code: ErrorCode | 'no_episode' | 'cancelled',
		readonly details: Readonly<Record<string, string | number>> = {}
	) {
		super(code);
	}
}

interface Look {
	readonly request: WhyRequest;
	readonly opened: PolicyPackage;
	readonly frames: EpisodeFrames;
	readonly infer: InferHost;
	readonly signal: AbortSignal;
	readonly tell: (progress: WhyProgress) => void;
}

export class WhyHost {
	readonly #hello: WorkerHello;
	readonly #parts: InferParts;
	#abort: AbortController | null = null;

	constructor(hello: WorkerHello, parts: InferParts) {
		this.#hello = hello;
		this.#parts = parts;
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	cancel(): void {
		this.#abort?.abort();
	}

	/** One at a time: a new look ends the one before. @param tell (a proxy) */
	async analyse(request: WhyRequest, tell: (progress: WhyProgress) => void): Promise<WhyAnswer> {
		this.#abort?.abort();
		const abort = new AbortController();
		this.#abort = abort;
		const { signal } = abort;
		const infer = new InferHost(this.#hello, this.#parts);
		signal.addEventListener('abort', () => void infer.close(), { once: true });
		let policies: PolicyStore | null = null;
		let recordings: RecordingStore | null = null;
		try {
			tell({ step: 'model', share: null });
			policies = await openPolicyStore(await openIdbPolicyEngine(request.seatId));
			recordings = await openIdbStore({ seatId: request.seatId });
			const opened = unwrap(await policies.open(request.policyId));
			const frames = await episodeOf(recordings, request);
			checkFits(frames, opened.manifest);
			await openModel(infer, opened, request.policyId);
			const analysis = await look({ request, opened, frames, infer, signal, tell });
			const { run } = request;
			// A full disk hides nothing: it is shown, and looked at anew next time.
			const kept = run === null ? false : await keep(policies, run.id, analysis);
			return { ok: true, analysis, kept };
		} catch (error) {
			return signal.aborted ? { ok: false, code: 'cancelled', details: {} } : failure(error);
		} finally {
			await infer.close();
			policies?.close();
			recordings?.close();
		}
	}
}

function failure(error: unknown): WhyAnswer {
	if (error instanceof Stop) return { ok: false, code: error.code, details: error.details };
	if (isCoded(error) && isErrorCode(error.code))
		return { ok: false, code: error.code, details: { ...error.details } };
	return { ok: false, code: 'policy_did_not_open', details: { reason: String(error) } };
}

function unwrap<T>(answer: Result<T, PackageProblem> | undefined): T {
	if (answer === undefined) throw new Stop('policy_package_damaged');
	if (!answer.ok) throw new Stop(answer.error.code, { part: answer.error.part });
	return answer.value;
}

async function keep(policies: PolicyStore, runId: string, analysis: WhyAnalysis): Promise<boolean> {
	return policies.keepWhy(runId, analysis).then(
		() => true,
		() => false
	);
}

/** By its id, or by the run it shows: a tab that died before it could note the id has left the episode all the same. */
async function episodeOf(recordings: RecordingStore, { episodeId, run }: WhyRequest): Promise<EpisodeFrames> {
	const episodes = await recordings.listEpisodes();
	const found = episodes.find(({ id, run: shown }) =>
		episodeId === null ? run !== null && shown?.runId === run.id : id === episodeId
	);
	if (found === undefined) throw new Stop('no_episode');
	return loadEpisodeFrames(await recordings.openEpisode(found.id));
}

function checkFits({ meta }: EpisodeFrames, { joints, cameras }: PolicyManifest): void {
	const sameJoints =
		joints.length === meta.jointNames.length &&
		joints.every(({ name }, j) => meta.jointNames[j] === `${name}.pos`);
	const missing = cameras.find(({ name }) => !meta.cameras.some(({ info }) => info.name === name));
	if (!sameJoints) throw new Stop('episode_other_robot');
	if (missing !== undefined) throw new Stop('episode_other_robot', { camera: missing.name });
}

/** Proved against its reference like any model that is to drive. */
async function openModel(infer: InferHost, opened: PolicyPackage, policyId: string): Promise<void> {
	const model = unwrap(await opened.model('fp32'));
	const reference = unwrap(await opened.reference());
	const { manifest } = opened;
	const answer = await infer.load(
		{
			policyId,
			manifest,
			model: new Blob([model]),
			precision: 'fp32',
			reference,
			backend: 'wasm',
			remembered: null
		},
		() => undefined
	);
	if (answer.ok) return;
	const { code, figures } = answer.error;
	throw new Stop(isErrorCode(code) ? code : 'policy_did_not_open', { ...figures });
}

async function look(context: Look): Promise<WhyAnalysis> {
	const { request, opened, frames, tell } = context;
	const { manifest } = opened;
	const { run } = request;
	const backgrounds = await Promise.all(unwrap(await opened.backgrounds()).map(trainingBackground));
	const { answers, views, first } = await ask(context, backgrounds);
	tell({ step: 'findings', share: null });
	const cameras = manifest.cameras.map(({ name }, at): WhyMeasured['cameras'][number] => {
		const background = backgrounds[at];
		const seen = views[at] ?? [];
		if (background === undefined) return { name, shift: 'no_background' };
		return { name, shift: seen.length === 0 ? 'no_pictures' : cameraShift(background, backgroundOf(seen)) };
	});
	const slow = run !== null && (run.speed < 1 || run.slowStart);
	const judged = judge({
		manifest,
		rows: frames.rows,
		answers,
		cameras,
		run: run === null ? null : { slow }
	});
	const training = unwrap(await opened.pictures());
	const findings = await drawFindings(judged.findings, { frames, manifest, training, first });
	return assemble(context, answers.length, judged, findings);
}

function assemble(
	{ request, opened, frames }: Look,
	answers: number,
	{ compared, spans, errors, series, unjudged, fine }: WhyJudged,
	findings: readonly WhyFinding[]
): WhyAnalysis {
	return {
		schemaVersion: WHY_VERSION,
		policyId: request.policyId,
		episodeId: frames.meta.id,
		runId: request.run?.id ?? null,
		madeAtEpochMs: Date.now(),
		joints: opened.manifest.joints,
		answers,
		compared,
		spans,
		errors,
		series,
		findings,
		unjudged,
		fine
	};
}

interface Seen {
	readonly answers: readonly Asked[];
	/** Per camera of the manifest, spread over the episode, at its background's size. */
	readonly views: readonly (readonly LumaPicture[])[];
	/** Per camera of the manifest the first picture. */
	readonly first: readonly I420Planes[];
}

/** Asks the policy at every instant at which it would have asked itself, with what it would have seen. */
async function ask(
	{ opened: { manifest }, frames, infer, signal, tell }: Look,
	backgrounds: readonly LumaPicture[]
): Promise<Seen> {
	const { rows, meta } = frames;
	const instants = rowsToAsk(rows, manifest);
	const places = manifest.cameras.map(({ name }) => meta.cameras.findIndex(({ info }) => info.name === name));
	const films = places.map((camera) => frames.pictures(camera, instants, signal));
	const every = Math.max(1, Math.floor(instants.length / VIEWS));
	const answers: Asked[] = [];
	const views: LumaPicture[][] = films.map(() => []);
	let first: readonly I420Planes[] = [];
	try {
		for (const [n, row] of instants.entries()) {
			signal.throwIfAborted();
			const pictures = await Promise.all(films.map(nextOf));
			if (n === 0) first = pictures;
			if (n % every === 0)
				for (const [camera, picture] of pictures.entries()) {
					const size = backgrounds[camera];
					if (size !== undefined) views[camera]?.push(viewOf(picture, size));
				}
			const state = rows.state.slice(row * rows.joints, (row + 1) * rows.joints);
			const answer = await infer.runPast({ tick: n, state, pictures });
			if (!answer.ok) throw new Stop('policy_did_not_open', { reason: answer.error.detail });
			answers.push({ row, actions: answer.value.actions });
			tell({ step: 'answers', share: (n + 1) / instants.length });
		}
	} finally {
		for (const film of films) await film.return(undefined);
	}
	return { answers, views, first };
}

async function nextOf(film: AsyncGenerator<I420Planes>): Promise<I420Planes> {
	const next = (await film.next()) as IteratorResult<I420Planes, undefined>;
	if (next.done === true) throw new CodedError('store_damaged', 'fewer pictures than rows');
	return next.value;
}
