// On what a policy runs on this device: measured, not guessed. Graphics cards lose to processors on some small machines, and
// a second thread helps large nets and hurts small ones. Pure: whoever calls does the measuring. The reason is data, for
// words elsewhere.

import type { Result } from '$lib/core';
import { err, ok } from '$lib/core';
import type { LocalBackend } from './ort-module';

export interface BackendCandidate {
	readonly backend: LocalBackend;
	/** Of the processor; 1 for WebGPU. */
	readonly threads: number;
}

export interface MeasureFailure {
	readonly code: string;
	readonly detail: string;
}

export interface MeasuredCandidate extends BackendCandidate {
	/** Median time of one run, ms; null when it gave none. */
	readonly medianMs: number | null;
	/** Why it gave none; null when it ran. */
	readonly failure: MeasureFailure | null;
}

export type ChoiceReason =
	/** Measured on this device on an earlier day. */
	| 'remembered'
	/** Nothing else works here, or nothing else was offered. */
	| 'only-one'
	/** Fast enough that looking further would only cost downloads. */
	| 'fast-enough'
	| 'fastest'
	/** Another was faster by less than a tenth and takes more of the computer. */
	| 'nearly-fastest';

export interface BackendChoice {
	readonly chosen: BackendCandidate;
	/** Of `chosen`, ms: when it was measured. */
	readonly medianMs: number;
	readonly reason: ChoiceReason;
	/** In the order in which they were measured; empty for a remembered choice. */
	readonly measured: readonly MeasuredCandidate[];
}

export interface ChoiceOptions {
	/** Least demanding first: of two that are nearly as fast, the earlier is taken. */
	readonly candidates: readonly BackendCandidate[];
	/** Median of some runs after a warm-up, ms. Asked one after another, never twice for the same. */
	readonly measure: (candidate: BackendCandidate) => Promise<Result<number, MeasureFailure>>;
	readonly remembered: RememberedChoice | null;
	/** No need to look further once a run takes at most this, ms. */
	readonly fastEnoughMs: number;
}

/** What is kept of a choice, per device and model. */
export interface RememberedChoice extends BackendCandidate {
	readonly medianMs: number;
}

/** Faster by less than this share is not worth more threads or a graphics card. */
const WORTH_IT = 0.9;

const sameAs =
	(a: BackendCandidate) =>
	(b: BackendCandidate): boolean =>
		a.backend === b.backend && a.threads === b.threads;

/** Fails with the last candidate's failure when none of them runs. A remembered choice that is no candidate any more is forgotten. */
export async function chooseBackend(options: ChoiceOptions): Promise<Result<BackendChoice, MeasureFailure>> {
	const { candidates, measure, remembered, fastEnoughMs } = options;
	if (remembered !== null && candidates.some(sameAs(remembered))) {
		const { backend, threads, medianMs } = remembered;
		return ok({ chosen: { backend, threads }, medianMs, reason: 'remembered', measured: [] });
	}
	const measured: MeasuredCandidate[] = [];
	let best: (BackendCandidate & { medianMs: number }) | null = null;
	let fastestMs = Infinity;
	let lastFailure: MeasureFailure = { code: 'policy_did_not_open', detail: 'there is nothing to run it on' };
	for (const candidate of candidates) {
		const answer = await measure(candidate);
		const medianMs = answer.ok && answer.value >= 0 && answer.value < Infinity ? answer.value : null;
		const failure = answer.ok ? null : answer.error;
		measured.push({ ...candidate, medianMs, failure });
		if (failure !== null) lastFailure = failure;
		if (medianMs === null) continue;
		fastestMs = Math.min(fastestMs, medianMs);
		if (best === null || medianMs < best.medianMs * WORTH_IT) best = { ...candidate, medianMs };
		if (medianMs <= fastEnoughMs) break;
	}
	if (best === null) return err(lastFailure);
	const { medianMs, ...chosen } = best;
	const ran = measured.filter((one) => one.medianMs !== null).length;
	const reason: ChoiceReason =
		medianMs <= fastEnoughMs && measured.length < candidates.length
			? 'fast-enough'
			: ran === 1
				? 'only-one'
				: medianMs > fastestMs
					? 'nearly-fastest'
					: 'fastest';
	return ok({ chosen, medianMs, reason, measured });
}

export interface DeviceFacts {
	/** `navigator.hardwareConcurrency`. */
	readonly cores: number;
	/** `navigator.deviceMemory`, GB, rounded and capped by browsers; null where they do not tell. */
	readonly memoryGb: number | null;
	/** Threads need isolation. */
	readonly isolated: boolean;
	/** What WebGPU runs on; '' where there is none or it is emulated by the processor. */
	readonly gpu: string;
}

const MOST_THREADS = 4;

/** What could run a policy here, least demanding first. */
export function backendCandidates({ cores, isolated, gpu }: DeviceFacts): readonly BackendCandidate[] {
	const most = isolated ? Math.max(1, Math.min(MOST_THREADS, cores)) : 1;
	const threads = [...new Set([1, Math.min(2, most), most])];
	return [
		...threads.map((count) => ({ backend: 'wasm' as const, threads: count })),
		...(gpu === '' ? [] : [{ backend: 'webgpu' as const, threads: 1 }])
	];
}

/** Under which a choice is remembered: it holds for this model on this kind of device. */
export function choiceKey(modelSha256: string, { cores, memoryGb, isolated, gpu }: DeviceFacts): string {
	return ['policy-backend-1', modelSha256, cores, memoryGb ?? '?', isolated ? 'threads' : 'single', gpu].join(
		'/'
	);
}

export function formatChoice({ chosen, medianMs }: BackendChoice): string {
	return JSON.stringify({ ...chosen, medianMs });
}

/** null for anything that `formatChoice` did not write. */
export function readChoice(text: string | null): RememberedChoice | null {
	let value: unknown;
	try {
		value = JSON.parse(text ?? 'null');
	} catch {
		return null;
	}
	if (typeof value !== 'object' || value === null) return null;
	const { backend, threads, medianMs } = value as Record<string, unknown>;
	if (backend !== 'wasm' && backend !== 'webgpu') return null;
	if (!Number.isSafeInteger(threads) || (threads as number) < 1 || typeof medianMs !== 'number') return null;
	return medianMs >= 0 ? { backend, threads: threads as number, medianMs } : null;
}
