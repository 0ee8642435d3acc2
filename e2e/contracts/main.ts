// The page of the contracts: runs a suite here or in a worker and says which cases failed.

import { wrap } from 'comlink';
import { spawnWorker } from '$lib/lab/spawn-worker';
import type { Realm, SuiteName, SuiteReport } from './names';
import { suites } from './suites';
import type { SuitesWorker } from './suites.worker';
import workerUrl from './suites.worker.ts?worker&url';

export interface ContractsPage {
	readonly isolated: boolean;
	run(name: SuiteName, realm: Realm): Promise<SuiteReport>;
}

const worker = wrap<SuitesWorker>(spawnWorker(workerUrl, 'suites'));

const contracts: ContractsPage = {
	isolated: globalThis.crossOriginIsolated,
	run: (name, realm) => (realm === 'page' ? suites[name]() : worker.run(name))
};

Object.assign(globalThis, { contracts });
