// Frames that carry their own number, so that a test can prove which picture stands at which row: a row of 17 squares at
// the top, each width/20 wide and height/10 high, beginning two squares from the left. Squares 0 to 15 are the bits of
// the number (square 0 the lowest, white is 1), square 16 makes the count of white squares even.

import type { ImageStats } from '$lib/contracts';

export interface FrameSize {
	/** A multiple of 20, and even. */
	readonly width: number;
	/** A multiple of 10, and even. */
	readonly height: number;
}

const BLACK = 16;
const WHITE = 235;
const GREY = 110;

/** Planar YUV 4:2:0, limited range, with `number` painted and a block that wanders with it. */
export function patternFrame({ width, height }: FrameSize, number: number): Uint8Array {
	const luma = width * height;
	const frame = new Uint8Array((luma * 3) / 2).fill(128);
	frame.fill(GREY, 0, luma);
	const squareWidth = width / 20;
	const squareHeight = height / 10;
	let white = 0;
	const square = (k: number, on: boolean): void => {
		for (let y = 0; y < squareHeight; y++) {
			const start = y * width + (2 + k) * squareWidth;
			frame.fill(on ? WHITE : BLACK, start, start + squareWidth);
		}
	};
	for (let bit = 0; bit < 16; bit++) {
		const on = ((number >> bit) & 1) === 1;
		white += on ? 1 : 0;
		square(bit, on);
	}
	square(16, white % 2 === 1);
	const left = (number * 2) % (width - squareWidth);
	for (let y = height / 2; y < height / 2 + squareHeight; y++)
		frame.fill(200, y * width + left, y * width + left + squareWidth);
	return frame;
}

/** The number painted into `luma` (rows of `width` bytes), or null where parity says it cannot be read. */
export function readPattern(luma: Uint8Array, { width, height }: FrameSize): number | null {
	const y = Math.floor(height / 20);
	const bit = (k: number): number =>
		(luma[y * width + Math.floor((2.5 + k) * (width / 20))] ?? 0) > 128 ? 1 : 0;
	let number = 0;
	let white = bit(16);
	for (let k = 0; k < 16; k++) {
		number |= bit(k) << k;
		white += bit(k);
	}
	return white % 2 === 0 ? number : null;
}

/** What the recorder would measure over these frames: they are grey, so the three channels agree. */
export function patternStats(size: FrameSize, numbers: readonly number[]): ImageStats {
	const counts = new Float64Array(256);
	for (const number of numbers)
		for (const luma of patternFrame(size, number).subarray(0, size.width * size.height))
			counts[luma] = (counts[luma] ?? 0) + 1;
	const level = (luma: number): number => (luma - BLACK) / (WHITE - BLACK);
	const total = counts.reduce((sum, count) => sum + count, 0);
	const mean = counts.reduce((sum, count, luma) => sum + count * level(luma), 0) / total;
	const variance = counts.reduce((sum, count, luma) => sum + count * (level(luma) - mean) ** 2, 0) / total;
	const quantile = (share: number): number => {
		let below = 0;
		const luma = counts.findIndex((count) => (below += count) >= share * total && count > 0);
		return level(luma);
	};
	const grey = (value: number): number[] => [value, value, value];
	return {
		count: numbers.length,
		min: grey(quantile(0)),
		max: grey(quantile(1)),
		mean: grey(mean),
		std: grey(Math.sqrt(variance)),
		q01: grey(quantile(0.01)),
		q10: grey(quantile(0.1)),
		q50: grey(quantile(0.5)),
		q90: grey(quantile(0.9)),
		q99: grey(quantile(0.99))
	};
}
