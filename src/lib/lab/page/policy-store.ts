// Opens the seat's store of models in this browser. Loaded with the first page that shows models.

import { createWallScheduler } from '$lib/core';
import { openPolicyStore, type PolicyStore } from '$lib/inference/package';
import { openIdbPolicyEngine } from '$lib/recorder';
import packageUrl from '../../../workers/package.worker.ts?worker&url';
import { spawnWorker } from '../spawn-worker';
import { createWorkerReader } from './package-reader';

/** Rejects with a coded error where nothing can be kept. */
export async function openSeatPolicies(seatId: string): Promise<PolicyStore> {
	const reader = createWorkerReader({
		spawn: () => spawnWorker(packageUrl, 'package'),
		scheduler: createWallScheduler()
	});
	return openPolicyStore(await openIdbPolicyEngine(seatId), { reader });
}
