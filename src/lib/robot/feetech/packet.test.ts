import { describe, expect, it } from 'vitest';
import { FEETECH_PROTOCOL as P } from './packet';
import { createStatusParser } from './parser';
import { STS3215 } from './registers';
import { decodeSignMagnitude, encodeSignMagnitude } from './sign-magnitude';
import { bytesOf } from './sts3215';

const hex = (bytes: Uint8Array): string =>
	[...bytes].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(' ');
const unhex = (text: string): Uint8Array => Uint8Array.from(text.split(' '), (byte) => parseInt(byte, 16));

function encoded(encode: (out: Uint8Array) => number): string {
	const out = new Uint8Array(128);
	return hex(out.subarray(0, encode(out)));
}

const SIX = Uint8Array.of(1, 2, 3, 4, 5, 6);

describe('Feetech requests, byte for byte', () => {
	it.each([
		['ping id 1', 'FF FF 01 02 01 FB', (o: Uint8Array) => P.encodePing(o, 0, 1)],
		['broadcast ping', 'FF FF FE 02 01 FE', (o: Uint8Array) => P.encodePing(o, 0, P.broadcastId)],
		['read position id 1', 'FF FF 01 04 02 38 02 BE', (o: Uint8Array) => P.encodeRead(o, 0, 1, 56, 2)],
		[
			'torque on id 1',
			'FF FF 01 04 03 28 01 CE',
			(o: Uint8Array) => P.encodeWrite(o, 0, 1, 40, Uint8Array.of(1))
		],
		[
			'unlock id 1',
			'FF FF 01 04 03 37 00 C0',
			(o: Uint8Array) => P.encodeWrite(o, 0, 1, 55, Uint8Array.of(0))
		],
		[
			'goal 2048 id 1',
			'FF FF 01 05 03 2A 00 08 C4',
			(o: Uint8Array) => P.encodeWrite(o, 0, 1, 42, bytesOf(STS3215.goalPosition, 2048))
		],
		[
			'homing offset -879 id 3',
			'FF FF 03 05 03 1F 6F 0B 5B',
			(o: Uint8Array) => P.encodeWrite(o, 0, 3, 31, bytesOf(STS3215.homingOffset, -879))
		],
		[
			'sync read position 1..6',
			'FF FF FE 0A 82 38 02 01 02 03 04 05 06 26',
			(o: Uint8Array) => P.encodeSyncRead(o, 0, 56, 2, SIX, 6)
		],
		[
			'sync write goal 2048',
			'FF FF FE 16 83 2A 02 01 00 08 02 00 08 03 00 08 04 00 08 05 00 08 06 00 08 F7',
			(o: Uint8Array) =>
				P.encodeSyncWrite(
					o,
					0,
					42,
					2,
					SIX,
					Uint8Array.from({ length: 12 }, (_, i) => (i % 2) * 8)
				)
		],
		[
			'sync write position, time, speed',
			'FF FF FE 20 83 2A 06 01 00 08 00 00 E8 03 02 00 08 00 00 E8 03 03 00 08 00 00 E8 03 04 00 08 00 00 E8 03 58',
			(o: Uint8Array) =>
				P.encodeSyncWrite(
					o,
					0,
					42,
					6,
					Uint8Array.of(1, 2, 3, 4),
					Uint8Array.from([0, 1, 2, 3].flatMap(() => [0, 8, 0, 0, 0xe8, 3]))
				)
		]
	])('%s', (_name, expected, encode) => {
		expect(encoded(encode)).toBe(expected);
	});
});

describe('Feetech replies', () => {
	it.each([
		['FF FF 01 04 00 00 08 F2', 2048],
		['FF FF 01 04 00 18 05 DD', 1304]
	])('%s', (text, position) => {
		const seen: number[] = [];
		const parser = createStatusParser({
			onStatus: (id, bits, data, offset, length) =>
				seen.push(id, bits, length, (data[offset] ?? 0) | ((data[offset + 1] ?? 0) << 8)),
			onGarbage: (count) => seen.push(-count)
		});
		parser.push(unhex(text));
		expect(seen).toEqual([1, 0, 2, position]);
	});
});

describe('sign-magnitude', () => {
	it('keeps every number that fits and refuses the others', () => {
		for (const signBit of [10, 11, 15]) {
			const limit = (1 << signBit) - 1;
			for (const value of [0, 1, -1, 447, -447, limit, -limit])
				expect(decodeSignMagnitude(encodeSignMagnitude(value, signBit), signBit)).toBe(value);
			expect(() => encodeSignMagnitude(limit + 1, signBit)).toThrow(RangeError);
			expect(() => encodeSignMagnitude(0.5, signBit)).toThrow(RangeError);
			expect(() => encodeSignMagnitude(Number.NaN, signBit)).toThrow(RangeError);
		}
		expect(Object.is(decodeSignMagnitude(1 << 10, 10), 0)).toBe(true);
	});
});
