// A SerialPort as browsers make it, in memory, over web streams: for tests in Node. No modem lines, as a PTY or a bare
// adapter; whatever stands at the far end hears bytes and answers.

type Failure = 'NetworkError' | 'BufferOverrunError' | 'FramingError';

export interface FakeFarEnd {
	onOpen: (baudRate: number) => void;
	onBytes: (bytes: Uint8Array) => void;
}

export class FakeSerialPort extends EventTarget {
	readonly far: FakeFarEnd = { onOpen: () => undefined, onBytes: () => undefined };
	readonly ids: SerialPortInfo;
	readable: ReadableStream<Uint8Array> | null = null;
	writable: WritableStream<Uint8Array> | null = null;
	onconnect = null;
	ondisconnect = null;
	connected = true;
	/** Somebody else has it. */
	busy = false;
	/** The operating system takes nothing more. */
	stuck = false;
	#source: ReadableStreamDefaultController<Uint8Array> | null = null;
	#sink: WritableStreamDefaultController | null = null;
	#opened = false;

	constructor(ids: SerialPortInfo = { usbVendorId: 0x1a86, usbProductId: 0x55d3 }) {
		super();
		this.ids = ids;
	}

	getInfo(): SerialPortInfo {
		return this.ids;
	}

	open({ baudRate }: SerialOptions): Promise<void> {
		if (this.#opened) return Promise.reject(new DOMException('already open', 'InvalidStateError'));
		if (!this.connected || this.busy)
			return Promise.reject(new DOMException('failed to open', 'NetworkError'));
		this.#opened = true;
		this.#freshReadable();
		this.writable = new WritableStream<Uint8Array>({
			start: (controller) => void (this.#sink = controller),
			write: (chunk) => {
				if (this.stuck) return new Promise<void>(() => undefined);
				this.far.onBytes(chunk);
				return undefined;
			}
		});
		this.far.onOpen(baudRate);
		return Promise.resolve();
	}

	/** As the specification has it: refused while a stream is locked. */
	close(): Promise<void> {
		if (!this.#opened) return Promise.reject(new DOMException('not open', 'InvalidStateError'));
		if (this.readable?.locked === true || this.writable?.locked === true)
			return Promise.reject(new TypeError('a stream is locked'));
		this.#opened = false;
		this.readable = null;
		this.writable = null;
		return Promise.resolve();
	}

	setSignals(): Promise<void> {
		return Promise.reject(new DOMException('no modem lines', 'NetworkError'));
	}

	getSignals(): Promise<SerialInputSignals> {
		return Promise.reject(new DOMException('no modem lines', 'NetworkError'));
	}

	forget(): Promise<void> {
		return Promise.resolve();
	}

	/** Hands bytes to the page. */
	send(bytes: Uint8Array): void {
		if (this.readable !== null && bytes.length > 0) this.#source?.enqueue(bytes.slice());
	}

	/** Line noise: the stream breaks, the port has a new one. */
	noise(name: Failure): void {
		const source = this.#source;
		this.#freshReadable();
		source?.error(new DOMException('noise', name));
	}

	unplug(): void {
		this.connected = false;
		const gone = new DOMException('the device has been lost', 'NetworkError');
		const source = this.#source;
		this.readable = null;
		this.#source = null;
		source?.error(gone);
		this.#sink?.error(gone);
		this.dispatchEvent(new Event('disconnect'));
	}

	replug(): void {
		this.connected = true;
		this.dispatchEvent(new Event('connect'));
	}

	#freshReadable(): void {
		this.readable = new ReadableStream<Uint8Array>({
			start: (controller) => void (this.#source = controller)
		});
	}
}
