/**
 * Fills triangles into a picture with a depth buffer. Knows pixels only: corners come projected, colours come lit.
 *
 * Pixel centres lie at .5; a pixel belongs to a triangle when its centre does, and a centre on a shared edge belongs to
 * exactly one of the two neighbours (half-open spans), so that meshes have neither gaps nor double pixels. Depth is
 * 1/distance, which is linear on the screen. Plain double arithmetic: every machine fills the same bytes.
 */

/** Picture in memory: `pixels` are R, G, B, A bytes; `depth` is 1/m, 0 = nothing drawn yet. */
export interface Picture {
	readonly width: number;
	readonly height: number;
	readonly pixels: Uint8ClampedArray<ArrayBuffer>;
	readonly words: Int32Array;
	readonly depth: Float32Array;
}

/** Numbers per corner: x and y (pixels), 1/distance, then red, green, blue 0..255. */
export const CORNER_STRIDE = 6;

export function createPicture(width: number, height: number): Picture {
	const pixels = new Uint8ClampedArray(width * height * 4);
	const words = new Int32Array(pixels.buffer);
	return { width, height, pixels, words, depth: new Float32Array(width * height) };
}

export function packColour(red: number, green: number, blue: number): number {
	return (255 << 24) | (blue << 16) | (green << 8) | red;
}

export function clearPicture(picture: Picture, colour: number): void {
	picture.words.fill(colour);
	picture.depth.fill(0);
}

/**
 * How a triangle meets what is there: cover it, be mixed into it, cover every other pixel, or darken it, though each pixel
 * only once (which is kept in the alpha byte: 254 is as good as opaque).
 */
export type Fill = 'opaque' | 'blend' | 'screen-door' | 'shadow';

const SHADED = 254;

/** A number out of an array whose bounds the caller keeps: the inner loops cannot afford a check per pixel. */
function at(values: ArrayLike<number>, index: number): number {
	return values[index] as number;
}

/**
 * Fills one triangle; `a`, `b`, `c` are the offsets of its corners in `corners`. Either winding is filled (culling is
 * the caller's). `alpha` counts for `blend` and `shadow` only.
 */
export function fillTriangle(
	picture: Picture,
	corners: Float64Array,
	a: number,
	b: number,
	c: number,
	fill: Fill = 'opaque',
	alpha = 1
): void {
	// Corners from top to bottom.
	if (at(corners, b + 1) < at(corners, a + 1)) [a, b] = [b, a];
	if (at(corners, c + 1) < at(corners, a + 1)) [a, c] = [c, a];
	if (at(corners, c + 1) < at(corners, b + 1)) [b, c] = [c, b];
	const ax = at(corners, a);
	const ay = at(corners, a + 1);
	const bx = at(corners, b) - ax;
	const by = at(corners, b + 1) - ay;
	const cx = at(corners, c) - ax;
	const cy = at(corners, c + 1) - ay;
	const area = bx * cy - cx * by;
	if (!(area > 1e-9 || area < -1e-9)) return;
	const firstRow = Math.max(0, Math.ceil(ay - 0.5));
	const endRow = Math.min(picture.height, Math.ceil(ay + cy - 0.5));
	if (firstRow >= endRow) return;
	const plane = planes(corners, a, b, c, bx, by, cx, cy, area);
	for (let row = firstRow; row < endRow; row++) {
		const y = row + 0.5;
		const long = edgeAt(corners, a, c, y);
		const short = y < at(corners, b + 1) ? edgeAt(corners, a, b, y) : edgeAt(corners, b, c, y);
		const first = Math.max(0, Math.ceil(Math.min(long, short) - 0.5));
		const end = Math.min(picture.width, Math.ceil(Math.max(long, short) - 0.5));
		if (first >= end) continue;
		if (fill === 'opaque' && plane.flat) fillFlatSpan(picture, row, first, end, plane, ax, y - ay);
		else fillSpan(picture, row, first, end, plane, ax, y - ay, fill, alpha);
	}
}

/** Where an edge crosses a row of centres. From its own upper end, so that both neighbours compute the same number. */
function edgeAt(corners: Float64Array, top: number, bottom: number, y: number): number {
	const x = at(corners, top);
	const y0 = at(corners, top + 1);
	return x + ((at(corners, bottom) - x) * (y - y0)) / (at(corners, bottom + 1) - y0);
}

/** Depth and colour as linear functions of the place on the screen, relative to corner a. */
interface Plane {
	z: number;
	zx: number;
	zy: number;
	flat: boolean;
	colour: number;
	readonly base: Float64Array;
	readonly perX: Float64Array;
	readonly perY: Float64Array;
}

const shared: Plane = {
	z: 0,
	zx: 0,
	zy: 0,
	flat: true,
	colour: 0,
	base: new Float64Array(3),
	perX: new Float64Array(3),
	perY: new Float64Array(3)
};

function planes(
	corners: Float64Array,
	a: number,
	b: number,
	c: number,
	bx: number,
	by: number,
	cx: number,
	cy: number,
	area: number
): Plane {
	const plane = shared;
	plane.z = at(corners, a + 2);
	const zb = at(corners, b + 2) - plane.z;
	const zc = at(corners, c + 2) - plane.z;
	plane.zx = (zb * cy - zc * by) / area;
	plane.zy = (zc * bx - zb * cx) / area;
	plane.flat = true;
	for (let k = 0; k < 3; k++) {
		const value = at(corners, a + 3 + k);
		const toB = at(corners, b + 3 + k) - value;
		const toC = at(corners, c + 3 + k) - value;
		plane.base[k] = value;
		plane.perX[k] = (toB * cy - toC * by) / area;
		plane.perY[k] = (toC * bx - toB * cx) / area;
		if (toB !== 0 || toC !== 0) plane.flat = false;
	}
	plane.colour = packColour(at(plane.base, 0), at(plane.base, 1), at(plane.base, 2));
	return plane;
}

function fillFlatSpan(
	{ width, words, depth }: Picture,
	row: number,
	first: number,
	end: number,
	plane: Plane,
	ax: number,
	y: number
): void {
	const step = plane.zx;
	const colour = plane.colour;
	let z = plane.z + (first + 0.5 - ax) * step + y * plane.zy;
	const stop = row * width + end;
	for (let i = row * width + first; i < stop; i++) {
		if (z > at(depth, i)) {
			depth[i] = z;
			words[i] = colour;
		}
		z += step;
	}
}

function fillSpan(
	picture: Picture,
	row: number,
	first: number,
	end: number,
	plane: Plane,
	ax: number,
	y: number,
	fill: Fill,
	alpha: number
): void {
	const { width, words, depth } = picture;
	const { base, perX, perY } = plane;
	const dx = first + 0.5 - ax;
	let z = plane.z + dx * plane.zx + y * plane.zy;
	let red = at(base, 0) + dx * at(perX, 0) + y * at(perY, 0);
	let green = at(base, 1) + dx * at(perX, 1) + y * at(perY, 1);
	let blue = at(base, 2) + dx * at(perX, 2) + y * at(perY, 2);
	for (let x = first; x < end; x++) {
		const i = row * width + x;
		if (z > at(depth, i) && (fill !== 'screen-door' || ((x + row) & 1) === 0)) {
			if (fill === 'shadow') words[i] = darken(at(words, i), alpha);
			else if (fill === 'blend') words[i] = mix(at(words, i), red, green, blue, alpha);
			else {
				depth[i] = z;
				words[i] = packColour(clampByte(red), clampByte(green), clampByte(blue));
			}
		}
		z += plane.zx;
		red += at(perX, 0);
		green += at(perX, 1);
		blue += at(perX, 2);
	}
}

/** Interpolated colours overshoot by a rounding error at most, but a byte must not wrap round. */
function clampByte(value: number): number {
	return value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0;
}

function mix(under: number, red: number, green: number, blue: number, alpha: number): number {
	const channel = (shift: number, over: number): number => {
		const below = (under >>> shift) & 255;
		return clampByte(below + (over - below) * alpha);
	};
	return packColour(channel(0, red), channel(8, green), channel(16, blue));
}

function darken(under: number, alpha: number): number {
	if (under >>> 24 !== 255) return under;
	return (mix(under, 0, 0, 0, alpha) & 0xffffff) | (SHADED << 24);
}

/** Means of 2x2 pixels of `source`, which is twice as wide and high, into `target`: smooth edges from a finer picture. */
export function halve(source: Picture, target: Picture): void {
	const { words, width } = source;
	for (let y = 0; y < target.height; y++) {
		let i = 2 * y * width;
		const out = y * target.width;
		for (let x = 0; x < target.width; x++, i += 2) {
			const a = at(words, i);
			const b = at(words, i + 1);
			const c = at(words, i + width);
			const d = at(words, i + width + 1);
			// Red and blue share one number: four bytes of each fit side by side; 2 rounds.
			const outer = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff) + 0x20002;
			const green = (a & 0xff00) + (b & 0xff00) + (c & 0xff00) + (d & 0xff00) + 0x200;
			target.words[out + x] = (255 << 24) | ((outer >>> 2) & 0xff00ff) | ((green >>> 2) & 0xff00);
		}
	}
}
