// What the page and the INFER worker say to each other about a policy (comlink, rare). Wants and chunks go between ROBOT and
// INFER over their own port (contracts/policy-protocol), pictures come from the camera workers as they come to RECORDER.
// Types only.

import type { ActionChunk, I420Frame, PolicyFailure, PolicyManifest, PolicyPrecision } from '$lib/contracts';
import type { Result } from '$lib/core';
import type {
	BackendCandidate,
	BackendChoice,
	LoadProblem,
	LoadProgress,
	LocalBackend,
	Reference,
	RememberedChoice
} from '$lib/inference/run';
import type { PictureSource } from './api';
import type { InferHost } from './infer-host';

export interface LoadPolicy {
	/** The package's id: ROBOT's wants name it. */
	readonly policyId: string;
	readonly manifest: PolicyManifest;
	/** ONNX, already examined (`$lib/inference/package`). A Blob crosses without its bytes and is kept for a second opening. */
	readonly model: Blob | Uint8Array<ArrayBuffer>;
	readonly precision: PolicyPrecision;
	readonly reference: Reference;
	/** `auto` measures what is fastest here, unless `remembered` says. */
	readonly backend: 'auto' | LocalBackend;
	/** `readChoice` of what was kept under `choiceKey`; null measures. */
	readonly remembered: RememberedChoice | null;
}

/** All of it measured while it was opened. */
export interface LoadedPolicy {
	readonly choice: BackendChoice;
	/** Largest difference to the exporting program's answers, dataset units, and what is let pass. */
	readonly largestDifference: number;
	readonly tolerance: number;
	/** One run, warm, ms. */
	readonly medianMs: number;
	/** From asking to warm, ms. */
	readonly readyMs: number;
}

/** What becomes of a policy while it is opened and afterwards. */
export type InferEvent =
	| LoadProgress
	/** The runtime is gone (graphics card, crash, too slow); another one is being opened and the arm holds. */
	| { readonly stage: 'lost'; readonly failure: PolicyFailure }
	| { readonly stage: 'reopened'; readonly candidate: BackendCandidate; readonly inMs: number }
	/** It could not be opened again; load it anew. */
	| { readonly stage: 'broken'; readonly failure: PolicyFailure };

/** One camera of the manifest and where its pictures come from. */
export interface PolicyEye {
	readonly name: string;
	readonly source: PictureSource;
}

/** A past instant: one picture per camera of the manifest, in its order. */
export interface PastInstant {
	readonly tick: number;
	/** Dataset units. */
	readonly state: Float32Array;
	readonly pictures: readonly Pick<I420Frame, 'width' | 'height' | 'data'>[];
}

export type LoadAnswer = Result<LoadedPolicy, LoadProblem>;
export type PastAnswer = Result<ActionChunk, PolicyFailure>;

export type InferApi = Pick<
	InferHost,
	'hello' | 'device' | 'attachRobot' | 'attachFrames' | 'load' | 'watch' | 'runPast' | 'close'
>;
