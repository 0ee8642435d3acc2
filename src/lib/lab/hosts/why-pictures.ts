// Pictures of a look at an episode: training pictures out of their files, views as backgrounds, and what is shown, as small PNGs.
// Needs a worker with OffscreenCanvas. Knows pixels; knows no finding.

import { frameToBytes, rgbaToI420, type I420Planes } from '$lib/camera';
import { lumaOf, type Background, type LumaPicture } from '$lib/inference/why';
import { makeThumbnail } from '$lib/recorder';

/** Wide enough to see a cube, small enough to keep a dozen with a run. */
const SHOWN_PX = 192;
/** Views are compared at most this wide. */
const VIEW_PX = 96;

interface Rgba {
	readonly width: number;
	readonly height: number;
	readonly data: Uint8ClampedArray;
}

/** @param most width, pixels; a larger picture is made smaller */
async function unpack(png: Blob, most = Infinity): Promise<Rgba> {
	const bitmap = await createImageBitmap(png, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' });
	const width = Math.min(bitmap.width, most);
	const height = Math.max(1, Math.round((bitmap.height * width) / bitmap.width));
	const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
	if (context === null) throw new TypeError('no canvas in this worker');
	context.drawImage(bitmap, 0, 0, width, height);
	bitmap.close();
	return { width, height, data: context.getImageData(0, 0, width, height).data };
}

const brightness = ({ data }: Rgba, at: number): number =>
	0.299 * (data[4 * at] ?? 0) + 0.587 * (data[4 * at + 1] ?? 0) + 0.114 * (data[4 * at + 2] ?? 0);

/** What a package says stands still: alpha 255 where it does. */
export async function trainingBackground(png: Blob): Promise<Background> {
	const picture = await unpack(png, VIEW_PX);
	const { width, height, data } = picture;
	const pixels = width * height;
	return {
		width,
		height,
		luma: Float32Array.from({ length: pixels }, (_, at) => brightness(picture, at)),
		still: Uint8Array.from({ length: pixels }, (_, at) => ((data[4 * at + 3] ?? 0) > 127 ? 1 : 0))
	};
}

/** A recorded picture at the size of a background, by the one resizer. */
export function viewOf(picture: I420Planes, { width, height }: LumaPicture): LumaPicture {
	return lumaOf(frameToBytes(picture, { width, height }), width, height);
}

export async function pngOf(picture: I420Planes): Promise<Uint8Array> {
	return makeThumbnail(picture, SHOWN_PX);
}

/** Both in one picture: the training red, now blue-green. Where they agree it is grey. */
export async function overlayPng(training: Blob, now: I420Planes): Promise<Uint8Array> {
	const before = await unpack(training);
	const { width, height } = before;
	const live = viewOf(now, { width, height, luma: new Float32Array(0) });
	const times = Math.max(2, 2 * Math.round(SHOWN_PX / width / 2));
	const [wide, high] = [width * times, height * times];
	const rgba = new Uint8Array(4 * wide * high);
	for (let row = 0; row < high; row++)
		for (let column = 0; column < wide; column++) {
			const at = Math.floor(row / times) * width + Math.floor(column / times);
			const level = live.luma[at] ?? 0;
			rgba.set([brightness(before, at), level, level, 255], 4 * (row * wide + column));
		}
	return makeThumbnail({ width: wide, height: high, data: rgbaToI420(rgba, wide, high) }, wide);
}
