// The page of the browser benches: starts workers, wires ports, passes calls on. What is measured runs in the workers.

import { spawnWorker } from '$lib/lab/spawn-worker';
import { caller } from './calls';
import loopUrl from './loop.worker.ts?worker&url';
import peerUrl from './peer.worker.ts?worker&url';
import plantUrl from './plant.worker.ts?worker&url';
import recorderUrl from './recorder.worker.ts?worker&url';

export interface BenchPage {
	readonly isolated: boolean;
	/** Starts ROBOT and PLANT of the loop bench. */
	openLoop(): Promise<unknown>;
	/** One window of the loop or of the no-op loop. */
	window(
		kind: 'loop' | 'nothing',
		ms: number
	): Promise<{ beganMs: number[]; missed: number; failed: number }>;
	/** Calls into RECORDER's bench worker. */
	recorder(call: string, argument?: unknown): Promise<unknown>;
	/** The peer of the bus bench on the wall clock. */
	peer(argument: unknown): Promise<unknown>;
}

let loop: ReturnType<typeof caller> | null = null;
let recorder: ReturnType<typeof caller> | null = null;

const page: BenchPage = {
	isolated: globalThis.crossOriginIsolated,
	async openLoop() {
		const { port1, port2 } = new MessageChannel();
		const plant = caller(spawnWorker(plantUrl, 'plant'));
		loop = caller(spawnWorker(loopUrl, 'robot'));
		await plant('serve', port1, [port1]);
		return loop('connect', port2, [port2]);
	},
	async window(kind, ms) {
		if (loop === null) throw new Error('openLoop first');
		const found = (await loop(kind === 'loop' ? 'runLoop' : 'runNothing', ms)) as {
			beganMs: Float64Array;
			missed: number;
			failed: number;
		};
		return { ...found, beganMs: [...found.beganMs] };
	},
	recorder(call, argument) {
		recorder ??= caller(spawnWorker(recorderUrl, 'recorder'));
		return recorder(call, argument);
	},
	peer: (argument) => caller(spawnWorker(peerUrl, 'peer'))('lerobotReads', argument)
};

Object.assign(globalThis, { bench: page });
