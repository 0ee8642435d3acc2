// A picture in a few numbers: how bright, how varied, whether any pixel differs from the one before, and a thumbnail of
// brightness to recognise a view by. Cheap enough for every picture (one sample in sixteen). Pure.

import { planesOf, type I420Planes } from './i420';

export const THUMB = { width: 16, height: 12 } as const;

export interface PictureGist {
	/** Mean luma, 16 (black) .. 235. */
	readonly meanLuma: number;
	/** Brightest less darkest sample. */
	readonly spread: number;
	/** Over the sampled pixels. A live sensor's noise changes it with every picture. */
	readonly checksum: number;
	/** Mean luma of each cell, row by row. */
	readonly thumb: Float32Array;
}

const STEP = 4;
const FNV_PRIME = 0x01000193;

export function pictureGist(picture: I420Planes): PictureGist {
	const { width, height } = picture;
	const { y } = planesOf(picture);
	const sums = new Float32Array(THUMB.width * THUMB.height);
	const counts = new Uint32Array(sums.length);
	let checksum = 0x811c9dc5;
	let darkest = 255;
	let brightest = 0;
	let total = 0;
	let samples = 0;
	for (let row = 0; row < height; row += STEP) {
		const cellRow = Math.floor((row * THUMB.height) / height) * THUMB.width;
		// Shifted from row to row, so that vertical edges are not missed.
		for (let column = (row >> 2) & (STEP - 1); column < width; column += STEP) {
			const luma = y[row * width + column] ?? 0;
			checksum = Math.imul(checksum ^ luma, FNV_PRIME);
			if (luma < darkest) darkest = luma;
			if (luma > brightest) brightest = luma;
			total += luma;
			samples++;
			const cell = cellRow + Math.floor((column * THUMB.width) / width);
			sums[cell] = (sums[cell] ?? 0) + luma;
			counts[cell] = (counts[cell] ?? 0) + 1;
		}
	}
	return {
		meanLuma: total / samples,
		spread: brightest - darkest,
		checksum: checksum >>> 0,
		thumb: sums.map((sum, cell) => sum / Math.max(1, counts[cell] ?? 1))
	};
}
