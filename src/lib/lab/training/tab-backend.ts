// The back-end that trains in this tab: a TRAINING worker of its own per training, gone when the training is. Knows the worker
// by its API only; a test gives one that lives in its own process.

import { proxy } from 'comlink';
import {
	isErrorCode,
	type TrainingBackend,
	type TrainingFailure,
	type TrainingJob,
	type TrainingProgress,
	type TrainingRequest,
	type TrainingResult
} from '$lib/contracts';
import { err, isCoded, type Result } from '$lib/core';
import { createWatchedJob, failedJob } from '$lib/training';
import type { TrainOptions } from './train-api';
import type { TrainWorker } from './train-worker';

type Answer = Result<TrainingResult | null, TrainingFailure>;

export interface TabBackendOptions extends TrainOptions {
	readonly seatId: string;
	/** Rejects where it does not start. */
	readonly startWorker: () => Promise<TrainWorker>;
}

export function createTabBackend(options: TabBackendOptions): TrainingBackend {
	const { seatId, startWorker, limits, templates } = options;
	/** The worker that is asked about what was kept; one that trains answers between two steps. */
	let running: TrainWorker | null = null;

	/** Asks `running`, or a worker that lives for this one question. */
	const ask = async <T>(question: (worker: TrainWorker) => Promise<T>): Promise<T> => {
		if (running !== null) return running.orGone(question(running));
		const worker = await startWorker();
		try {
			return await worker.orGone(question(worker));
		} finally {
			worker.terminate();
		}
	};

	const run = (request: TrainingRequest, worker: TrainWorker): TrainingJob => {
		const watched = createWatchedJob(request, {
			pause: () => void worker.api.pause(),
			resume: () => void worker.api.resume(),
			stop: () => void worker.api.stop(),
			cancel: () => void worker.api.cancel()
		});
		running = worker;
		const onProgress = (progress: TrainingProgress): void => {
			watched.begin();
			watched.progress(progress);
		};
		void worker
			.orGone<Answer>(worker.api.train(request, { limits, templates }, proxy(onProgress)))
			.catch((): Answer => err({ code: 'train_worker_died', details: {} }))
			.then((answer) => {
				running = null;
				worker.terminate();
				watched.end(answer);
			});
		return watched.job;
	};

	return {
		kind: 'tab',
		async start(request) {
			try {
				return run(request, await startWorker());
			} catch (error) {
				const code = isCoded(error) && isErrorCode(error.code) ? error.code : 'train_worker_died';
				return failedJob(request, { code, details: {} });
			}
		},
		unfinished: () => ask((worker) => worker.api.unfinished(seatId)).catch(() => []),
		forget: (id) => ask((worker) => worker.api.forget(seatId, id))
	};
}
