import { MessageChannel } from 'node:worker_threads';
import { describe } from 'vitest';
import { createVirtualScheduler, createWallScheduler, type VirtualScheduler } from '$lib/core';
import { createChainTransport, createSo101Chain, serveChainPort, Wire } from '$lib/sim';
import { createMemoryPipe } from './memory-transport';
import { createPortTransport, type PortLike } from './port-transport';
import { describeTransportContract, type TransportUnderTest } from './transport.contract';

function makeWire(usbFrameMs: number): { wire: Wire; advanceTo: (tMs: number) => void } {
	const chain = createSo101Chain();
	return { wire: new Wire({ chain, usbFrameMs }), advanceTo: (tMs) => chain.advanceTo(tMs) };
}

function pass(scheduler: VirtualScheduler): Promise<void> {
	scheduler.advanceTo(scheduler.now() + 50);
	return Promise.resolve();
}

describeTransportContract('memory', () => {
	const scheduler = createVirtualScheduler();
	const { near, far } = createMemoryPipe(scheduler);
	const { wire } = makeWire(0);
	far.onOpen = (baudRate) => (wire.baudRate = baudRate);
	far.onBytes = (bytes) => {
		const { startMs, endMs } = wire.reserve(bytes.length, scheduler.now());
		wire.hear(bytes, startMs);
		for (let due = wire.nextHandoverMs(); due !== undefined; due = wire.nextHandoverMs()) {
			const chunk = wire.take(Math.max(due, endMs));
			if (chunk !== null) far.send(chunk);
		}
	};
	const subject: TransportUnderTest = {
		transport: near,
		flush: () => pass(scheduler),
		unplug: () => far.unplug(),
		replug: () => far.replug()
	};
	return Promise.resolve(subject);
});

describe.each([0, 1])('virtual chain, USB frames of %i ms', (usbFrameMs) => {
	describeTransportContract('in process', () => {
		const scheduler = createVirtualScheduler();
		const transport = createChainTransport(makeWire(usbFrameMs).wire, scheduler);
		return Promise.resolve({
			transport,
			flush: () => pass(scheduler),
			unplug: () => transport.unplug(),
			replug: () => transport.replug()
		});
	});

	describeTransportContract('message port, lockstep', () => {
		const scheduler = createVirtualScheduler();
		const { port1, port2 } = new MessageChannel();
		const { wire, advanceTo } = makeWire(usbFrameMs);
		const server = serveChainPort(port2 as unknown as PortLike, wire, advanceTo);
		const transport = createPortTransport({
			port: port1 as unknown as PortLike,
			scheduler,
			mode: 'lockstep'
		});
		return Promise.resolve({
			transport,
			async flush() {
				// One macrotask, so that a message without an answer (a pulled cable) is heard too.
				await new Promise((resolve) => setImmediate(resolve));
				await transport.settled();
				scheduler.advanceTo(scheduler.now() + 50);
			},
			unplug: () => server.unplug(),
			replug: () => server.replug(),
			dispose: () => port1.close()
		});
	});

	describeTransportContract('message port, wall', () => {
		const { port1, port2 } = new MessageChannel();
		const { wire, advanceTo } = makeWire(usbFrameMs);
		const server = serveChainPort(port2 as unknown as PortLike, wire, advanceTo);
		const scheduler = createWallScheduler();
		const transport = createPortTransport({ port: port1 as unknown as PortLike, scheduler, mode: 'wall' });
		return Promise.resolve({
			transport,
			async flush() {
				await new Promise((resolve) => setImmediate(resolve));
				await transport.settled();
				await transport.drained();
			},
			unplug: () => server.unplug(),
			replug: () => server.replug(),
			dispose: () => port1.close()
		});
	});
});
