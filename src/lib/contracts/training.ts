// Training a policy as a page sees it, wherever it happens: in this tab, on a computer of the school, on a rented one. A
// back-end takes a request and gives a job; a job tells how far it is and ends with a policy package (contracts/policy.ts) or
// with the reason why there is none. Knows no network and no optimiser.
//
// [Note: training states] pending -> running <-> paused -> completed | failed | cancelled. The last three are for ever
// (`trainingTransition` in the training room is the table).

import type { Result } from '$lib/core';
import type { ErrorCode } from './error-codes';

export const TRAINING_SCHEMA_VERSION = 1;

export type TrainingState = 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled';

/** What is learned from. */
export type TrainingData =
	/** Sealed episodes of one dataset of a seat. */
	| { readonly kind: 'dataset'; readonly seatId: string; readonly datasetId: string; readonly name: string }
	/** The scripted expert with the virtual arm; episode k is that of seed `firstSeed + k`. */
	| {
			readonly kind: 'expert';
			readonly seatId: string;
			readonly episodes: number;
			readonly firstSeed: number;
	  };

export interface TrainingSettings {
	/** Steps of the optimiser. */
	readonly steps: number;
	/** Examples per step. */
	readonly batch: number;
	/** Highest learning rate. */
	readonly rate: number;
	/** Decides start weights, order of the examples and their variations: the same seed gives the same training. */
	readonly seed: number;
}

export interface TrainingRequest {
	readonly schemaVersion: typeof TRAINING_SCHEMA_VERSION;
	/** Unique for ever. */
	readonly id: string;
	/** Of the policy that comes of it. */
	readonly name: string;
	readonly data: TrainingData;
	readonly settings: TrainingSettings;
}

/** One measured point of a training. */
export interface TrainingPoint {
	readonly step: number;
	/** Running mean of the loss, normalised units. */
	readonly loss: number;
	/** Mean error on episodes it did not learn from, over the joints in degrees, degrees. */
	readonly heldOutDegrees: number;
}

export type TrainingPhase =
	/** Episodes are read or shown; `done` of `total` episodes. */
	| 'preparing'
	/** `done` of `total` steps. */
	| 'learning'
	/** The package is written and checked. */
	| 'packing';

export interface TrainingProgress {
	readonly phase: TrainingPhase;
	readonly done: number;
	readonly total: number;
	/** Episodes and rows that are learned from; 0 until they are known. */
	readonly episodes: number;
	readonly frames: number;
	/** Running mean of the loss, null before the first step. */
	readonly loss: number | null;
	/** Measured over the last seconds; null before the first step. */
	readonly examplesPerSecond: number | null;
	/** Time this training has run, over all its sittings, s. */
	readonly seconds: number;
	readonly secondsLeft: number | null;
	/** One point per measurement, oldest first. */
	readonly curve: readonly TrainingPoint[];
	/** Step of the best checkpoint so far; null before the first. */
	readonly bestStep: number | null;
	/** False when checkpoints could not be kept: closing the page would lose the training. */
	readonly kept: boolean;
}

export interface TrainingFailure {
	readonly code: ErrorCode;
	readonly details: Readonly<Record<string, string | number>>;
}

export interface TrainingStatus {
	readonly state: TrainingState;
	readonly progress: TrainingProgress;
	/** Set while the state is `failed`. */
	readonly failure: TrainingFailure | null;
}

/** A policy package, not yet read by anybody. */
export interface TrainingResult {
	readonly file: Blob;
}

export interface TrainingJob {
	readonly request: TrainingRequest;
	readonly status: TrainingStatus;
	/** Called with every new status, from now on; call the answer to end that. */
	onStatus(listener: (status: TrainingStatus) => void): () => void;
	/** What was learned is kept; nothing is computed until `resume`. */
	pause(): void;
	resume(): void;
	/** Ends it early with the best that was learned so far. Before anything was, that is a cancellation. */
	stop(): void;
	/** Ends it; nothing of it is kept. */
	cancel(): void;
	/** Resolves when the job has ended; `null` for one that was cancelled. Never rejects. */
	result(): Promise<Result<TrainingResult | null, TrainingFailure>>;
}

/** A training that was not finished when its page went away. */
export interface UnfinishedTraining {
	readonly request: TrainingRequest;
	readonly step: number;
	readonly savedAtEpochMs: number;
}

export interface TrainingBackend {
	readonly kind: 'tab' | 'local' | 'modal';
	/** The job is `pending` or further when this resolves. A request with a known id goes on from its checkpoint. Never rejects. */
	start(request: TrainingRequest): Promise<TrainingJob>;
	/** Newest first; empty where nothing can be kept. */
	unfinished(): Promise<readonly UnfinishedTraining[]>;
	/** Removes what was kept of an unfinished training. */
	forget(id: string): Promise<void>;
}
