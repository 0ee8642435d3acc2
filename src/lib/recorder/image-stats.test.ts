import { describe, expect, it } from 'vitest';
import { i420Size, i420ToRgba } from '$lib/camera';
import { createRandom } from '$lib/core';
import { createImageStats } from './image-stats';

const SEED = 100;

const picture = (width: number, height: number, seed: number, low = 0, high = 256) => {
	const random = createRandom(seed);
	return {
		width,
		height,
		data: Uint8Array.from({ length: i420Size(width, height) }, () => low + random.int(high - low))
	};
};

/** Straight from the definition: all values of a channel, sorted. */
function reference(values: number[]) {
	const sorted = [...values].sort((a, b) => a - b);
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	const at = (q: number): number => {
		const rank = q * (sorted.length - 1);
		const [low = NaN, high = NaN] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
		return low + (high - low) * (rank % 1);
	};
	const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
	return {
		min: sorted[0],
		max: sorted.at(-1),
		mean,
		std,
		q01: at(0.01),
		q10: at(0.1),
		q50: at(0.5),
		q90: at(0.9),
		q99: at(0.99)
	};
}

describe('image statistics', () => {
	it('equal the definition over all pixels of small pictures', () => {
		const pictures = [1, 2, 3].map((n) => picture(32, 24, SEED + n, 60, 200));
		const collector = createImageStats();
		pictures.forEach((p) => collector.add(p));
		const stats = collector.stats();
		const rgba = pictures.map((p) => i420ToRgba(p));
		expect(stats?.count).toBe(3);
		for (let c = 0; c < 3; c++) {
			const want = reference(
				rgba.flatMap((p) => [...p].filter((_, i) => i % 4 === c).map((value) => value / 255))
			);
			for (const key of ['min', 'max', 'mean', 'std', 'q01', 'q10', 'q50', 'q90', 'q99'] as const)
				expect(Math.abs((stats?.[key][c] ?? NaN) - (want[key] ?? NaN))).toBeLessThan(1.5 / 255);
		}
	});

	it('of a flat picture are that colour without spread', () => {
		const collector = createImageStats();
		const white = {
			width: 320,
			height: 240,
			data: new Uint8Array(i420Size(320, 240)).fill(235, 0, 76800).fill(128, 76800)
		};
		collector.add(white);
		expect(collector.stats()).toMatchObject({
			min: [1, 1, 1],
			max: [1, 1, 1],
			mean: [1, 1, 1],
			std: [0, 0, 0],
			q50: [1, 1, 1]
		});
	});

	it('thin large pictures as LeRobot does: every second pixel of 320, every fourth of 640', () => {
		for (const [width, height, step] of [
			[320, 240, 2],
			[640, 480, 4]
		] as const) {
			const data = new Uint8Array(i420Size(width, height)).fill(128);
			for (let row = 0; row < height; row++)
				for (let column = 0; column < width; column++)
					data[row * width + column] = row % step === 0 && column % step === 0 ? 16 : 235;
			const collector = createImageStats();
			collector.add({ width, height, data });
			expect(collector.stats()?.max).toEqual([0, 0, 0]);
		}
	});

	it('keep 100 to 200 samples spread over an episode of any length', () => {
		const collector = createImageStats();
		const dark = {
			width: 16,
			height: 16,
			data: new Uint8Array(i420Size(16, 16)).fill(16, 0, 256).fill(128, 256)
		};
		const light = {
			width: 16,
			height: 16,
			data: new Uint8Array(i420Size(16, 16)).fill(235, 0, 256).fill(128, 256)
		};
		for (let n = 0; n < 5000; n++) collector.add(n < 2500 ? dark : light);
		const stats = collector.stats();
		expect(stats?.count).toBeGreaterThanOrEqual(100);
		expect(stats?.count).toBeLessThanOrEqual(200);
		expect(stats?.mean[0]).toBeCloseTo(0.5, 1);
	});

	it('are nothing before the first picture', () => {
		expect(createImageStats().stats()).toBeNull();
	});
});
