// The server half of a chain behind a message port: every message with an `n` is answered by exactly one message with the
// same `n`, even when there is nothing to hand over. Stamps are the client's clock; in lockstep that makes the exchange a
// pure function of them, in wall mode the chain follows the client's stamps and wire time is charged, not slept.
// The messages are plain objects; the client half is robot/transport/port-transport.

import type { Wire } from './wire';

/** What both halves need of a port: MessagePort in the browser, MessagePort of worker_threads in Node. */
export interface PortLike {
	postMessage(message: unknown): void;
	onmessage: ((event: MessageEvent<unknown>) => void) | null;
}

export interface ChainPortServer {
	/** Lets the physics run on while nobody asks (wall mode); stamps are the client's clock. */
	advanceTo(tMs: number): void;
	/** Tells the client that its port is gone. */
	unplug(): void;
	replug(): void;
	/** Messages that made no sense and were dropped. */
	readonly rejected: number;
}

interface Chunk {
	readonly t: number;
	readonly bytes: Uint8Array;
}

/** Longest write that is taken seriously: nothing on this bus comes near it. */
const MAX_WRITE = 4096;

export function serveChainPort(
	port: PortLike,
	wire: Wire,
	advanceChainTo: (tMs: number) => void
): ChainPortServer {
	let plugged = true;
	let open = false;
	let rejected = 0;

	const answer = (n: number, t: number, chunks: readonly Chunk[], error?: string): void =>
		port.postMessage(error === undefined ? { n, t, chunks } : { n, t, chunks, error });

	/** Everything that is handed over without further questions, in order. */
	const collect = (): Chunk[] => {
		const chunks: Chunk[] = [];
		for (;;) {
			const dueMs = wire.nextHandoverMs();
			if (dueMs === undefined || dueMs > wire.horizonMs) return chunks;
			const bytes = wire.take(dueMs);
			if (bytes === null) return chunks;
			chunks.push({ t: dueMs, bytes });
		}
	};

	port.onmessage = ({ data }) => {
		const message = readMessage(data);
		if (message === null) {
			rejected += 1;
			return;
		}
		const { n, t } = message;
		switch (message.op) {
			case 'open':
				open = plugged;
				if (open) wire.baudRate = message.baudRate;
				answer(n, t, [], open ? undefined : 'port_gone');
				return;
			case 'close':
				open = false;
				wire.clear();
				answer(n, t, []);
				return;
			case 'write': {
				if (!open) {
					answer(n, t, []);
					return;
				}
				advanceChainTo(t);
				const { startMs } = wire.reserve(message.bytes.length, t);
				wire.hear(message.bytes, startMs);
				answer(n, t, collect());
				return;
			}
		}
	};

	return {
		advanceTo: advanceChainTo,
		unplug() {
			plugged = false;
			if (!open) return;
			open = false;
			wire.clear();
			port.postMessage({ lost: 'unplugged' });
		},
		replug() {
			plugged = true;
		},
		get rejected() {
			return rejected;
		}
	};
}

type ClientMessage = { readonly n: number; readonly t: number } & (
	| { readonly op: 'open'; readonly baudRate: number }
	| { readonly op: 'close' }
	| { readonly op: 'write'; readonly bytes: Uint8Array }
);

function readMessage(data: unknown): ClientMessage | null {
	if (typeof data !== 'object' || data === null) return null;
	const { n, t, op, baudRate, bytes } = data as Record<string, unknown>;
	if (typeof n !== 'number' || typeof t !== 'number' || !Number.isFinite(t)) return null;
	if (op === 'close') return { n, t, op };
	if (op === 'open' && typeof baudRate === 'number' && baudRate > 0) return { n, t, op, baudRate };
	if (op === 'write' && bytes instanceof Uint8Array && bytes.length <= MAX_WRITE) return { n, t, op, bytes };
	return null;
}
