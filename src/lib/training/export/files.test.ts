// The small writers against readers that are not ours: Node's zlib for the picture, the room of models for zip and tensors
// (run/run-training.test.ts reads a whole package).

import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/core';
import { encodePng } from './png';
import { delimited, fieldsOf, joinBytes, messageOf } from './wire';

describe('a picture as PNG', () => {
	it.each([
		[1, 1],
		[48, 48],
		[200, 150]
	])('of %d x %d holds every pixel', (width, height) => {
		const random = createRandom(width);
		const picture = Uint8Array.from({ length: 3 * width * height }, () => random.int(256));
		const png = encodePng(picture, width, height);
		const view = new DataView(png.buffer);
		expect([view.getUint32(16), view.getUint32(20), png[24], png[25]]).toEqual([width, height, 8, 2]);
		const length = view.getUint32(33);
		expect(Buffer.from(png.subarray(37, 41)).toString()).toBe('IDAT');
		// Also checks Adler-32.
		const lines = inflateSync(png.subarray(41, 41 + length));
		const found = new Uint8Array(picture.length);
		for (let y = 0; y < height; y++)
			for (let x = 0; x < width; x++)
				for (let channel = 0; channel < 3; channel++)
					found[(channel * height + y) * width + x] = lines[y * (1 + 3 * width) + 1 + 3 * x + channel] ?? 0;
		expect(found).toEqual(picture);
	});
});

describe('protobuf fields', () => {
	it('come back as they were', () => {
		const inner = messageOf([
			delimited(1, Uint8Array.of(1, 2, 3)),
			delimited(300, new Uint8Array(200).fill(7))
		]);
		const number = { number: 2, type: 0, content: Uint8Array.of(0xac, 0x02) };
		const fixed = { number: 3, type: 5, content: Uint8Array.of(1, 2, 3, 4) };
		const whole = messageOf([delimited(7, inner), number, fixed]);
		expect(messageOf(fieldsOf(whole))).toEqual(whole);
		expect(fieldsOf(whole).map(({ number: n }) => n)).toEqual([7, 2, 3]);
	});

	it('that end in the middle are refused', () => {
		const whole = messageOf([delimited(7, new Uint8Array(20))]);
		for (let cut = 1; cut < whole.length; cut++)
			expect(() => fieldsOf(whole.subarray(0, cut)), String(cut)).toThrow(RangeError);
		expect(() => fieldsOf(joinBytes([Uint8Array.of(0x0b)]))).toThrow(RangeError);
	});
});
