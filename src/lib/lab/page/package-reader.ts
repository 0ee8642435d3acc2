// Reads packages in a worker that lives for one question, so that what a stranger's package makes it do ends with it: it may
// take so long and no longer, and when it breaks down (memory) the page goes on. Knows no package.

import { releaseProxy, wrap, type Remote } from 'comlink';
import { CodedError, err, type Result, type Scheduler } from '$lib/core';
import type { PackageProblem, PackageReader } from '$lib/inference/package';
import type { PackageHost } from '../hosts/package-host';

/** Much longer than the largest package takes on a slow machine. */
const LIMIT_MS = 180_000;

export type PackageApi = Pick<PackageHost, 'hello' | 'copy' | 'model' | 'reference'>;

/** What is needed of a worker. */
export type PackageLine = Pick<
	Worker,
	'postMessage' | 'addEventListener' | 'removeEventListener' | 'terminate'
>;

export interface WorkerReaderOptions {
	readonly spawn: () => PackageLine;
	readonly scheduler: Scheduler;
}

type Answer<T> = Result<T, PackageProblem>;

export function createWorkerReader({ spawn, scheduler }: WorkerReaderOptions): PackageReader {
	/** Rejects with `policy_runtime_missing` when the worker did not even start. */
	const inWorker = <T>(ask: (api: Remote<PackageApi>) => Promise<Answer<T>>): Promise<Answer<T>> =>
		new Promise((resolve, reject) => {
			const line = spawn();
			const api = wrap<PackageApi>(line);
			let started = false;
			const end = (): void => {
				timer.cancel();
				line.removeEventListener('error', onError);
				api[releaseProxy]();
				line.terminate();
			};
			const answer = (value: Answer<T>): void => {
				end();
				resolve(value);
			};
			const broke = (reason: string): void => {
				if (started) answer(err({ code: 'policy_package_unsafe', part: 'zip', reason }));
				else {
					end();
					reject(new CodedError('policy_runtime_missing', reason));
				}
			};
			const onError = (event: Event): void => {
				event.preventDefault();
				broke('the check broke down');
			};
			const timer = scheduler.at(scheduler.now() + LIMIT_MS, () => broke('the check took too long'));
			line.addEventListener('error', onError);
			void api
				.hello()
				.then(() => {
					started = true;
					return ask(api);
				})
				.then(answer, (error: unknown) => broke(String(error)));
		});
	return {
		copy: (blob) => inWorker((api) => api.copy(blob) as Promise<Answer<never>>),
		model: (file, precision) => inWorker((api) => api.model(file, precision) as Promise<Answer<never>>),
		reference: (file) => inWorker((api) => api.reference(file) as Promise<Answer<never>>)
	};
}
