// The page's end of RECORDER: starts it, opens the seat's store, and lets nobody wait for one that is gone.

import { proxy } from 'comlink';
import { isErrorCode, type ErrorCode } from '$lib/contracts';
import type { OpenStore, RecorderApi, StoreSnapshot } from '../hosts/api';
import type { Problem } from './lab-state';
import type { RunningWorker, WorkerSet } from './worker-set';

export class RecorderLink {
	readonly #workers: WorkerSet;
	#running: RunningWorker<RecorderApi> | null = null;

	constructor(workers: WorkerSet) {
		this.#workers = workers;
	}

	get running(): RunningWorker<RecorderApi> | null {
		return this.#running;
	}

	/** Throws while there is none. */
	get api(): RunningWorker<RecorderApi>['api'] {
		if (this.#running === null) throw new TypeError('RECORDER is not running');
		return this.#running.api;
	}

	/** Answers why the store could not be opened; null when it could. */
	async start(store: OpenStore, onEnded: (code: ErrorCode) => void): Promise<Problem | null> {
		this.#running = await this.#workers.start<RecorderApi>('recorder');
		const answer = await this.#running.api.open(store, proxy(onEnded));
		if (answer.ok) return null;
		return { code: isErrorCode(answer.code) ? answer.code : 'no_indexeddb', details: answer.details };
	}

	/** A dead RECORDER never answers; nobody waits for it. */
	answers<T>(answer: Promise<T>): Promise<T> {
		return this.#running?.orGone(answer) ?? answer;
	}

	async snapshot(): Promise<StoreSnapshot | null> {
		return (await this.#running?.api.snapshot().catch(() => null)) ?? null;
	}
}
