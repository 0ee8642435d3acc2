// Starts the workers, wires their ports to each other, and notices when one is gone. The page hands out the ports and is
// out of the way: bytes, frames and record ticks never pass through it.
//
// [Note: death] A worker that is gone says nothing, but lets go of its life lock (hosts/alive.ts): that tells at once. One
// that hangs keeps the lock: ROBOT is missed by its batches (the caller watches those); the others answer a ping every
// second and are declared dead after three missed ones. A dead worker takes its ports with it, so the links of its
// neighbours are made anew when it is replaced. Its unanswered calls would wait for ever; `orGone` ends them.

import { releaseProxy, wrap, type Remote } from 'comlink';
import { CodedError, createSignal, type Signal } from '$lib/core';
import datasetUrl from '../../../workers/dataset.worker.ts?worker&url';
import framesUrl from '../../../workers/frames.worker.ts?worker&url';
import inferUrl from '../../../workers/infer.worker.ts?worker&url';
import plantUrl from '../../../workers/plant.worker.ts?worker&url';
import recorderUrl from '../../../workers/recorder.worker.ts?worker&url';
import renderUrl from '../../../workers/render.worker.ts?worker&url';
import robotUrl from '../../../workers/robot.worker.ts?worker&url';
import { lifeLockName } from '../hosts/alive';
import type { WorkerHello } from '../hosts/api';
import { spawnWorker } from '../spawn-worker';
import { helloProblem } from './problems';
import { WorkerGoneError } from './worker-gone';

export type WorkerName = 'robot' | 'plant' | 'render' | 'frames' | 'recorder' | 'dataset' | 'infer';

const URLS: Record<WorkerName, string> = {
	robot: robotUrl,
	plant: plantUrl,
	render: renderUrl,
	frames: framesUrl,
	recorder: recorderUrl,
	dataset: datasetUrl,
	infer: inferUrl
};

const PING_EVERY_MS = 1000;
const MISSED_PINGS_UNTIL_DEAD = 3;

export interface Pingable {
	hello(): WorkerHello;
}

export interface RunningWorker<Api extends Pingable> {
	readonly name: WorkerName;
	readonly api: Remote<Api>;
	readonly worker: Worker;
	/** What was asked of this worker; rejects with WorkerGoneError if it is gone before it answers. */
	orGone<T>(answer: Promise<T>): Promise<T>;
	terminate(): void;
}

export interface WorkerSet {
	/** Starts (or starts anew) one worker; answers when it said hello. Throws `build_mismatch` for another build. */
	start<Api extends Pingable>(name: WorkerName): Promise<RunningWorker<Api>>;
	/** Told once per worker that stopped answering or crashed. */
	readonly died: Signal<WorkerName>;
	/** Ends one worker as a crash would: for tests of the stated outcomes. */
	kill(name: WorkerName): void;
	dispose(): void;
}

interface Entry {
	readonly worker: Worker;
	readonly api: Remote<Pingable>;
	readonly end: AbortController;
	missed: number;
}

export function createWorkerSet(build: string): WorkerSet {
	const died = createSignal<WorkerName>();
	const running = new Map<WorkerName, Entry>();
	const visit = Math.random().toString(36).slice(2);
	let started = 0;

	const drop = (name: WorkerName): void => {
		const entry = running.get(name);
		if (entry === undefined) return;
		running.delete(name);
		entry.api[releaseProxy]();
		entry.worker.terminate();
		entry.end.abort(new WorkerGoneError(`${name} is gone`));
	};

	/** `entry`: a late message about a worker that was replaced says nothing of the new one. */
	const declareDead = (name: WorkerName, entry: Entry): void => {
		if (running.get(name) !== entry) return;
		drop(name);
		died.emit(name);
	};

	/** Resolves when the worker holds its life lock: asking for it earlier would be granted. */
	const lockHeld = async (lock: string, signal: AbortSignal): Promise<void> => {
		for (;;) {
			const { held = [] } = await navigator.locks.query();
			if (signal.aborted || held.some(({ name }) => name === lock)) return;
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	};

	const watchLife = async (name: WorkerName, entry: Entry, lock: string): Promise<void> => {
		const { signal } = entry.end;
		if (!('locks' in navigator)) return;
		await lockHeld(lock, signal);
		// Aborted when the worker is ended on purpose.
		await navigator.locks.request(lock, { signal }, () => declareDead(name, entry)).catch(() => undefined);
	};

	const pinger = setInterval(() => {
		for (const [name, entry] of running) {
			entry.missed += 1;
			if (entry.missed > MISSED_PINGS_UNTIL_DEAD) {
				declareDead(name, entry);
				continue;
			}
			entry.api.hello().then(
				() => (entry.missed = 0),
				() => declareDead(name, entry)
			);
		}
	}, PING_EVERY_MS);

	return {
		died,
		async start<Api extends Pingable>(name: WorkerName): Promise<RunningWorker<Api>> {
			drop(name);
			// Locks are the origin's: two tabs must not watch over each other's workers.
			const workerName = `${name}:${visit}:${started++}`;
			const worker = spawnWorker(URLS[name], workerName);
			const api = wrap<Api>(worker);
			// A script that does not load says so once and never answers.
			const broken = new Promise<never>((_, reject) => {
				worker.addEventListener('error', () => reject(new WorkerGoneError(`${name} did not start`)), {
					once: true
				});
			});
			broken.catch(() => undefined);
			const hello = await Promise.race([api.hello(), broken]);
			const problem = helloProblem(hello, build);
			if (problem !== null) {
				worker.terminate();
				throw new CodedError(problem, `${name} says it is of build ${hello.build}, not ${build}`);
			}
			const end = new AbortController();
			const entry: Entry = { worker, api, end, missed: 0 };
			running.set(name, entry);
			worker.addEventListener('error', () => declareDead(name, entry));
			void watchLife(name, entry, lifeLockName(workerName));
			const { signal } = end;
			const gone = new Promise<never>((_, reject) => {
				signal.addEventListener('abort', () => reject(new WorkerGoneError(`${name} is gone`)), {
					once: true
				});
			});
			gone.catch(() => undefined);
			const terminate = (): void => {
				if (running.get(name) === entry) drop(name);
			};
			return { name, api, worker, orGone: (answer) => Promise.race([answer, gone]), terminate };
		},
		kill(name) {
			running.get(name)?.worker.terminate();
		},
		dispose() {
			clearInterval(pinger);
			for (const name of running.keys()) drop(name);
		}
	};
}
