// The virtual chain as a SerialTransport in the same process, driven by the Scheduler it is given: under virtual time
// every byte is where the wire says, to the nanosecond, and physics stands at the stamp of the bytes.

import { CodedError, createSignal, type Scheduler, type Timer } from '$lib/core';
import type { SerialTransport, TransportState } from '$lib/contracts';
import type { Wire } from './wire';

export interface ChainTransport extends SerialTransport {
	/** Pulls the cable: what has not been handed over is gone, even in the middle of a packet. */
	unplug(): void;
	/** Plugs it in again; the next `open` works. */
	replug(): void;
}

export function createChainTransport(wire: Wire, scheduler: Scheduler, id = 'virtual-chain'): ChainTransport {
	const bytesSignal = createSignal<readonly [Uint8Array, number]>();
	const lostSignal = createSignal<string>();
	let state: TransportState = 'closed';
	let plugged = true;
	let timer: Timer | null = null;
	let timerAtMs = Number.POSITIVE_INFINITY;

	const hand = (): void => {
		timer = null;
		timerAtMs = Number.POSITIVE_INFINITY;
		if (state !== 'open') return;
		const now = scheduler.now();
		const chunk = wire.take(now);
		if (chunk !== null) bytesSignal.emit([chunk, now]);
		schedule();
	};

	const schedule = (): void => {
		const dueMs = wire.nextHandoverMs();
		if (dueMs === undefined || dueMs === timerAtMs) return;
		timer?.cancel();
		timerAtMs = dueMs;
		timer = scheduler.at(dueMs, hand);
	};

	return {
		id,
		get state() {
			return state;
		},
		open({ baudRate }) {
			if (!plugged) return Promise.reject(new CodedError('port_gone', 'the virtual cable is out'));
			wire.baudRate = baudRate;
			wire.opened(scheduler.now());
			state = 'open';
			schedule();
			return Promise.resolve();
		},
		write(bytes) {
			if (state !== 'open') return;
			const copy = bytes.slice();
			const { startMs, endMs } = wire.reserve(copy.length, scheduler.now());
			scheduler.at(endMs, () => {
				if (state !== 'open') return;
				wire.hear(copy, startMs);
				schedule();
			});
		},
		onBytes: (listener) => bytesSignal.on(([bytes, atMs]) => listener(bytes, atMs)),
		onLost: (listener) => lostSignal.on(listener),
		close() {
			state = 'closed';
			timer?.cancel();
			wire.clear();
			return Promise.resolve();
		},
		unplug() {
			plugged = false;
			if (state !== 'open') return;
			const now = scheduler.now();
			const chunk = wire.take(now);
			if (chunk !== null) bytesSignal.emit([chunk, now]);
			state = 'lost';
			timer?.cancel();
			wire.clear();
			lostSignal.emit('unplugged');
		},
		replug() {
			plugged = true;
		}
	};
}
