// One question to the chain and its answer: which servos, which bytes, what came back. The caller owns and re-uses it;
// the bus fills it. Knows nothing of framing or time.

import type { BusErrorCode } from './bus-error';

/** `send`: the prefix alone goes out and nobody answers (sync write). */
export type ExchangeKind = 'ping' | 'read' | 'write' | 'syncRead' | 'send';
export type ExchangeOutcome = 'ok' | Exclude<BusErrorCode, 'servo'>;

export interface Exchange {
	readonly kind: ExchangeKind;
	readonly ids: Uint8Array;
	readonly address: number;
	/** Parameters wanted per servo: bytes to read; 0 for ping and write. */
	readonly length: number;
	/** Bytes to write (kind `write`). */
	readonly payload: Uint8Array;
	/** `length` bytes per servo in the order of `ids`; meaningful only where `got` is not 0. */
	readonly data: Uint8Array;
	/** Error bits each servo reported with its answer. */
	readonly errorBits: Uint8Array;
	/** Number of the attempt (from 1) that brought the answer, 0 without one. */
	readonly got: Uint8Array;
	readonly maxRetries: number;
	/** Ready-made bytes without reply that go out in front of the first request, e.g. a sync write. */
	prefix: Uint8Array;
	prefixLength: number;
	/** Nothing that arrives after this instant counts. */
	deadlineMs: number;
	onDone: () => void;

	outcome: ExchangeOutcome;
	/** Requests sent. */
	attempts: number;
	sentAtMs: number;
	/** Arrival of the newest byte that was used. */
	doneAtMs: number;
	/** Bytes came after the answer that no reply explains: it must not be believed. */
	tainted: boolean;
}

const NOTHING = new Uint8Array(0);

export interface ExchangeOptions {
	readonly payload?: Uint8Array;
	readonly maxRetries?: number;
	readonly onDone?: () => void;
}

export function createExchange(
	kind: ExchangeKind,
	ids: readonly number[],
	address: number,
	length: number,
	options: ExchangeOptions = {}
): Exchange {
	return {
		kind,
		ids: Uint8Array.from(ids),
		address,
		length,
		payload: options.payload ?? NOTHING,
		data: new Uint8Array(ids.length * length),
		errorBits: new Uint8Array(ids.length),
		got: new Uint8Array(ids.length),
		maxRetries: options.maxRetries ?? 2,
		prefix: NOTHING,
		prefixLength: 0,
		deadlineMs: Number.POSITIVE_INFINITY,
		onDone: options.onDone ?? (() => undefined),
		outcome: 'timeout',
		attempts: 0,
		sentAtMs: 0,
		doneAtMs: 0,
		tainted: false
	};
}

/** Servos of the exchange without a believable answer. */
export function missingIds(exchange: Exchange): number[] {
	return [...exchange.ids].filter((_, index) => exchange.got[index] === 0);
}
