import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/core';
import { pictureGist } from './picture-gist';
import { i420Size } from './i420';
import { createSwapWatch, likeness } from './swap-watch';

const CELLS = 192;

/** A view: smooth brightness of its own, with `noise` on top. */
function view(which: number, noise: number, random: () => number): Float32Array {
	return Float32Array.from({ length: CELLS }, (_, i) => {
		const [x, y] = [i % 16, i >> 4];
		const scene = which === 0 ? Math.sin(x / 3) + y / 6 : Math.cos(x / 4 + y / 2) - x / 8;
		return 120 + 40 * scene + noise * (random() - 0.5);
	});
}

describe('swapped cameras', () => {
	it('are told within a second at five looks a second, in more noise than a cell has, and never when they stand right', () => {
		fc.assert(
			fc.property(fc.nat(), fc.double({ min: 0, max: 30, noNaN: true }), (seed, noise) => {
				const generator = createRandom(seed);
				const random = (): number => generator.next();
				const watch = createSwapWatch(new Map());
				const look = (top: number, wrist: number): void =>
					watch.look(
						new Map([
							['top', view(top, noise, random)],
							['wrist', view(wrist, noise, random)]
						])
					);
				for (let n = 0; n < 40; n++) look(0, 1);
				expect(watch.swapped).toBeNull();
				const again = createSwapWatch(watch.usual);
				for (let n = 0; n < 4; n++)
					again.look(
						new Map([
							['top', view(1, noise, random)],
							['wrist', view(0, noise, random)]
						])
					);
				expect(again.swapped).toEqual(['top', 'wrist']);
				again.forget();
				expect(again.swapped).toBeNull();
			}),
			{ seed: 71, numRuns: 100 }
		);
	});

	it('are not told of a camera that was only moved, or covered', () => {
		const generator = createRandom(3);
		const random = (): number => generator.next();
		const watch = createSwapWatch(
			new Map([
				['top', view(0, 0, random)],
				['wrist', view(1, 0, random)]
			])
		);
		const unknown = Float32Array.from({ length: CELLS }, (_, i) => 120 + 60 * Math.sin(i / 7));
		for (let n = 0; n < 10; n++)
			watch.look(
				new Map([
					['top', unknown],
					['wrist', view(1, 5, random)]
				])
			);
		expect(watch.swapped).toBeNull();
		for (let n = 0; n < 10; n++)
			watch.look(
				new Map([
					['top', new Float32Array(CELLS).fill(16)],
					['wrist', view(0, 5, random)]
				])
			);
		expect(watch.swapped).toBeNull();
	});

	it('likeness ignores brightness and contrast', () => {
		const a = view(0, 0, () => 0);
		expect(
			likeness(
				a,
				a.map((value) => 40 + value / 3)
			)
		).toBeCloseTo(1, 5);
		expect(likeness(a, new Float32Array(CELLS).fill(99))).toBe(0);
	});
});

describe('gist of a picture', () => {
	it('has brightness, spread and a thumbnail of it', () => {
		const [width, height] = [320, 240];
		const data = new Uint8Array(i420Size(width, height)).fill(40);
		for (let row = 0; row < height / 2; row++) data.fill(200, row * width, row * width + width);
		const gist = pictureGist({ width, height, data });
		expect([gist.meanLuma, gist.spread]).toEqual([120, 160]);
		expect([gist.thumb[0], gist.thumb.at(-1)]).toEqual([200, 40]);
		const before = gist.checksum;
		data.forEach((value, i) => (data[i] = value + (i % 3)));
		expect(pictureGist({ width, height, data }).checksum).not.toBe(before);
	});
});
