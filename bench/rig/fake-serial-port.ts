// A Web Serial port (the part drivers use: open, close, readable, writable) in front of one of our transports, so that a
// driver written for a browser meets our virtual chain without knowing it.

import type { SerialTransport } from '$lib/contracts';

export interface FakeSerialPort {
	readable: ReadableStream<Uint8Array> | null;
	writable: WritableStream<Uint8Array> | null;
	open(options: { readonly baudRate: number }): Promise<void>;
	close(): Promise<void>;
	getInfo(): { readonly usbVendorId: number; readonly usbProductId: number };
}

export function createFakeSerialPort(transport: SerialTransport): FakeSerialPort {
	const port: FakeSerialPort = {
		readable: null,
		writable: null,
		async open({ baudRate }) {
			await transport.open({ baudRate });
			port.readable = new ReadableStream<Uint8Array>({
				start: (controller) => void transport.onBytes((bytes) => controller.enqueue(bytes))
			});
			port.writable = new WritableStream<Uint8Array>({ write: (bytes) => transport.write(bytes) });
		},
		close: () => transport.close(),
		getInfo: () => ({ usbVendorId: 0x1a86, usbProductId: 0x55d3 })
	};
	return port;
}
