// The page's end of the TRAINING worker: starts it and notices when it is gone. By its life lock only: a training computes for
// long stretches at a time, and a worker that is busy must not be taken for dead because it does not answer a ping.

import { releaseProxy, wrap, type Remote } from 'comlink';
import { CodedError } from '$lib/core';
import trainUrl from '../../../workers/train.worker.ts?worker&url';
import { lifeLockName } from '../hosts/alive';
import { helloProblem } from '../page/problems';
import { WorkerGoneError } from '../page/worker-gone';
import { spawnWorker } from '../spawn-worker';
import type { TrainApi } from './train-api';

export interface TrainWorker {
	readonly api: Remote<TrainApi>;
	/** What was asked of it; rejects with WorkerGoneError if it is gone before it answers. */
	orGone<T>(answer: Promise<T>): Promise<T>;
	terminate(): void;
}

let started = 0;

export async function startTrainWorker(build: string): Promise<TrainWorker> {
	const name = `train:${crypto.randomUUID()}:${started++}`;
	const worker = spawnWorker(trainUrl, name);
	const api = wrap<TrainApi>(worker);
	const end = new AbortController();
	const gone = new Promise<never>((_, reject) => {
		end.signal.addEventListener('abort', () => reject(new WorkerGoneError('train is gone')), { once: true });
	});
	gone.catch(() => undefined);
	const orGone = <T>(answer: Promise<T>): Promise<T> => Promise.race([answer, gone]);
	const terminate = (): void => {
		if (end.signal.aborted) return;
		end.abort();
		api[releaseProxy]();
		worker.terminate();
	};
	worker.addEventListener('error', terminate);
	const hello = await orGone(api.hello());
	const problem = helloProblem(hello, build);
	if (problem !== null) {
		terminate();
		throw new CodedError(problem, `train says it is of build ${hello.build}, not ${build}`);
	}
	void watchLife(lifeLockName(name), end.signal, terminate);
	return { api, orGone, terminate };
}

const ASK_AGAIN_MS = 10;

/**
 * Calls `died` when the lock is let go. It is asked for only once the worker is seen to hold it: asked for earlier, it could be
 * granted here first, and a living worker would be taken for dead.
 */
async function watchLife(lock: string, signal: AbortSignal, died: () => void): Promise<void> {
	if (!('locks' in navigator)) return;
	for (;;) {
		const { held = [] } = await navigator.locks.query();
		if (signal.aborted) return;
		if (held.some(({ name }) => name === lock)) break;
		await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
	}
	await navigator.locks.request(lock, { signal }, died).catch(() => undefined);
}
