// Parts of a picture that nobody shall see: rectangles made black in the pixels, right after the picture was taken, before
// anything previews, records or sends it. Pure.

import { planesOf, type I420Planes } from './i420';

/** In shares of the picture, 0..1 from its upper left corner. */
export interface MaskRect {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

const BLACK_LUMA = 16;
const NO_COLOUR = 128;

/** From..to in pixels, widened to whole colour samples: a pixel touched by the rectangle is black altogether. */
function span(start: number, length: number, size: number): [number, number] {
	const from = Math.floor((start * size) / 2 + 1e-6) * 2;
	const to = Math.ceil(((start + length) * size) / 2 - 1e-6) * 2;
	return [Math.min(size, Math.max(0, from)), Math.min(size, Math.max(0, to))];
}

/** Blackens in place (BT.601 limited range: Y 16, U and V 128). Rectangles may reach beyond the picture. */
export function maskPicture(picture: I420Planes, mask: readonly MaskRect[]): void {
	const { width } = picture;
	const { y, u, v } = planesOf(picture);
	for (const rect of mask) {
		const [left, right] = span(rect.x, rect.width, width);
		const [top, bottom] = span(rect.y, rect.height, picture.height);
		if (right <= left) continue;
		for (let row = top; row < bottom; row++) y.fill(BLACK_LUMA, row * width + left, row * width + right);
		for (let row = top / 2; row < bottom / 2; row++) {
			const base = (row * width) / 2;
			u.fill(NO_COLOUR, base + left / 2, base + right / 2);
			v.fill(NO_COLOUR, base + left / 2, base + right / 2);
		}
	}
}
