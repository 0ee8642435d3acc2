import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/core';
import { areaResize } from './area-resize';
import { frameToBytes, frameToTensor } from './frame-to-tensor';
import { i420Size, i420ToRgba } from './i420';

const SEED = 77;

function noise(width: number, height: number, low = 0, high = 256, seed = SEED): Uint8Array {
	const random = createRandom(seed);
	return Uint8Array.from({ length: i420Size(width, height) }, () => low + random.int(high - low));
}

/** Mean over the covered area, written as four plain loops in double precision. */
function referenceArea(source: Uint8Array, sw: number, sh: number, w: number, h: number): number[] {
	const out: number[] = [];
	for (let j = 0; j < h; j++)
		for (let i = 0; i < w; i++) {
			let sum = 0;
			for (let y = 0; y < sh; y++) {
				const dy = Math.min(y + 1, ((j + 1) * sh) / h) - Math.max(y, (j * sh) / h);
				if (dy <= 0) continue;
				for (let x = 0; x < sw; x++) {
					const dx = Math.min(x + 1, ((i + 1) * sw) / w) - Math.max(x, (i * sw) / w);
					if (dx > 0) sum += dx * dy * (source[y * sw + x] ?? NaN);
				}
			}
			out.push((sum * w * h) / (sw * sh));
		}
	return out;
}

describe('area resize', () => {
	for (const [sw, sh, w, h] of [
		[32, 24, 16, 12],
		[32, 24, 9, 7],
		[20, 14, 20, 14],
		[20, 14, 31, 33],
		[16, 16, 1, 1],
		[17, 5, 16, 5]
	] as const)
		it(`${sw}x${sh} to ${w}x${h} is the mean of the covered area`, () => {
			const random = createRandom(SEED);
			const plane = Uint8Array.from({ length: sw * sh }, () => random.int(256));
			const want = referenceArea(plane, sw, sh, w, h);
			areaResize(plane, sw, sh, w, h).forEach((value, i) =>
				expect(Math.abs(value - (want[i] ?? NaN))).toBeLessThan(2e-3)
			);
		});

	it('keeps a flat plane flat', () => {
		for (const value of areaResize(new Uint8Array(320 * 240).fill(201), 320, 240, 96, 96))
			expect(value).toBeCloseTo(201, 3);
	});
});

describe('frameToTensor', () => {
	it('equals the whole-size RGB conversion when nothing is resized', () => {
		const picture = { width: 32, height: 24, data: noise(32, 24) };
		const rgba = i420ToRgba(picture);
		const tensor = frameToTensor(picture, picture);
		for (let i = 0; i < 32 * 24; i++)
			for (let c = 0; c < 3; c++)
				expect(Math.abs((tensor[c * 768 + i] ?? NaN) * 255 - (rgba[i * 4 + c] ?? NaN))).toBeLessThanOrEqual(
					1.01
				);
	});

	it('agrees with "convert, then take the mean" where no colour is clamped', () => {
		const picture = { width: 64, height: 48, data: noise(64, 48, 110, 146) };
		const rgba = i420ToRgba(picture);
		const tensor = frameToTensor(picture, { width: 20, height: 10 });
		for (let c = 0; c < 3; c++) {
			const plane = Uint8Array.from({ length: 64 * 48 }, (_, i) => rgba[i * 4 + c] ?? 0);
			referenceArea(plane, 64, 48, 20, 10).forEach((value, i) =>
				expect(Math.abs((tensor[c * 200 + i] ?? NaN) * 255 - value)).toBeLessThan(0.6)
			);
		}
	});

	it('writes into a batch at an offset and stays within 0..1', () => {
		const picture = { width: 16, height: 16, data: noise(16, 16) };
		const batch = new Float32Array(3 * 64 * 2).fill(-1);
		frameToTensor(picture, { width: 8, height: 8 }, batch, 192);
		expect(batch.subarray(0, 192).every((value) => value === -1)).toBe(true);
		expect(batch.subarray(192).every((value) => value >= 0 && value <= 1)).toBe(true);
		expect(() => frameToTensor(picture, { width: 8, height: 8 }, batch, 193)).toThrow(RangeError);
	});

	it('rounds the same numbers to bytes', () => {
		const picture = { width: 64, height: 48, data: noise(64, 48) };
		const tensor = frameToTensor(picture, { width: 24, height: 24 });
		frameToBytes(picture, { width: 24, height: 24 }).forEach((byte, i) =>
			expect(Math.abs(byte - (tensor[i] ?? NaN) * 255)).toBeLessThanOrEqual(0.501)
		);
	});

	it('refuses sizes that are none', () => {
		expect(() =>
			frameToTensor({ width: 2, height: 2, data: new Uint8Array(6) }, { width: 0, height: 4 })
		).toThrow(RangeError);
	});
});
