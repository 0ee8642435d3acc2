// Colour between RGBA and planar YUV 4:2:0, the one way this product does it: BT.601 matrix, limited range (Y 16..235,
// U and V 16..240), 8 bit, chroma of a 2x2 block = colour of its mean RGB and shared by its four pixels. That is what a
// LeRobot dataset's H.264 holds (tagged smpte170m) and what PyAV and torchcodec undo. Knows pixels, not cameras.
// [Note: fixed point] 16 fractional bits; every result is within one step of the rounded real-valued formula
// (ITU-R BT.601-7, 2.5.1), which the test holds it to.

export interface I420Planes {
	readonly width: number;
	readonly height: number;
	/** Y (width*height), U, V (each width/2*height/2), no padding. */
	readonly data: Uint8Array;
}

/** Bytes of one picture. Throws a RangeError for sizes 4:2:0 cannot hold: odd, zero or not whole. */
export function i420Size(width: number, height: number): number {
	const whole = Number.isInteger(width) && Number.isInteger(height);
	if (!whole || width < 2 || height < 2 || width % 2 !== 0 || height % 2 !== 0)
		throw new RangeError(`4:2:0 needs even sizes, not ${width}x${height}`);
	return (width * height * 3) / 2;
}

export interface PlaneViews {
	readonly y: Uint8Array;
	readonly u: Uint8Array;
	readonly v: Uint8Array;
}

/** Views, not copies. Throws a RangeError when `data` is too short for the size. */
export function planesOf(picture: I420Planes): PlaneViews {
	const size = i420Size(picture.width, picture.height);
	if (picture.data.length < size)
		throw new RangeError(`picture holds ${picture.data.length} of ${size} bytes`);
	const luma = picture.width * picture.height;
	const chroma = luma / 4;
	return {
		y: picture.data.subarray(0, luma),
		u: picture.data.subarray(luma, luma + chroma),
		v: picture.data.subarray(luma + chroma, size)
	};
}

const ONE = 65536;
const fixed = (value: number): number => Math.round(value * ONE);

// RGB 0..255 -> Y, U, V (limited range), from Kr 0.299 and Kb 0.114.
const YR = fixed((0.299 * 219) / 255);
const YG = fixed((0.587 * 219) / 255);
const YB = fixed((0.114 * 219) / 255);
const UR = fixed((-0.168735892 * 224) / 255);
const UG = fixed((-0.331264108 * 224) / 255);
const UB = fixed((0.5 * 224) / 255);
const VR = fixed((0.5 * 224) / 255);
const VG = fixed((-0.418687589 * 224) / 255);
const VB = fixed((-0.081312411 * 224) / 255);

/** Real-valued coefficients of the way back, on Y-16, U-128, V-128; `frame-to-tensor` uses them too. */
export const BT601 = {
	y: 255 / 219,
	rv: (1.402 * 255) / 224,
	gu: (-0.344136286 * 255) / 224,
	gv: (-0.714136286 * 255) / 224,
	bu: (1.772 * 255) / 224
} as const;

export interface FromRgbaOptions {
	/** Re-used when given: i420Size(width, height) bytes. */
	readonly out?: Uint8Array;
	/** The first row of `rgba` is the bottom of the picture, as WebGL reads it back. */
	readonly flipY?: boolean;
}

/** `rgba`: width*height*4 bytes, alpha ignored. Returns Y, U, V without padding. */
export function rgbaToI420(
	rgba: Uint8Array | Uint8ClampedArray,
	width: number,
	height: number,
	options: FromRgbaOptions = {}
): Uint8Array {
	const size = i420Size(width, height);
	if (rgba.length < width * height * 4) throw new RangeError('RGBA picture is too short');
	const out = options.out ?? new Uint8Array(size);
	const { y, u, v } = planesOf({ width, height, data: out });
	const stride = options.flipY ? -width * 4 : width * 4;
	const first = options.flipY ? (height - 1) * width * 4 : 0;
	const half = 1 << 15;
	for (let row = 0; row < height; row += 2) {
		let source = first + row * stride;
		let luma = row * width;
		let chroma = (row >> 1) * (width >> 1);
		for (let column = 0; column < width; column += 2) {
			let red = 0;
			let green = 0;
			let blue = 0;
			for (let corner = 0; corner < 4; corner++) {
				const at = source + (corner >> 1) * stride + (corner & 1) * 4;
				const r = rgba[at] ?? 0;
				const g = rgba[at + 1] ?? 0;
				const b = rgba[at + 2] ?? 0;
				y[luma + (corner >> 1) * width + (corner & 1)] = ((YR * r + YG * g + YB * b + half) >> 16) + 16;
				red += r;
				green += g;
				blue += b;
			}
			u[chroma] = ((UR * red + UG * green + UB * blue + 2 * ONE) >> 18) + 128;
			v[chroma] = ((VR * red + VG * green + VB * blue + 2 * ONE) >> 18) + 128;
			source += 8;
			luma += 2;
			chroma += 1;
		}
	}
	return out;
}

const Y_RGB = fixed(BT601.y);
const R_V = fixed(BT601.rv);
const G_U = fixed(BT601.gu);
const G_V = fixed(BT601.gv);
const B_U = fixed(BT601.bu);

/** Whole picture back to RGBA (alpha 255) at the same size; values outside 0..255 are clamped. */
export function i420ToRgba(
	picture: I420Planes,
	out?: Uint8ClampedArray<ArrayBuffer>
): Uint8ClampedArray<ArrayBuffer> {
	const { width, height } = picture;
	const { y, u, v } = planesOf(picture);
	const rgba = out ?? new Uint8ClampedArray(width * height * 4);
	const half = 1 << 15;
	for (let row = 0; row < height; row++) {
		const chromaRow = (row >> 1) * (width >> 1);
		for (let column = 0; column < width; column++) {
			const luma = Y_RGB * ((y[row * width + column] ?? 0) - 16) + half;
			const cb = (u[chromaRow + (column >> 1)] ?? 0) - 128;
			const cr = (v[chromaRow + (column >> 1)] ?? 0) - 128;
			const at = (row * width + column) * 4;
			rgba[at] = (luma + R_V * cr) >> 16;
			rgba[at + 1] = (luma + G_U * cb + G_V * cr) >> 16;
			rgba[at + 2] = (luma + B_U * cb) >> 16;
			rgba[at + 3] = 255;
		}
	}
	return rgba;
}
