// Two ends of a pipe in memory: `near` is a SerialTransport, `far` is whatever answers. Delivery goes through the
// Scheduler, so that it never happens inside `write`.

import { CodedError, createSignal, type Scheduler } from '$lib/core';
import type { SerialTransport, TransportState } from '$lib/contracts';

export interface FarEnd {
	onOpen: (baudRate: number) => void;
	/** Called with what was written at the near end. */
	onBytes: (bytes: Uint8Array) => void;
	/** Hands bytes to the near end. */
	send(bytes: Uint8Array): void;
	/** The cable is pulled, or put back. */
	unplug(): void;
	replug(): void;
}

export function createMemoryPipe(
	scheduler: Scheduler,
	id = 'memory'
): { readonly near: SerialTransport; readonly far: FarEnd } {
	const bytesSignal = createSignal<readonly [Uint8Array, number]>();
	const lostSignal = createSignal<string>();
	let state: TransportState = 'closed';
	let plugged = true;
	/** Raised by every close and loss: what was under way then never arrives. */
	let epoch = 0;

	const later = (run: () => void): void => {
		const sentIn = epoch;
		scheduler.at(scheduler.now(), () => {
			if (sentIn === epoch && state === 'open') run();
		});
	};

	const far: FarEnd = {
		onOpen: () => undefined,
		onBytes: () => undefined,
		send(bytes) {
			const copy = bytes.slice();
			later(() => bytesSignal.emit([copy, scheduler.now()]));
		},
		unplug() {
			plugged = false;
			if (state !== 'open') return;
			state = 'lost';
			epoch += 1;
			lostSignal.emit('unplugged');
		},
		replug() {
			plugged = true;
		}
	};

	const near: SerialTransport = {
		id,
		get state() {
			return state;
		},
		open({ baudRate }) {
			if (!plugged) return Promise.reject(new CodedError('port_gone', 'the cable is out'));
			state = 'open';
			far.onOpen(baudRate);
			return Promise.resolve();
		},
		write(bytes) {
			if (state !== 'open') return;
			const copy = bytes.slice();
			later(() => far.onBytes(copy));
		},
		onBytes: (listener) => bytesSignal.on(([bytes, atMs]) => listener(bytes, atMs)),
		onLost: (listener) => lostSignal.on(listener),
		close() {
			state = 'closed';
			epoch += 1;
			return Promise.resolve();
		}
	};
	return { near, far };
}
