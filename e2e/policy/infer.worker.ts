// INFER as in the lab, over the engine above.

import { expose } from 'comlink';
import { createWallScheduler } from '$lib/core';
import { probeDevice, workerLine } from '$lib/lab/hosts/infer-device';
import { InferHost } from '$lib/lab/hosts/infer-host';
import { spawnWorker } from '$lib/lab/spawn-worker';
import engineUrl from './engine.worker.ts?worker&url';

/** Those that are gone take no message. */
const engines: Worker[] = [];
let emulatedGpu = false;

class Host extends InferHost {
	constructor() {
		super(
			{ build: 'e2e', isolated: globalThis.crossOriginIsolated },
			{
				spawnEngine: () => {
					const engine = spawnWorker(engineUrl, 'policy-engine');
					engines.push(engine);
					return workerLine(engine);
				},
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
		for (const engine of engines) engine.postMessage('lose');
	}
}

export type PolicyHost = Host;

expose(new Host());
