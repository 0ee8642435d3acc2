// A trace played back as a pipe: what was written must be what was written then, byte for byte however it is cut, and what
// came back then comes back now, as long after the request as it did. The first request that differs is reported, and from
// there on the line is silent: a recorded arm has no answer to a question nobody asked it.

import { CodedError, createSignal, type Scheduler, type Unsubscribe } from '$lib/core';
import type { SerialTransport, TransportState } from '$lib/contracts';
import type { Trace, TraceEntry } from './trace';

export interface ReplayDifference {
	/** Index of the entry in the trace that was due. */
	readonly entry: number;
	/** `rate`: opened at another speed. `bytes`: another request. `ended`: the trace knows no more. `order`: opened or written where the other was due. */
	readonly what: 'rate' | 'bytes' | 'ended' | 'order';
	/** What the trace holds there, and what came. */
	readonly expected: string;
	readonly got: string;
}

export interface ReplayTransport extends SerialTransport {
	/** First thing that went otherwise than recorded; null while everything fits. */
	readonly difference: ReplayDifference | null;
	onDifference(listener: (difference: ReplayDifference) => void): Unsubscribe;
	/** Every recorded request was made and every recorded answer given. */
	readonly finished: boolean;
}

/** Throws a RangeError for a trace whose beginning is missing. */
export function createReplayTransport(trace: Trace, scheduler: Scheduler, id = 'replay'): ReplayTransport {
	if (trace.dropped > 0) throw new RangeError(`the first ${trace.dropped} entries of this trace are missing`);
	return new Replay(trace.entries, scheduler, id);
}

class Replay implements ReplayTransport {
	readonly id: string;
	readonly #entries: readonly TraceEntry[];
	readonly #scheduler: Scheduler;
	readonly #bytes = createSignal<readonly [Uint8Array, number]>();
	readonly #lost = createSignal<string>();
	readonly #differed = createSignal<ReplayDifference>();
	#state: TransportState = 'closed';
	#difference: ReplayDifference | null = null;
	/** The entry that is due, and how many bytes of it have been written. */
	#next = 0;
	#matched = 0;
	/** Answers on their way; raised epoch = they never arrive. */
	#pending = 0;
	#epoch = 0;
	#newestMs = 0;

	constructor(entries: readonly TraceEntry[], scheduler: Scheduler, id: string) {
		this.#entries = entries;
		this.#scheduler = scheduler;
		this.id = id;
	}

	get state(): TransportState {
		return this.#state;
	}

	get difference(): ReplayDifference | null {
		return this.#difference;
	}

	get finished(): boolean {
		const rest = this.#entries.slice(this.#next).filter((entry) => entry.kind !== 'close');
		return this.#difference === null && rest.length === 0 && this.#pending === 0;
	}

	onBytes(listener: (bytes: Uint8Array, atMs: number) => void): Unsubscribe {
		return this.#bytes.on(([bytes, atMs]) => listener(bytes, atMs));
	}

	onLost(listener: (reason: string) => void): Unsubscribe {
		return this.#lost.on(listener);
	}

	onDifference(listener: (difference: ReplayDifference) => void): Unsubscribe {
		return this.#differed.on(listener);
	}

	open({ baudRate }: { readonly baudRate: number }): Promise<void> {
		const due = this.#entries[this.#next];
		const got = `open at ${baudRate}`;
		if (due === undefined) this.#differ('ended', 'nothing more', got);
		else if (due.kind !== 'open' && due.kind !== 'refused') this.#differ('order', describe(due), got);
		else if (due.baudRate !== baudRate) this.#differ('rate', describe(due), got);
		if (this.#difference === null && due?.kind === 'refused') {
			this.#next += 1;
			return Promise.reject(new CodedError(due.code, 'refused when it was recorded'));
		}
		this.#state = 'open';
		if (this.#difference === null && due !== undefined) {
			this.#next += 1;
			this.#follow(due.atMs);
		}
		return Promise.resolve();
	}

	write(bytes: Uint8Array): void {
		if (this.#state !== 'open' || this.#difference !== null) return;
		for (let at = 0; at < bytes.length;) {
			const due = this.#entries[this.#next];
			if (due === undefined) {
				this.#differ('ended', 'nothing more', hex(bytes.subarray(at)));
				return;
			}
			if (due.kind !== 'out') {
				this.#differ('order', describe(due), hex(bytes.subarray(at)));
				return;
			}
			const count = Math.min(due.bytes.length - this.#matched, bytes.length - at);
			for (let k = 0; k < count; k++)
				if (due.bytes[this.#matched + k] !== bytes[at + k]) {
					this.#differ('bytes', hex(due.bytes.subarray(this.#matched)), hex(bytes.subarray(at)));
					return;
				}
			at += count;
			this.#matched += count;
			if (this.#matched === due.bytes.length) {
				this.#matched = 0;
				this.#next += 1;
				this.#follow(due.atMs);
			}
		}
	}

	close(): Promise<void> {
		if (this.#state === 'closed') return Promise.resolve();
		this.#state = 'closed';
		this.#epoch += 1;
		this.#pending = 0;
		this.#matched = 0;
		// Whoever closes sooner than it was closed then has no further part in what followed.
		const close = this.#entries.findIndex((entry, index) => index >= this.#next && entry.kind === 'close');
		this.#next = close < 0 ? this.#entries.length : close + 1;
		return Promise.resolve();
	}

	/** Everything that came by itself after the entry at `sinceMs`, up to the next thing the host did. */
	#follow(sinceMs: number): void {
		const now = this.#scheduler.now();
		for (;;) {
			const entry = this.#entries[this.#next];
			if (entry === undefined || (entry.kind !== 'in' && entry.kind !== 'lost')) return;
			this.#next += 1;
			this.#newestMs = Math.max(this.#newestMs, now + Math.max(0, entry.atMs - sinceMs));
			this.#later(entry, this.#newestMs);
		}
	}

	#later(entry: TraceEntry & { readonly kind: 'in' | 'lost' }, dueMs: number): void {
		const sentIn = this.#epoch;
		this.#pending += 1;
		this.#scheduler.at(dueMs, () => {
			if (sentIn !== this.#epoch) return;
			this.#pending -= 1;
			if (entry.kind === 'in') this.#bytes.emit([entry.bytes.slice(), this.#scheduler.now()]);
			else {
				this.#state = 'lost';
				this.#epoch += 1;
				this.#pending = 0;
				this.#lost.emit(entry.reason);
			}
		});
	}

	#differ(what: ReplayDifference['what'], expected: string, got: string): void {
		if (this.#difference !== null) return;
		const difference = { entry: this.#next, what, expected, got };
		this.#difference = difference;
		// What was on its way belongs to requests that were made: it still arrives.
		this.#differed.emit(difference);
	}
}

function describe(entry: TraceEntry): string {
	switch (entry.kind) {
		case 'in':
		case 'out':
			return `${entry.kind} ${hex(entry.bytes)}`;
		case 'open':
		case 'refused':
			return `${entry.kind} at ${entry.baudRate}`;
		case 'lost':
		case 'close':
			return entry.kind;
	}
}

const SHOWN_BYTES = 24;

function hex(bytes: Uint8Array): string {
	const shown = [...bytes.subarray(0, SHOWN_BYTES)]
		.map((byte) => byte.toString(16).padStart(2, '0'))
		.join(' ');
	return bytes.length > SHOWN_BYTES ? `${shown} ... (${bytes.length} bytes)` : shown;
}
