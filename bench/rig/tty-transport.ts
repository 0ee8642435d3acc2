// A terminal device (a pseudo terminal, or a serial port already set to raw at the right speed) as a SerialTransport in
// Node, for benches. Node's own tty streams read it; the speed is the device's business.

import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { CodedError, createSignal, type Scheduler } from '$lib/core';
import type { SerialTransport, TransportState } from '$lib/contracts';

export function createTtyTransport(path: string, scheduler: Scheduler): SerialTransport {
	const bytesSignal = createSignal<readonly [Uint8Array, number]>();
	const lostSignal = createSignal<string>();
	let state: TransportState = 'closed';
	let fd = -1;
	let input: ReadStream | null = null;

	const end = (): void => {
		input?.destroy();
		input = null;
		fd = -1;
	};

	return {
		id: path,
		get state() {
			return state;
		},
		open() {
			try {
				fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
			} catch (cause) {
				return Promise.reject(new CodedError('port_gone', `${path} would not open`, { cause }));
			}
			try {
				input = new ReadStream(fd);
			} catch (cause) {
				closeSync(fd);
				return Promise.reject(new CodedError('port_gone', `${path} is no terminal`, { cause }));
			}
			state = 'open';
			input.on('data', (bytes: Uint8Array) => bytesSignal.emit([bytes, scheduler.now()]));
			input.on('error', (error) => {
				if (state !== 'open') return;
				state = 'lost';
				end();
				lostSignal.emit(error.message);
			});
			return Promise.resolve();
		},
		write(bytes) {
			// Packets are far smaller than the device's buffer: no partial writes.
			if (state === 'open') writeSync(fd, bytes);
		},
		onBytes: (listener) => bytesSignal.on(([bytes, atMs]) => listener(bytes, atMs)),
		onLost: (listener) => lostSignal.on(listener),
		close() {
			state = 'closed';
			end();
			return Promise.resolve();
		}
	};
}
