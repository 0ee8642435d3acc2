// Every SerialTransport there is, with the virtual arm at its far end: for the contract, in Node and in the browser.

import { createVirtualScheduler, createWallScheduler, type VirtualScheduler } from '$lib/core';
import { answerCrossings, crossing } from '$lib/core/testing/crossing';
import { createChainTransport, createSo101Chain, serveChainPort, Wire, type ChainPortServer } from '$lib/sim';
import { createMemoryPipe } from '../memory-transport';
import { createPortTransport } from '../port-transport';
import type { TransportHarness } from '../transport.contract';

function makeWire(usbFrameMs: number): { wire: Wire; advanceTo: (tMs: number) => void } {
	const chain = createSo101Chain();
	return { wire: new Wire({ chain, usbFrameMs }), advanceTo: (tMs) => chain.advanceTo(tMs) };
}

function pass(scheduler: VirtualScheduler): Promise<void> {
	scheduler.advanceTo(scheduler.now() + 50);
	return Promise.resolve();
}

export function memoryTransport(): TransportHarness {
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
	return {
		transport: near,
		flush: () => pass(scheduler),
		unplug: () => far.unplug(),
		replug: () => far.replug()
	};
}

export function chainTransport(usbFrameMs: number, scheduler = createVirtualScheduler()): TransportHarness {
	const transport = createChainTransport(makeWire(usbFrameMs).wire, scheduler);
	return {
		transport,
		flush: () => pass(scheduler),
		unplug: () => transport.unplug(),
		replug: () => transport.replug()
	};
}

/** The far side of a port: in this thread, or in a worker that does the same. */
export interface ChainFar {
	readonly port: MessagePort;
	readonly unplug: () => void | Promise<void>;
	readonly replug: () => void | Promise<void>;
	readonly dispose: () => void;
}

export function serveChain(port: MessagePort, usbFrameMs: number): ChainPortServer {
	const { wire, advanceTo } = makeWire(usbFrameMs);
	const server = serveChainPort(port, wire, advanceTo);
	answerCrossings(port);
	return server;
}

export function chainFarHere(usbFrameMs: number): ChainFar {
	const { port1, port2 } = new MessageChannel();
	const server = serveChain(port2, usbFrameMs);
	return {
		port: port1,
		unplug: () => server.unplug(),
		replug: () => server.replug(),
		dispose: () => port1.close()
	};
}

export function portTransport(far: ChainFar, mode: 'wall' | 'lockstep'): TransportHarness {
	const virtual = mode === 'lockstep' ? createVirtualScheduler() : null;
	const transport = createPortTransport({
		port: far.port,
		scheduler: virtual ?? createWallScheduler(),
		mode
	});
	return {
		transport,
		async flush() {
			// So that a message that answers nothing (a pulled cable) is heard too.
			await crossing(far.port);
			await transport.settled();
			if (virtual === null) await transport.drained();
			else await pass(virtual);
		},
		unplug: far.unplug,
		replug: far.replug,
		dispose: far.dispose
	};
}
