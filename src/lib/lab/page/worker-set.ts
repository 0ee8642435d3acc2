// Starts the workers, wires their ports to each other, and notices when one is gone. The page hands out the ports and is
// out of the way: bytes, frames and record ticks never pass through it.
//
// [Note: death] A worker that is gone says nothing. ROBOT is missed by its batches (the caller watches those); the others
// answer a ping every second and are declared dead after three missed ones. A dead worker takes its ports with it, so the
// links of its neighbours are made anew when it is replaced.

import { releaseProxy, wrap, type Remote } from 'comlink';
import { createSignal, type Signal } from '$lib/core';
import datasetUrl from '../../../workers/dataset.worker.ts?worker&url';
import plantUrl from '../../../workers/plant.worker.ts?worker&url';
import recorderUrl from '../../../workers/recorder.worker.ts?worker&url';
import renderUrl from '../../../workers/render.worker.ts?worker&url';
import robotUrl from '../../../workers/robot.worker.ts?worker&url';
import type { WorkerHello } from '../hosts/api';
import { spawnWorker } from '../spawn-worker';

export type WorkerName = 'robot' | 'plant' | 'render' | 'recorder' | 'dataset';

const URLS: Record<WorkerName, string> = {
	robot: robotUrl,
	plant: plantUrl,
	render: renderUrl,
	recorder: recorderUrl,
	dataset: datasetUrl
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

export class BuildMismatchError extends Error {
	override readonly name = 'BuildMismatchError';
}

export function createWorkerSet(build: string): WorkerSet {
	const died = createSignal<WorkerName>();
	const running = new Map<WorkerName, { worker: Worker; api: Remote<Pingable>; missed: number }>();

	const drop = (name: WorkerName): void => {
		const entry = running.get(name);
		if (entry === undefined) return;
		running.delete(name);
		entry.api[releaseProxy]();
		entry.worker.terminate();
	};

	const declareDead = (name: WorkerName): void => {
		if (!running.has(name)) return;
		drop(name);
		died.emit(name);
	};

	const pinger = setInterval(() => {
		for (const [name, entry] of running) {
			entry.missed += 1;
			if (entry.missed > MISSED_PINGS_UNTIL_DEAD) {
				declareDead(name);
				continue;
			}
			entry.api.hello().then(
				() => (entry.missed = 0),
				() => declareDead(name)
			);
		}
	}, PING_EVERY_MS);

	return {
		died,
		async start<Api extends Pingable>(name: WorkerName): Promise<RunningWorker<Api>> {
			drop(name);
			const worker = spawnWorker(URLS[name], name);
			const api = wrap<Api>(worker);
			worker.addEventListener('error', () => declareDead(name));
			const hello = await api.hello();
			if (hello.build !== build) {
				worker.terminate();
				throw new BuildMismatchError(`${name} worker is of another build`);
			}
			running.set(name, { worker, api: api as unknown as Remote<Pingable>, missed: 0 });
			return { name, api, worker, terminate: () => drop(name) };
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
