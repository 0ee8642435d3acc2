// A SerialTransport over the Web Serial API (https://wicg.github.io/serial/): the real cable. Runs in a page or a worker;
// knows bytes and the ways a port can break, no packets and no permission.
//
// [Note: writes] Bytes the operating system does not take are not piled up: a goal that waited would be a movement nobody
// wants any more. Beyond a few packets they are dropped, and the bus hears no answer, which it knows how to handle.

import { CodedError, createSignal, type Scheduler } from '$lib/core';
import type { SerialTransport, TransportState } from '$lib/contracts';

export interface WebSerialTransport extends SerialTransport {
	/** The far side says nothing any more although the port is open: as if the cable had been pulled. */
	abandon(reason: string): void;
}

export interface WebSerialTransportOptions {
	readonly port: SerialPort;
	readonly id: string;
	/** Its clock stamps what arrives. */
	readonly scheduler: Scheduler;
}

/** About ten packets for a whole arm. */
const MOST_UNSENT_BYTES = 1024;
/** A burst of answers from two hundred questions; the default of 255 bytes would overrun in a busy worker. */
const RECEIVE_BUFFER_BYTES = 16_384;

class WebSerial implements WebSerialTransport {
	readonly id: string;
	readonly #port: SerialPort;
	readonly #scheduler: Scheduler;
	readonly #bytes = createSignal<readonly [Uint8Array, number]>();
	readonly #lost = createSignal<string>();
	#state: TransportState = 'closed';
	/** Raised by every open, close and loss: what belongs to an older one is dropped. */
	#epoch = 0;
	#reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
	#writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
	#unsentBytes = 0;
	#reading: Promise<void> = Promise.resolve();
	/** Closing takes the port a moment; it can be opened again only afterwards. */
	#closing: Promise<void> = Promise.resolve();

	constructor(options: WebSerialTransportOptions) {
		this.id = options.id;
		this.#port = options.port;
		this.#scheduler = options.scheduler;
		this.#port.addEventListener('disconnect', () => this.#lose('unplugged'));
	}

	get state(): TransportState {
		return this.#state;
	}

	async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
		await this.#closing;
		try {
			await this.#port.open({ baudRate, bufferSize: RECEIVE_BUFFER_BYTES });
		} catch (cause) {
			throw openFailure(this.#port, cause);
		}
		const { writable } = this.#port;
		if (writable === null || this.#port.readable === null)
			throw new CodedError('port_gone', 'the port has no streams');
		// Boards with a USB port of their own stay silent until somebody is there; some adapters have no such lines at all.
		void this.#port.setSignals({ dataTerminalReady: true, requestToSend: true }).catch(() => undefined);
		this.#state = 'open';
		this.#epoch += 1;
		this.#unsentBytes = 0;
		this.#writer = writable.getWriter();
		this.#writer.closed.catch(() => undefined);
		this.#reading = this.#read(this.#epoch);
	}

	write(bytes: Uint8Array): void {
		const writer = this.#writer;
		if (this.#state !== 'open' || writer === null) return;
		if (this.#unsentBytes + bytes.length > MOST_UNSENT_BYTES) return;
		const sentIn = this.#epoch;
		const { length } = bytes;
		this.#unsentBytes += length;
		writer.write(bytes.slice()).then(
			() => {
				if (sentIn === this.#epoch) this.#unsentBytes -= length;
			},
			() => {
				if (sentIn === this.#epoch) this.#lose('write failed');
			}
		);
	}

	onBytes(listener: (bytes: Uint8Array, atMs: number) => void): () => void {
		return this.#bytes.on(([bytes, atMs]) => listener(bytes, atMs));
	}

	onLost(listener: (reason: string) => void): () => void {
		return this.#lost.on(listener);
	}

	close(): Promise<void> {
		const wasOpen = this.#state === 'open';
		this.#state = 'closed';
		if (wasOpen) this.#letGo();
		return this.#closing;
	}

	abandon(reason: string): void {
		this.#lose(reason);
	}

	#lose(reason: string): void {
		if (this.#state !== 'open') return;
		this.#state = 'lost';
		this.#letGo();
		this.#lost.emit(reason);
	}

	/** Both streams must be free before the port can be closed. */
	#letGo(): void {
		this.#epoch += 1;
		const reader = this.#reader;
		const writer = this.#writer;
		const reading = this.#reading;
		this.#reader = null;
		this.#writer = null;
		this.#closing = (async () => {
			await reader?.cancel().catch(() => undefined);
			await reading;
			await writer?.abort().catch(() => undefined);
			writer?.releaseLock();
			// A port that vanished may refuse to be closed; then it is closed already.
			await this.#port.close().catch(() => undefined);
		})();
	}

	/** Reads until the port is closed or gone. Line noise ends a stream, not the port: it then has a fresh one. */
	async #read(epoch: number): Promise<void> {
		while (epoch === this.#epoch) {
			const { readable } = this.#port;
			if (readable === null) break;
			const reader = readable.getReader();
			this.#reader = reader;
			try {
				for (;;) {
					const { value, done } = await reader.read();
					if (done || epoch !== this.#epoch) break;
					this.#bytes.emit([value, this.#scheduler.now()]);
				}
			} catch (error) {
				if (!isLineNoise(error)) break;
				continue;
			} finally {
				reader.releaseLock();
			}
			break;
		}
		if (epoch === this.#epoch) this.#lose('unplugged');
	}
}

/** Errors of the line after which the port goes on with a new stream. */
const LINE_NOISE = ['BufferOverrunError', 'BreakError', 'FramingError', 'ParityError'];

function isLineNoise(error: unknown): boolean {
	return error instanceof DOMException && LINE_NOISE.includes(error.name);
}

/** `port_gone`: no such device now. `port_busy`: it is there, and somebody else has it. */
function openFailure(port: SerialPort, cause: unknown): CodedError {
	const gone = 'connected' in port && !port.connected;
	return gone
		? new CodedError('port_gone', 'the cable is out', { cause })
		: new CodedError('port_busy', 'the port could not be opened', { cause });
}

/** The port is closed when it is handed over. `open` rejects with `port_gone` or `port_busy`. */
export function createWebSerialTransport(options: WebSerialTransportOptions): WebSerialTransport {
	return new WebSerial(options);
}
