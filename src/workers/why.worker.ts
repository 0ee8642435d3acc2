// WHY: looks at a recorded episode with a policy. Exposes the host; nothing of its own.
import { expose } from 'comlink';
import { createWallScheduler } from '$lib/core';
import { probeDevice, workerLine } from '$lib/lab/hosts/infer-device';
import { WhyHost } from '$lib/lab/hosts/why-host';
import { spawnWorker } from '$lib/lab/spawn-worker';
import engineUrl from './policy-engine.worker.ts?worker&url';

expose(
	new WhyHost(
		{ build: __BUILD__, isolated: globalThis.crossOriginIsolated },
		{
			spawnEngine: () => workerLine(spawnWorker(engineUrl, 'policy-engine')),
			device: () => probeDevice(),
			scheduler: createWallScheduler()
		}
	)
);
