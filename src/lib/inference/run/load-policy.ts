// From a model's bytes to a runtime that may drive: is there room, what does it run best on, are its answers those it was
// exported with. Every step is measured on this device. Knows no worker: engines are opened by the caller.

import type { PolicyManifest, PolicyPrecision } from '$lib/contracts';
import { err, ok, type Result } from '$lib/core';
import {
	checkReference,
	type Reference,
	type ReferenceAnswer,
	type ReferenceProblem
} from './check-reference';
import {
	backendCandidates,
	chooseBackend,
	type BackendCandidate,
	type BackendChoice,
	type DeviceFacts,
	type MeasureFailure,
	type RememberedChoice
} from './choose-backend';
import { roomFor } from './device-room';
import type { FarRuntime } from './far-runtime';
import type { LocalBackend } from './ort-module';
import type { OpenFailure } from './ort-runtime';

export type LoadProblemCode =
	/** Told before anything is loaded. */
	| 'policy_device_too_small'
	| 'policy_runtime_missing'
	| 'policy_did_not_open'
	/** It runs, and gives other answers than it was exported with. */
	| 'policy_reference_mismatch'
	/** `close` was called meanwhile. */
	| 'policy_closed';

export interface LoadProblem {
	readonly code: LoadProblemCode;
	/** For the log. */
	readonly detail: string;
	/** For words: such as `neededMb`. */
	readonly figures: Readonly<Record<string, number>>;
}

export type LoadProgress =
	/** `step` of at most `of` candidates; fewer when one is fast enough. */
	| {
			readonly stage: 'measuring';
			readonly candidate: BackendCandidate;
			readonly step: number;
			readonly of: number;
	  }
	| { readonly stage: 'opening'; readonly candidate: BackendCandidate };

export interface LoadPlan {
	readonly manifest: PolicyManifest;
	readonly precision: PolicyPrecision;
	readonly reference: Reference;
	readonly device: DeviceFacts;
	/** `auto` measures. */
	readonly backend: 'auto' | LocalBackend;
	readonly remembered: RememberedChoice | null;
}

export interface LoadTools {
	readonly openEngine: (candidate: BackendCandidate) => Promise<Result<FarRuntime, OpenFailure>>;
	readonly onProgress: (progress: LoadProgress) => void;
	readonly now: () => number;
	readonly signal: AbortSignal;
}

export interface Loaded {
	readonly runtime: FarRuntime;
	readonly choice: BackendChoice;
	readonly check: ReferenceAnswer;
	/** Median of a run after the warm-up, ms, measured now. */
	readonly medianMs: number;
	/** From the first step to a warm runtime, ms. */
	readonly readyMs: number;
}

/** A run that compiles shaders on a slow graphics card. */
export const WARM_UP_LIMIT_MS = 60_000;
const TIMED_RUNS = 5;
const TIMED_FOR_MS = 1500;
/** No run has an excuse for taking this much longer than it usually does. */
const RUN_LIMIT_MEDIANS = 20;
const LEAST_RUN_LIMIT_MS = 2000;
/** Share of the time between two chunks: below it a faster backend is of no use. */
const FAST_ENOUGH = 0.1;

export const runLimitMs = (medianMs: number): number =>
	Math.max(LEAST_RUN_LIMIT_MS, RUN_LIMIT_MEDIANS * medianMs);

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

interface Warm {
	readonly candidate: BackendCandidate;
	readonly runtime: FarRuntime;
	readonly check: ReferenceAnswer;
	readonly medianMs: number;
}

type LoadFailure = MeasureFailure & { readonly code: LoadProblemCode };

/** What a failed run means for a policy that is only being opened. */
function asLoadFailure({ code, detail }: ReferenceProblem): LoadFailure {
	if (code === 'policy_closed') return { code, detail };
	const wrong = code === 'policy_reference_mismatch' || code === 'policy_output_invalid';
	return { code: wrong ? 'policy_reference_mismatch' : 'policy_did_not_open', detail };
}

/** Opens one, lets it answer the reference, and times it. */
async function warmUp(
	candidate: BackendCandidate,
	{ reference }: LoadPlan,
	{ openEngine, now, signal }: LoadTools
): Promise<Result<Warm, LoadFailure>> {
	const opened = await openEngine(candidate);
	if (!opened.ok) return opened;
	const runtime = opened.value;
	const close = (): void => void runtime.close();
	signal.addEventListener('abort', close, { once: true });
	if (signal.aborted) await runtime.close();
	runtime.setRunLimit(WARM_UP_LIMIT_MS);
	try {
		const check = await checkReference(runtime, reference, now);
		if (!check.ok) {
			await runtime.close();
			return err(asLoadFailure(check.error));
		}
		const runsMs: number[] = [];
		const startMs = now();
		while (runsMs.length < TIMED_RUNS && (runsMs.length === 0 || now() - startMs < TIMED_FOR_MS)) {
			const observation = reference.observations[runsMs.length % reference.observations.length];
			if (observation === undefined) break;
			const runMs = now();
			const answer = await runtime.run(observation);
			if (!answer.ok) {
				await runtime.close();
				return err(asLoadFailure({ ...answer.error, largestDifference: null }));
			}
			runsMs.push(now() - runMs);
		}
		const medianMs = median(runsMs);
		runtime.setRunLimit(runLimitMs(medianMs));
		return ok({ candidate, runtime, check: check.value, medianMs });
	} finally {
		signal.removeEventListener('abort', close);
	}
}

export async function loadPolicy(plan: LoadPlan, tools: LoadTools): Promise<Result<Loaded, LoadProblem>> {
	const { manifest, device, backend, remembered } = plan;
	const { onProgress, now, signal } = tools;
	const startMs = now();
	const room = roomFor(manifest.files.fp32.bytes, device.memoryGb);
	const problem = ({ code, detail }: LoadFailure): Result<never, LoadProblem> =>
		err({ code, detail, figures: {} });
	if (!room.fits) {
		const [neededMb, allowedMb] = [room.neededBytes, room.allowedBytes].map((bytes) =>
			Math.round(bytes / 1e6)
		);
		return err({
			code: 'policy_device_too_small',
			detail: `${neededMb} MB of ${allowedMb} MB`,
			figures: { neededMb: neededMb ?? 0, allowedMb: allowedMb ?? 0 }
		});
	}
	const candidates = backendCandidates(device).filter((one) => backend === 'auto' || one.backend === backend);
	let failure: LoadFailure = { code: 'policy_did_not_open', detail: 'nothing ran' };
	/** One at a time: two models in memory are one too many. */
	let warm: Warm | null = null;

	const warmOne = async (candidate: BackendCandidate): Promise<Result<number, LoadFailure>> => {
		await warm?.runtime.close();
		warm = null;
		if (signal.aborted) return err({ code: 'policy_closed', detail: 'closed' });
		const answer = await warmUp(candidate, plan, tools);
		if (!answer.ok) {
			failure = answer.error;
			return answer;
		}
		warm = answer.value;
		return ok(warm.medianMs);
	};

	const choose = (known: RememberedChoice | null): Promise<Result<BackendChoice, MeasureFailure>> => {
		let step = 0;
		return chooseBackend({
			candidates,
			remembered: known,
			fastEnoughMs: (FAST_ENOUGH * 1000 * manifest.n_action_steps) / manifest.fps,
			measure(candidate) {
				onProgress({ stage: 'measuring', candidate, step: ++step, of: candidates.length });
				return warmOne(candidate);
			}
		});
	};

	/** Opens the chosen one unless it is the one that was measured last. */
	const openChosen = async (choice: BackendChoice): Promise<Warm | null> => {
		const { chosen } = choice;
		const open = warm?.candidate;
		if (open?.backend === chosen.backend && open.threads === chosen.threads) return warm;
		onProgress({ stage: 'opening', candidate: chosen });
		await warmOne(chosen);
		return warm;
	};

	for (const known of remembered === null ? [null] : [remembered, null]) {
		const choice = await choose(known);
		if (!choice.ok) return problem(failure);
		const opened = await openChosen(choice.value);
		if (opened !== null) {
			const { runtime, check, medianMs } = opened;
			return ok({ runtime, check, medianMs, choice: choice.value, readyMs: now() - startMs });
		}
		if (signal.aborted) break;
	}
	return problem(failure);
}
