import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, crc32 } from '$lib/core';
import { blockCrc, decodeBlock, encodeBlock } from './episode-codec';
import { fixtureBlock, fixtureProgress } from './store-fixtures';

const SEED = 250;
const block = fixtureBlock('episode-ä', 7, 21, createRandom(SEED));
const bytes = encodeBlock(block, fixtureProgress(), 0xdeadbeef);

const withCrc = (forged: Uint8Array): Uint8Array => {
	const end = forged.length - 4;
	const view = new DataView(forged.buffer, forged.byteOffset);
	if (end >= 28) view.setUint32(end, crc32(forged.subarray(0, end), view.getUint32(24, true)), true);
	return forged;
};

describe('episode blocks as bytes', () => {
	it('come back as they went in, from any offset of a buffer', () => {
		for (const offset of [0, 1, 3, 8]) {
			const shifted = new Uint8Array(bytes.length + offset);
			shifted.set(bytes, offset);
			const decoded = decodeBlock(shifted.subarray(offset));
			if (!decoded.ok) throw new Error(decoded.error);
			expect(decoded.value).toMatchObject({ block, progress: fixtureProgress(), previousCrc: 0xdeadbeef });
		}
	});

	it('hold any shape, empty ones included', () => {
		const shape = fc.record({
			rows: fc.nat(9),
			cameras: fc.nat(4),
			joints: fc.integer({ min: 1, max: 14 }),
			packetBytes: fc.integer({ min: 1, max: 40 })
		});
		fc.assert(
			fc.property(shape, fc.nat(), (shape, seed) => {
				const made = fixtureBlock('e', 0, 5, createRandom(seed), shape);
				const decoded = decodeBlock(encodeBlock(made, fixtureProgress(shape.cameras), 1));
				expect(decoded.ok && decoded.value.block).toEqual(made);
			}),
			{ seed: SEED, numRuns: 200 }
		);
	});

	it('keep which rows are corrections, whatever the pattern, and say nothing where none are', () => {
		const shape = { rows: 9, cameras: 1, joints: 2, packetBytes: 4 };
		const plain = fixtureBlock('e', 0, 5, createRandom(SEED), shape);
		const marksOf = (marks: readonly number[]): Uint8Array | undefined => {
			const made = { ...plain, rows: { ...plain.rows, correction: Uint8Array.from(marks) } };
			const decoded = decodeBlock(encodeBlock(made, fixtureProgress(1), 1));
			if (!decoded.ok) throw new Error(decoded.error);
			return decoded.value.block.rows.correction;
		};
		const mark = fc.constantFrom(0, 1);
		fc.assert(
			fc.property(fc.array(mark, { minLength: 9, maxLength: 9 }), (marks) => {
				const found = marksOf(marks);
				if (marks.every((one) => one === 0)) expect(found).toBeUndefined();
				else expect([...(found ?? [])]).toEqual(marks);
			}),
			{ seed: SEED, numRuns: 200 }
		);
		expect(() =>
			encodeBlock({ ...plain, rows: { ...plain.rows, correction: new Uint8Array(8) } }, fixtureProgress(1), 1)
		).toThrow(RangeError);
	});

	it('do not believe corrections of rows that are not theirs', () => {
		const shape = { rows: 3, cameras: 1, joints: 1, packetBytes: 4 };
		const plain = fixtureBlock('e', 0, 0, createRandom(SEED), shape);
		const made = { ...plain, rows: { ...plain.rows, correction: Uint8Array.of(1, 0, 0) } };
		const good = encodeBlock(made, fixtureProgress(1), 1);
		const told = new TextEncoder().encode('"corrections":[[0,1]]');
		const at = Buffer.from(good).indexOf(Buffer.from(told));
		expect(at).toBeGreaterThan(0);
		for (const lie of [
			'[[0,0]]',
			'[[3,1]]',
			'[[2,9]]',
			'[[9,1]]',
			'[[-1,1]'.slice(0, 7),
			'[["a",1]'.slice(0, 7)
		]) {
			const forged = good.slice();
			forged.set(new TextEncoder().encode(`"corrections":${lie}`), at);
			expect(decodeBlock(withCrc(forged)).ok, lie).toBe(false);
		}
	});

	it('share their packets with the buffer instead of copying them', () => {
		const decoded = decodeBlock(bytes);
		expect(decoded.ok && decoded.value.block.packets[0]?.[0]?.bytes.buffer).toBe(bytes.buffer);
	});

	it('have a fixed layout, so that version 1 stays readable', () => {
		expect([...bytes.subarray(0, 8)]).toEqual([0x45, 0x42, 0x4c, 0x4b, 1, 0, 2, 0]);
		expect(crc32(bytes.subarray(0, -4))).toBe(26_989_778);
	});

	it('chain: the checksum of a block depends on the content of the blocks before', () => {
		const ends = [0, 1].map((change) => {
			const first = fixtureBlock('e', 0, 0, createRandom(SEED));
			const byte = first.packets[0]?.[0]?.bytes ?? new Uint8Array();
			byte[0] = (byte[0] ?? 0) ^ change;
			const before = blockCrc(encodeBlock(first, fixtureProgress(), 0));
			return blockCrc(encodeBlock(fixtureBlock('e', 1, 3, createRandom(SEED)), fixtureProgress(), before));
		});
		expect(ends[0]).not.toBe(ends[1]);
	});

	it('are refused when a row lacks its picture', () => {
		const lame = { ...block, packets: [block.packets[0] ?? [], (block.packets[1] ?? []).slice(1)] };
		expect(() => encodeBlock(lame, fixtureProgress(), 0)).toThrow(RangeError);
	});
});

describe('hostile blocks', () => {
	it('are damaged after any flipped bit and at any shorter length', () => {
		for (let at = 0; at < bytes.length; at++) {
			const flipped = bytes.slice();
			flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
			expect(decodeBlock(flipped).ok).toBe(false);
			expect(decodeBlock(bytes.subarray(0, at)).ok).toBe(false);
		}
	});

	it('with a right checksum over wrong numbers never throw and never read past the end', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.nat(bytes.length - 5), fc.nat(255)), { minLength: 1, maxLength: 6 }),
				fc.option(fc.nat(bytes.length), { nil: undefined }),
				(changes, length) => {
					const forged = bytes.slice(0, length ?? bytes.length);
					for (const [at, value] of changes) if (at < forged.length) forged[at] = value;
					const decoded = decodeBlock(withCrc(forged));
					if (!decoded.ok) return;
					const { rows, packets } = decoded.value.block;
					expect(rows.captureMs).toHaveLength(rows.frameCount);
					for (const list of packets) expect(list).toHaveLength(rows.frameCount);
				}
			),
			{ seed: SEED, numRuns: 5000 }
		);
	});

	it('cannot ask for memory: absurd counts are refused before anything is allocated', () => {
		for (const at of [6, 16, 20, 28, 32]) {
			const forged = bytes.slice();
			forged.fill(0xff, at, at === 6 ? 8 : at + 4);
			expect(decodeBlock(withCrc(forged))).toEqual({ ok: false, error: 'damaged' });
		}
	});

	it('of a newer version say so', () => {
		const newer = bytes.slice();
		newer[4] = 2;
		expect(decodeBlock(withCrc(newer))).toEqual({ ok: false, error: 'from_future' });
	});

	it('are noise', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => !decodeBlock(noise).ok),
			{ seed: SEED, numRuns: 2000 }
		);
	});
});
