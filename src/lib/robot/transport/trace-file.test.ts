// The ring keeps the newest; the file gives back what was written or says why not.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTraceRing, type Trace, type TraceEntry } from './trace';
import { decodeTrace, encodeTrace } from './trace-file';

const atMs = fc.integer({ min: -1000, max: 100_000_000_000 }).map((us) => us / 1000);
const bytes = fc.uint8Array({ maxLength: 200 });
const baudRate = fc.integer({ min: 1, max: 5_000_000 });
const entry: fc.Arbitrary<TraceEntry> = fc.oneof(
	fc.record({ kind: fc.constant('in' as const), atMs, bytes }),
	fc.record({ kind: fc.constant('out' as const), atMs, bytes }),
	fc.record({ kind: fc.constant('open' as const), atMs, baudRate }),
	fc.record({ kind: fc.constant('refused' as const), atMs, baudRate, code: fc.string() }),
	fc.record({ kind: fc.constant('lost' as const), atMs, reason: fc.string({ unit: 'grapheme' }) }),
	fc.record({ kind: fc.constant('close' as const), atMs })
);
const trace: fc.Arbitrary<Trace> = fc.record({
	virtual: fc.boolean(),
	dropped: fc.nat(),
	entries: fc.array(entry, { maxLength: 30 })
});

describe('file of a byte trace', () => {
	it('gives back what was written', () => {
		fc.assert(
			fc.property(trace, (written) => {
				expect(decodeTrace(encodeTrace(written))).toEqual({ ok: true, value: written });
			})
		);
	});

	it('refuses every shorter file as truncated', () => {
		fc.assert(
			fc.property(trace, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (written, share) => {
				const file = encodeTrace(written);
				const cut = Math.max(1, Math.floor(share * file.length));
				expect(decodeTrace(file.subarray(0, cut))).toMatchObject({ error: { code: 'trace_truncated' } });
			})
		);
	});

	it('refuses every file with one byte changed', () => {
		fc.assert(
			fc.property(trace, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, at, flip) => {
				const file = encodeTrace(written);
				const index = at % file.length;
				file[index] = (file[index] ?? 0) ^ flip;
				expect(decodeTrace(file).ok).toBe(false);
			})
		);
	});

	it.each([
		['an empty file', new Uint8Array(0), 'trace_foreign'],
		['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0), 'trace_foreign'],
		['a file of a newer version', changed(8, 2), 'trace_future'],
		['a file with something behind it', Uint8Array.of(...encodeTrace(empty()), 0), 'trace_damaged']
	])('refuses %s', (_, file, code) => {
		expect(decodeTrace(file)).toMatchObject({ ok: false, error: { code } });
	});
});

function empty(): Trace {
	return { virtual: false, dropped: 0, entries: [] };
}

function changed(index: number, value: number): Uint8Array {
	const file = encodeTrace(empty());
	file[index] = value;
	return file;
}

it('keeps the newest entries and counts the others', () => {
	const ring = createTraceRing(1000);
	for (let k = 0; k < 5000; k++) ring.push({ kind: 'out', atMs: k, bytes: Uint8Array.of(k & 255, 1, 2, 3) });
	const { dropped, entries } = ring.take();
	expect([dropped, entries.length, entries[0]?.atMs, entries.at(-1)?.atMs]).toEqual([4950, 50, 4950, 4999]);
	expect(ring.heldBytes).toBe(1000);
	ring.clear();
	expect([ring.take(), ring.heldBytes]).toEqual([{ dropped: 0, entries: [] }, 0]);
});
