import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/core';
import { i420Size, i420ToRgba, planesOf, rgbaToI420 } from './i420';

const SEED = 601;

/** BT.601 limited range by the book: real numbers, rounded once. */
function referenceYuv(r: number, g: number, b: number): [number, number, number] {
	const luma = 0.299 * r + 0.587 * g + 0.114 * b;
	return [
		16 + (219 * luma) / 255,
		128 + (224 * (b - luma)) / (1.772 * 255),
		128 + (224 * (r - luma)) / (1.402 * 255)
	];
}

function referenceRgb(y: number, u: number, v: number): number[] {
	const luma = ((y - 16) * 255) / 219;
	const cb = ((u - 128) * 255) / 224;
	const cr = ((v - 128) * 255) / 224;
	const green = luma - (0.114 * 1.772 * cb + 0.299 * 1.402 * cr) / 0.587;
	return [luma + 1.402 * cr, green, luma + 1.772 * cb].map((c) => Math.min(255, Math.max(0, Math.round(c))));
}

function randomRgba(width: number, height: number, seed: number): Uint8Array {
	const random = createRandom(seed);
	return Uint8Array.from({ length: width * height * 4 }, () => random.int(256));
}

describe('RGBA to I420', () => {
	it('is within one step of the real-valued formula for every pixel and block', () => {
		const width = 64;
		const height = 48;
		const rgba = randomRgba(width, height, SEED);
		const { y, u, v } = planesOf({ width, height, data: rgbaToI420(rgba, width, height) });
		const pixel = (column: number, row: number) =>
			[0, 1, 2].map((c) => rgba[(row * width + column) * 4 + c] ?? NaN);
		for (let row = 0; row < height; row++)
			for (let column = 0; column < width; column++) {
				const [r = NaN, g = NaN, b = NaN] = pixel(column, row);
				expect(Math.abs((y[row * width + column] ?? NaN) - referenceYuv(r, g, b)[0])).toBeLessThanOrEqual(
					0.51
				);
			}
		for (let row = 0; row < height / 2; row++)
			for (let column = 0; column < width / 2; column++) {
				const block = [0, 1, 2, 3].map((i) => pixel(2 * column + (i & 1), 2 * row + (i >> 1)));
				const mean = [0, 1, 2].map((c) => block.reduce((sum, p) => sum + (p[c] ?? NaN), 0) / 4);
				const [, cb, cr] = referenceYuv(mean[0] ?? NaN, mean[1] ?? NaN, mean[2] ?? NaN);
				const at = (row * width) / 2 + column;
				expect(Math.abs((u[at] ?? NaN) - cb)).toBeLessThanOrEqual(0.51);
				expect(Math.abs((v[at] ?? NaN) - cr)).toBeLessThanOrEqual(0.51);
			}
	});

	it('keeps black, white and grey at their nominal levels', () => {
		for (const [grey, level] of [
			[0, 16],
			[255, 235],
			[128, 126]
		] as const) {
			const rgba = new Uint8Array(16).fill(grey);
			expect([...rgbaToI420(rgba, 2, 2)]).toEqual([level, level, level, level, 128, 128]);
		}
	});

	it('turns a picture that was read back from the bottom upwards', () => {
		const rgba = randomRgba(8, 6, SEED + 1);
		const upside = new Uint8Array(rgba.length);
		for (let row = 0; row < 6; row++) upside.set(rgba.subarray(row * 32, row * 32 + 32), (5 - row) * 32);
		expect(rgbaToI420(upside, 8, 6, { flipY: true })).toEqual(rgbaToI420(rgba, 8, 6));
	});

	it('refuses odd sizes and short buffers', () => {
		expect(() => i420Size(3, 2)).toThrow(RangeError);
		expect(() => i420Size(0, 0)).toThrow(RangeError);
		expect(() => i420Size(2.5, 2)).toThrow(RangeError);
		expect(() => rgbaToI420(new Uint8Array(15), 2, 2)).toThrow(RangeError);
		expect(() => planesOf({ width: 4, height: 4, data: new Uint8Array(23) })).toThrow(RangeError);
	});
});

describe('I420 to RGBA', () => {
	it('is within one step of the real-valued formula for every level', () => {
		const random = createRandom(SEED + 2);
		const width = 32;
		const height = 32;
		const data = Uint8Array.from({ length: i420Size(width, height) }, () => random.int(256));
		const { y, u, v } = planesOf({ width, height, data });
		const rgba = i420ToRgba({ width, height, data });
		for (let i = 0; i < width * height; i++) {
			const chroma = ((Math.floor(i / width) >> 1) * width) / 2 + ((i % width) >> 1);
			const want = referenceRgb(y[i] ?? NaN, u[chroma] ?? NaN, v[chroma] ?? NaN);
			want.forEach((value, c) => expect(Math.abs((rgba[i * 4 + c] ?? NaN) - value)).toBeLessThanOrEqual(1));
			expect(rgba[i * 4 + 3]).toBe(255);
		}
	});

	it('returns a flat colour within two steps of where it started', () => {
		const random = createRandom(SEED + 3);
		for (let n = 0; n < 2000; n++) {
			const colour = [random.int(256), random.int(256), random.int(256)];
			const rgba = Uint8Array.from({ length: 16 }, (_, i) => (i % 4 === 3 ? 255 : (colour[i % 4] ?? 0)));
			const back = i420ToRgba({ width: 2, height: 2, data: rgbaToI420(rgba, 2, 2) });
			colour.forEach((value, c) => expect(Math.abs((back[c] ?? NaN) - value)).toBeLessThanOrEqual(2));
		}
	});
});
