import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum } from './packet';
import { createStatusParser } from './parser';

interface Packet {
	readonly id: number;
	readonly bits: number;
	readonly params: readonly number[];
}

function bytesOf({ id, bits, params }: Packet): number[] {
	const packet = [0xff, 0xff, id, params.length + 2, bits, ...params, 0];
	packet[packet.length - 1] = checksum(Uint8Array.from(packet), 2, packet.length - 1);
	return packet;
}

function collect(chunks: Iterable<Uint8Array>): { packets: Packet[]; garbage: number; counters: unknown } {
	const packets: Packet[] = [];
	let garbage = 0;
	const parser = createStatusParser({
		onStatus: (id, bits, data, offset, length) =>
			packets.push({ id, bits, params: [...data.subarray(offset, offset + length)] }),
		onGarbage: (count) => (garbage += count)
	});
	for (const chunk of chunks) parser.push(chunk);
	parser.flush();
	return { packets, garbage, counters: parser.counters };
}

function* chopped(bytes: readonly number[], sizes: readonly number[]): Generator<Uint8Array> {
	let at = 0;
	for (let k = 0; at < bytes.length; k++) {
		const size = Math.max(1, sizes[k % sizes.length] ?? 1);
		yield Uint8Array.from(bytes.slice(at, at + size));
		at += size;
	}
}

const byte = fc.oneof(fc.nat(255), fc.constant(0xff));
const packet: fc.Arbitrary<Packet> = fc.record({
	id: fc.nat(0xfd),
	bits: byte,
	params: fc.array(byte, { maxLength: 30 })
});
const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 });
/** Noise in which no packet can begin. */
const harmless = fc.array(fc.nat(0xfe), { maxLength: 20 });

describe('status parser', () => {
	it('finds every packet, in order, however the bytes are cut', () => {
		fc.assert(
			fc.property(fc.array(packet, { maxLength: 40 }), sizes, (packets, cuts) => {
				const seen = collect(chopped(packets.flatMap(bytesOf), cuts));
				expect(seen.packets).toEqual(packets);
				expect(seen.garbage).toBe(0);
			}),
			{ numRuns: 2000 }
		);
	});

	it('counts noise between packets and loses none of them', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(harmless, packet), { maxLength: 20 }), sizes, (parts, cuts) => {
				const seen = collect(
					chopped(
						parts.flatMap(([noise, p]) => [...noise, ...bytesOf(p)]),
						cuts
					)
				);
				expect(seen.packets).toEqual(parts.map(([, p]) => p));
				expect(seen.garbage).toBe(parts.reduce((sum, [noise]) => sum + noise.length, 0));
			}),
			{ numRuns: 2000 }
		);
	});

	it('any noise at all: every byte ends in a packet or is counted, and the parser recovers', () => {
		const tail: Packet = { id: 3, bits: 0, params: [1, 2] };
		fc.assert(
			fc.property(fc.array(byte, { maxLength: 3000 }), sizes, (noise, cuts) => {
				const quiet = new Array<number>(130).fill(0);
				const bytes = [...noise, ...quiet, ...bytesOf(tail)];
				const seen = collect(chopped(bytes, cuts));
				expect(seen.packets.at(-1)).toEqual(tail);
				const taken = seen.packets.reduce((sum, p) => sum + 6 + p.params.length, 0);
				expect(taken + seen.garbage).toBe(bytes.length);
			}),
			{ numRuns: 3000 }
		);
	});

	it('a false header costs one byte, not the packet behind it', () => {
		const good: Packet = { id: 1, bits: 0, params: [0x18, 0x05] };
		const seen = collect([Uint8Array.from([0xff, 0xff, 1, 20, ...bytesOf(good)])]);
		expect(seen.packets).toEqual([good]);
		expect(seen.garbage).toBe(4);
	});

	it('absurd lengths and ids are no headers', () => {
		const good: Packet = { id: 6, bits: 0, params: [9] };
		for (const junk of [
			[0xff, 0xff, 1, 250],
			[0xff, 0xff, 1, 1],
			[0xff, 0xff, 1, 0],
			[0xff, 0xff, 0xff]
		]) {
			expect(collect([Uint8Array.from([...junk, ...bytesOf(good)])]).packets).toEqual([good]);
		}
	});

	it('a changed byte is never taken for a packet of the same length', () => {
		fc.assert(
			fc.property(packet, fc.nat(), fc.integer({ min: 1, max: 255 }), (original, where, flip) => {
				const bytes = bytesOf(original);
				const index = where % bytes.length;
				bytes[index] = (bytes[index] ?? 0) ^ flip;
				const same = collect([Uint8Array.from(bytes)]).packets.filter(
					(p) => p.params.length === original.params.length
				);
				expect(same).toEqual([]);
			}),
			{ numRuns: 3000 }
		);
	});
});
