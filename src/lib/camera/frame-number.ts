// A frame number painted into a picture, so that an outside program can prove which picture stands at which index.
// Format, chosen to survive 4:2:0 and a lossy encoder: 17 squares in the top row, each width/20 wide and height/10 high,
// the first starting two squares from the left. Squares 0..15 are the bits of k (lowest leftmost), white 1, black 0;
// square 16 is white when the number of ones is odd.

import { planesOf, type I420Planes } from './i420';

const BITS = 16;
const SQUARES = BITS + 1;
const WHITE = 235;
const BLACK = 16;
/** Luma between these is neither black nor white: such a picture carries no number. */
const DARKEST_WHITE = 160;
const BRIGHTEST_BLACK = 90;

export const FRAME_NUMBER_LIMIT = 1 << BITS;

function parity(k: number): number {
	let odd = 0;
	for (let rest = k; rest; rest &= rest - 1) odd ^= 1;
	return odd;
}

const edge = (square: number, width: number): number => Math.round(((2 + square) * width) / 20);

/** Paints k modulo 65536 over the picture in place. */
export function paintFrameNumber(picture: I420Planes, k: number): void {
	const { width } = picture;
	const { y, u, v } = planesOf(picture);
	const bits = k & (FRAME_NUMBER_LIMIT - 1);
	const height = Math.floor(picture.height / 10);
	for (let square = 0; square < SQUARES; square++) {
		const on = square < BITS ? (bits >> square) & 1 : parity(bits);
		const from = edge(square, width);
		const to = edge(square + 1, width);
		for (let row = 0; row < height; row++) y.fill(on ? WHITE : BLACK, row * width + from, row * width + to);
	}
	const chromaWidth = width >> 1;
	for (let row = 0; row < (height + 1) >> 1; row++) {
		const from = row * chromaWidth + (edge(0, width) >> 1);
		const to = row * chromaWidth + ((edge(SQUARES, width) + 1) >> 1);
		u.fill(128, from, to);
		v.fill(128, from, to);
	}
}

/** The painted number, or null when a square is neither black nor white or the parity is wrong. */
export function readFrameNumber(picture: I420Planes): number | null {
	const { width } = picture;
	const { y } = planesOf(picture);
	const height = Math.floor(picture.height / 10);
	let bits = 0;
	let odd = 0;
	for (let square = 0; square < SQUARES; square++) {
		const level = middleLuma(y, width, height, edge(square, width), edge(square + 1, width));
		if (level > BRIGHTEST_BLACK && level < DARKEST_WHITE) return null;
		const on = level >= DARKEST_WHITE ? 1 : 0;
		if (square < BITS) bits |= on << square;
		else odd = on;
	}
	return parity(bits) === odd ? bits : null;
}

/** Mean of the inner half of a square, away from the edges an encoder smears. */
function middleLuma(y: Uint8Array, width: number, height: number, from: number, to: number): number {
	const marginX = Math.floor((to - from) / 4);
	const marginY = Math.floor(height / 4);
	let sum = 0;
	let count = 0;
	for (let row = marginY; row < Math.max(marginY + 1, height - marginY); row++)
		for (let column = from + marginX; column < Math.max(from + marginX + 1, to - marginX); column++) {
			sum += y[row * width + column] ?? 0;
			count += 1;
		}
	return sum / count;
}
