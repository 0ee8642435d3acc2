// What went over a serial pipe and when: a tap that notes every byte of both directions in a bounded ring. It knows no
// packets and changes nothing: bytes, order, stamps and errors of the pipe behind it pass through as they are.
// The file form is trace-file, the way back is replay-transport.

import { isCoded, type Scheduler } from '$lib/core';
import type { SerialTransport } from '$lib/contracts';

export type TraceEntry =
	/** Opened at this rate. */
	| { readonly kind: 'open'; readonly atMs: number; readonly baudRate: number }
	/** The pipe would not open; `code` says why. */
	| { readonly kind: 'refused'; readonly atMs: number; readonly baudRate: number; readonly code: string }
	/** Host to servos, by the host's clock at the moment of writing. */
	| { readonly kind: 'out'; readonly atMs: number; readonly bytes: Uint8Array }
	/** Servos to host, with the stamp the pipe gave. */
	| { readonly kind: 'in'; readonly atMs: number; readonly bytes: Uint8Array }
	| { readonly kind: 'lost'; readonly atMs: number; readonly reason: string }
	| { readonly kind: 'close'; readonly atMs: number };

export interface Trace {
	/** Whether a virtual arm stood at the far end. Said by whoever made the tap, never guessed. */
	readonly virtual: boolean;
	/** Entries that fell out of the ring before the first one kept. A trace with a missing beginning cannot be played. */
	readonly dropped: number;
	readonly entries: readonly TraceEntry[];
}

export interface TraceRing {
	push(entry: TraceEntry): void;
	/** What is held now, oldest first. The arrays are the ring's own: read, do not write. */
	take(): Pick<Trace, 'dropped' | 'entries'>;
	/** Forgets everything, the count of dropped entries too. */
	clear(): void;
	readonly heldBytes: number;
}

/** An entry without bytes still takes room. */
const ENTRY_BYTES = 16;
/** About a minute of a 200 Hz loop with full telemetry. */
const TRACE_CAPACITY_BYTES = 4 * 2 ** 20;

/** Keeps the newest entries that fit in `capacityBytes`. */
export function createTraceRing(capacityBytes = TRACE_CAPACITY_BYTES): TraceRing {
	let entries: TraceEntry[] = [];
	/** Entries before this index have been given up; the array is cut only now and then. */
	let first = 0;
	let heldBytes = 0;
	let dropped = 0;

	return {
		push(entry) {
			entries.push(entry);
			heldBytes += sizeOf(entry);
			while (heldBytes > capacityBytes && first < entries.length - 1) {
				const oldest = entries[first];
				if (oldest !== undefined) heldBytes -= sizeOf(oldest);
				first += 1;
				dropped += 1;
			}
			if (first > 1024 && first > entries.length / 2) {
				entries = entries.slice(first);
				first = 0;
			}
		},
		take: () => ({ dropped, entries: entries.slice(first) }),
		clear() {
			entries = [];
			first = 0;
			heldBytes = 0;
			dropped = 0;
		},
		get heldBytes() {
			return heldBytes;
		}
	};
}

function sizeOf(entry: TraceEntry): number {
	return ENTRY_BYTES + (entry.kind === 'in' || entry.kind === 'out' ? entry.bytes.length : 0);
}

/** The same pipe, with everything that passes noted in `ring`. */
export function tapTransport(inner: SerialTransport, scheduler: Scheduler, ring: TraceRing): SerialTransport {
	inner.onBytes((bytes, atMs) => ring.push({ kind: 'in', atMs, bytes: bytes.slice() }));
	inner.onLost((reason) => ring.push({ kind: 'lost', atMs: scheduler.now(), reason }));
	return {
		id: inner.id,
		get state() {
			return inner.state;
		},
		async open(options) {
			const { baudRate } = options;
			try {
				await inner.open(options);
			} catch (error) {
				const code = isCoded(error) ? error.code : 'unknown';
				ring.push({ kind: 'refused', atMs: scheduler.now(), baudRate, code });
				throw error;
			}
			ring.push({ kind: 'open', atMs: scheduler.now(), baudRate });
		},
		write(bytes) {
			// What a pipe that is not open swallows was never on the wire.
			if (inner.state === 'open') ring.push({ kind: 'out', atMs: scheduler.now(), bytes: bytes.slice() });
			inner.write(bytes);
		},
		onBytes: (listener) => inner.onBytes(listener),
		onLost: (listener) => inner.onLost(listener),
		close() {
			if (inner.state !== 'closed') ring.push({ kind: 'close', atMs: scheduler.now() });
			return inner.close();
		}
	};
}
