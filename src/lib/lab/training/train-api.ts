// What the page may ask of the TRAINING worker (comlink). Types only.

import type {
	TrainingFailure,
	TrainingProgress,
	TrainingRequest,
	TrainingResult,
	UnfinishedTraining
} from '$lib/contracts';
import type { Result } from '$lib/core';
import type { WorkerHello } from '../hosts/api';

export interface TrainOptions {
	/** What the policy cannot do, in the person's words; for its manifest. */
	readonly limits: string;
	/** Folder of the templates, with the slash. */
	readonly templates: string;
}

export interface TrainApi {
	hello(): WorkerHello;
	/** One at a time: a second call while one is under way throws. `ok(null)`: cancelled. */
	train(
		request: TrainingRequest,
		options: TrainOptions,
		onProgress: (progress: TrainingProgress) => void
	): Promise<Result<TrainingResult | null, TrainingFailure>>;
	pause(): void;
	resume(): void;
	stop(): void;
	cancel(): void;
	/** Newest first; empty where nothing can be kept. */
	unfinished(seatId: string): Promise<readonly UnfinishedTraining[]>;
	forget(seatId: string, id: string): Promise<void>;
}
