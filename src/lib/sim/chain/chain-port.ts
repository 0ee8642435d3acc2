// Serves a virtual chain over a message port (PLANT's side of the wire). Every message `{ t, bytes }` is answered by exactly
// one `{ t, chunks: [{ t, bytes }] }`, chunks possibly empty, so that a lockstep driver knows when nothing is under way. Time
// is the asker's: physics is stepped to the stamp of the bytes and never ahead, and wire time is charged, not slept.

import type { ServoChain } from './servo-chain';
import type { Wire } from './wire';

/** What a MessagePort and its doubles have in common. */
export interface PortLike {
	postMessage(message: unknown): void;
	onmessage: ((event: MessageEvent<unknown>) => void) | null;
}

export interface ChainRequest {
	readonly t: number;
	readonly bytes: Uint8Array;
}

export interface ChainAnswer {
	readonly t: number;
	readonly chunks: readonly { readonly t: number; readonly bytes: Uint8Array }[];
}

function isRequest(value: unknown): value is ChainRequest {
	const candidate = value as Partial<ChainRequest> | null;
	return typeof candidate?.t === 'number' && Number.isFinite(candidate.t) && candidate.bytes instanceof Uint8Array;
}

/** @param onStepped called with the time the physics has reached after every request */
export function serveChain(port: PortLike, chain: ServoChain, wire: Wire, onStepped: (tMs: number) => void): void {
	port.onmessage = ({ data }) => {
		if (!isRequest(data)) return;
		const chunks: { t: number; bytes: Uint8Array }[] = [];
		const { startMs, endMs } = wire.reserve(data.bytes.length, data.t);
		chain.advanceTo(data.t);
		wire.hear(data.bytes, startMs);
		for (let due = wire.nextHandoverMs(); due !== undefined; due = wire.nextHandoverMs()) {
			const bytes = wire.take(due);
			if (bytes === null) break;
			chunks.push({ t: Math.max(due, endMs), bytes });
		}
		onStepped(chain.nowMs);
		const answer: ChainAnswer = { t: data.t, chunks };
		port.postMessage(answer);
	};
}
