// INFER: exposes the host; nothing of its own.
import { expose } from 'comlink';
import { createWallScheduler } from '$lib/core';
import { holdLifeLock } from '$lib/lab/hosts/alive';
import { probeDevice, workerLine } from '$lib/lab/hosts/infer-device';
import { InferHost } from '$lib/lab/hosts/infer-host';
import { spawnWorker } from '$lib/lab/spawn-worker';
import engineUrl from './policy-engine.worker.ts?worker&url';

holdLifeLock();
expose(
	new InferHost(
		{ build: __BUILD__, isolated: globalThis.crossOriginIsolated },
		{
			spawnEngine: () => workerLine(spawnWorker(engineUrl, 'policy-engine')),
			device: () => probeDevice(),
			scheduler: createWallScheduler()
		}
	)
);
