// INFER as in the lab, over the engine above.

import { expose } from 'comlink';
import { createWallScheduler } from '$lib/core';
import { probeDevice, workerLine } from '$lib/lab/hosts/infer-device';
import { InferHost } from '$lib/lab/hosts/infer-host';
import { spawnWorker } from '$lib/lab/spawn-worker';
import engineUrl from './engine.worker.ts?worker&url';

let engine: Worker | null = null;
let emulatedGpu = false;

class Host extends InferHost {
	constructor() {
		super(
			{ build: 'e2e', isolated: globalThis.crossOriginIsolated },
			{
				spawnEngine: () => workerLine((engine = spawnWorker(engineUrl, 'policy-engine'))),
				device: async () => {
					const device = await probeDevice();
					return emulatedGpu ? { ...device, gpu: 'emulated' } : device;
				},
				scheduler: createWallScheduler()
			}
		);
	}

	takeEmulatedGpu(take: boolean): void {
		emulatedGpu = take;
	}

	loseGpu(): void {
		engine?.postMessage('lose');
	}
}

export type PolicyHost = Host;

expose(new Host());
