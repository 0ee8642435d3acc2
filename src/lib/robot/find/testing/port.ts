// A virtual chain on a closed port, on virtual time, with the writes of the host counted. Test code only.

import { createVirtualScheduler, type VirtualScheduler } from '$lib/core';
import type { SerialTransport } from '$lib/contracts';
import {
	createChainTransport,
	createSo101Chain,
	Wire,
	type FaultRates,
	type ServoChain,
	type So101ChainOptions
} from '$lib/sim';

export interface VirtualPortOptions extends So101ChainOptions {
	readonly faults?: FaultRates;
	readonly seed?: number;
	/** What an adapter needs to close and open, ms. */
	readonly reopenMs?: number;
}

export interface VirtualPort {
	readonly scheduler: VirtualScheduler;
	readonly chain: ServoChain;
	readonly wire: Wire;
	readonly transport: SerialTransport;
	/** Instructions the host sent, by their number: 1 ping, 2 read, 3 write, ... */
	readonly sent: number[];
	/** Set: called before the n-th (from 0) instruction goes out. */
	onSend: ((n: number, instruction: number) => void) | null;
	unplug(): void;
	replug(): void;
	settle<T>(promise: Promise<T>): Promise<T>;
}

export function createVirtualPort(options: VirtualPortOptions = {}): VirtualPort {
	const scheduler = createVirtualScheduler();
	const chain = createSo101Chain(options);
	const wire = new Wire({
		chain,
		usbFrameMs: 1,
		seed: options.seed ?? 1,
		...(options.faults === undefined ? {} : { faults: options.faults })
	});
	const cable = createChainTransport(wire, scheduler);
	const { reopenMs } = options;
	const sent: number[] = [];
	const port: VirtualPort = {
		scheduler,
		chain,
		wire,
		sent,
		onSend: null,
		transport: {
			id: cable.id,
			get state() {
				return cable.state;
			},
			async open(rate) {
				if (reopenMs !== undefined)
					await new Promise<void>((resolve) => scheduler.at(scheduler.now() + reopenMs, resolve));
				await cable.open(rate);
			},
			write(bytes) {
				const instruction = bytes[4] ?? 0;
				port.onSend?.(sent.length, instruction);
				sent.push(instruction);
				cable.write(bytes);
			},
			onBytes: (listener) => cable.onBytes(listener),
			onLost: (listener) => cable.onLost(listener),
			close: () => cable.close()
		},
		unplug: () => cable.unplug(),
		replug: () => cable.replug(),
		settle: (promise) => settle(scheduler, promise)
	};
	return port;
}

/** Promise steps between two events of a device that never rests: enough for any chain of ours. */
const PROMISE_STEPS = 24;
/** So often nothing may be due while promises go on by themselves (a port that is gone answers at once). */
const DRY_ROUNDS = 50;

/** Lets virtual time run while `promise` is open; no event before everything that waits for the last one has gone on. */
async function settle<T>(scheduler: VirtualScheduler, promise: Promise<T>): Promise<T> {
	const progress = { settled: false };
	const done = promise.finally(() => {
		progress.settled = true;
	});
	done.catch(() => undefined);
	for (let dry = 0; ;) {
		for (let step = 0; step < PROMISE_STEPS; step++) await Promise.resolve();
		if (progress.settled) return done;
		dry = scheduler.runNext(Number.POSITIVE_INFINITY) ? 0 : dry + 1;
		if (dry > DRY_ROUNDS) throw new Error('virtual time ran dry before the promise settled');
	}
}

/** Writes that reached lasting memory, over all servos. */
export function lastingWrites(chain: ServoChain): number {
	return chain.servos.reduce((sum, servo) => sum + servo.memory.lastingWrites, 0);
}
