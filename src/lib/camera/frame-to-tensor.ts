// The one way from a picture to what a policy sees, for live, recorded and imported frames alike: planes are resized by
// area to the wanted size, then turned to RGB by the fixed BT.601 limited-range matrix, then clamped. Training and
// running therefore see the same pixels. No canvas, no browser matrix, no second resizer anywhere.

import { areaResize } from './area-resize';
import { BT601, planesOf, type I420Planes } from './i420';

export interface TensorSize {
	readonly width: number;
	readonly height: number;
}

interface Scratch {
	y: Float32Array;
	u: Float32Array;
	v: Float32Array;
}

const scratch: Scratch = { y: new Float32Array(0), u: new Float32Array(0), v: new Float32Array(0) };

/** Resized planes at the target size, 0..255, in buffers that the next call overwrites. */
function resizePlanes(picture: I420Planes, size: TensorSize): Scratch {
	const { width, height } = size;
	if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1)
		throw new RangeError(`no picture can be ${width}x${height}`);
	const pixels = width * height;
	if (scratch.y.length !== pixels) {
		scratch.y = new Float32Array(pixels);
		scratch.u = new Float32Array(pixels);
		scratch.v = new Float32Array(pixels);
	}
	const { y, u, v } = planesOf(picture);
	areaResize(y, picture.width, picture.height, width, height, scratch.y);
	areaResize(u, picture.width / 2, picture.height / 2, width, height, scratch.u);
	areaResize(v, picture.width / 2, picture.height / 2, width, height, scratch.v);
	return scratch;
}

const clamp = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

/** Calls `put(pixel, r, g, b)` with 0..255 reals for every pixel, row by row. */
function eachPixel(
	picture: I420Planes,
	size: TensorSize,
	put: (pixel: number, r: number, g: number, b: number) => void
): void {
	const { y, u, v } = resizePlanes(picture, size);
	const pixels = size.width * size.height;
	for (let i = 0; i < pixels; i++) {
		const luma = BT601.y * ((y[i] ?? 0) - 16);
		const cb = (u[i] ?? 0) - 128;
		const cr = (v[i] ?? 0) - 128;
		put(
			i,
			clamp(luma + BT601.rv * cr),
			clamp(luma + BT601.gu * cb + BT601.gv * cr),
			clamp(luma + BT601.bu * cb)
		);
	}
}

/**
 * Float32 CHW, RGB, 0..1: channel c of pixel (x, y) at `offset + (c*height + y)*width + x`. Writes into `out` when given
 * (a policy's batch), else into a new array of 3*height*width. Throws a RangeError when `out` is too short.
 */
export function frameToTensor(
	picture: I420Planes,
	size: TensorSize,
	out?: Float32Array,
	offset = 0
): Float32Array {
	const pixels = size.width * size.height;
	const tensor = out ?? new Float32Array(offset + 3 * pixels);
	if (tensor.length < offset + 3 * pixels) throw new RangeError('tensor is too short');
	eachPixel(picture, size, (i, r, g, b) => {
		tensor[offset + i] = r / 255;
		tensor[offset + pixels + i] = g / 255;
		tensor[offset + 2 * pixels + i] = b / 255;
	});
	return tensor;
}

/** The same picture rounded to bytes, CHW, RGB: for stores of training frames. */
export function frameToBytes(
	picture: I420Planes,
	size: TensorSize,
	out?: Uint8Array,
	offset = 0
): Uint8Array {
	const pixels = size.width * size.height;
	const bytes = out ?? new Uint8Array(offset + 3 * pixels);
	if (bytes.length < offset + 3 * pixels) throw new RangeError('tensor is too short');
	eachPixel(picture, size, (i, r, g, b) => {
		bytes[offset + i] = Math.round(r);
		bytes[offset + pixels + i] = Math.round(g);
		bytes[offset + 2 * pixels + i] = Math.round(b);
	});
	return bytes;
}
