import { createVirtualScheduler } from '$lib/core';
import { describeContract } from '$lib/core/testing/describe-contract';
import { createSo101Chain, Wire } from '$lib/sim';
import { describe, expect, it } from 'vitest';
import { FakeSerialPort } from './testing/fake-serial-port';
import { transportContract, type TransportHarness } from './transport.contract';
import { createWebSerialTransport, type WebSerialTransport } from './web-serial-transport';

interface Rig extends TransportHarness {
	readonly port: FakeSerialPort;
	readonly transport: WebSerialTransport;
}

/** It has all of the interface that is used; only the browser can make a real one. */
const asSerialPort = (port: unknown): SerialPort => port as SerialPort;

/** A virtual arm at the far end of a fake port. */
function rig(usbFrameMs: number): Rig {
	const scheduler = createVirtualScheduler();
	const port = new FakeSerialPort();
	const wire = new Wire({ chain: createSo101Chain(), usbFrameMs });
	port.far.onOpen = (baudRate) => (wire.baudRate = baudRate);
	port.far.onBytes = (bytes) => {
		const { startMs } = wire.reserve(bytes.length, scheduler.now());
		wire.hear(bytes, startMs);
		const hand = (): void => {
			const chunk = wire.take(scheduler.now());
			if (chunk !== null) port.send(chunk);
			const next = wire.nextHandoverMs();
			if (next !== undefined) scheduler.at(next, hand);
		};
		const due = wire.nextHandoverMs();
		if (due !== undefined) scheduler.at(due, hand);
	};
	const transport = createWebSerialTransport({
		port: asSerialPort(port),
		id: 'follower',
		scheduler
	});
	const flush = async (): Promise<void> => {
		for (let round = 0; round < 60; round++) {
			await new Promise((resolve) => setImmediate(resolve));
			scheduler.advanceTo(scheduler.now() + 1);
		}
	};
	return { port, transport, flush, unplug: () => port.unplug(), replug: () => port.replug() };
}

for (const usbFrameMs of [0, 1])
	describeContract(`SerialTransport: Web Serial, USB frames of ${usbFrameMs} ms`, transportContract, () =>
		rig(usbFrameMs)
	);

const PING_1 = Uint8Array.of(0xff, 0xff, 1, 2, 1, 0xfb);
const OPTIONS = { baudRate: 1_000_000 };

describe('Web Serial', () => {
	it('goes on after line noise with the fresh stream', async () => {
		const { port, transport, flush } = rig(0);
		const received: number[] = [];
		const losses: string[] = [];
		transport.onBytes((bytes) => received.push(...bytes));
		transport.onLost((reason) => losses.push(reason));
		await transport.open(OPTIONS);
		port.noise('FramingError');
		await flush();
		port.noise('BufferOverrunError');
		await flush();
		transport.write(PING_1);
		await flush();
		expect(received).toEqual([0xff, 0xff, 1, 2, 0, 0xfc]);
		expect(losses).toEqual([]);
		expect(transport.state).toBe('open');
	});

	it('is lost when the stream ends without a disconnect event', async () => {
		const { port, transport, flush } = rig(0);
		const losses: string[] = [];
		transport.onLost((reason) => losses.push(reason));
		await transport.open(OPTIONS);
		port.noise('NetworkError');
		await flush();
		expect(losses).toEqual(['unplugged']);
		expect(transport.state).toBe('lost');
	});

	it('says when somebody else has the port', async () => {
		const { port, transport } = rig(0);
		port.busy = true;
		await expect(transport.open(OPTIONS)).rejects.toMatchObject({ code: 'port_busy' });
		port.busy = false;
		await transport.open(OPTIONS);
		expect(transport.state).toBe('open');
	});

	it('drops what the operating system does not take, and closes all the same', async () => {
		const { port, transport, flush } = rig(0);
		await transport.open(OPTIONS);
		port.stuck = true;
		for (let n = 0; n < 1000; n++) transport.write(PING_1);
		await flush();
		expect(transport.state).toBe('open');
		transport.abandon('no answer');
		expect(transport.state).toBe('lost');
	});

	it('opens again after each close, in any order of calls', async () => {
		const { transport, flush } = rig(0);
		for (let n = 0; n < 5; n++) {
			await transport.open(OPTIONS);
			const closed = transport.close();
			if (n % 2 === 0) await closed;
		}
		await transport.open(OPTIONS);
		const received: number[] = [];
		transport.onBytes((bytes) => received.push(...bytes));
		transport.write(PING_1);
		await flush();
		expect(received).toEqual([0xff, 0xff, 1, 2, 0, 0xfc]);
	});
});
