// From a camera's own picture (a WebCodecs VideoFrame, whatever its format) to the picture that is recorded: the middle
// part of the wanted shape, at the wanted size, as I420 of this product's one colour (see `i420`). Knows formats; knows no
// device and no mask.
// [Note: colour] Most cameras give I420 or NV12 of BT.601 limited range: copied as they are. Everything else (BT.709, full
// range, RGB) goes through RGB, which the browser makes with the picture's own matrix.

import { areaResize } from './area-resize';
import { i420Size, rgbaToI420 } from './i420';

interface Rect {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** What is needed of a VideoFrame; a VideoFrame is one. */
export interface RawFrame {
	readonly format: string | null;
	/** Microseconds on the camera's clock. */
	readonly timestamp: number;
	/** Null once closed. */
	readonly visibleRect: Rect | null;
	readonly colorSpace: { readonly matrix: string | null; readonly fullRange: boolean | null };
	copyTo(
		destination: Uint8Array<ArrayBuffer>,
		options: { rect: Rect; layout: { offset: number; stride: number }[]; format?: 'RGBA' }
	): Promise<unknown>;
	close(): void;
}

export interface FrameReader {
	/** A fresh picture of `width` x `height`. Does not close the frame. Rejects for a closed or undersized one. */
	read(frame: RawFrame): Promise<Uint8Array<ArrayBuffer>>;
}

const even = (value: number): number => Math.floor(value / 2) * 2;

/** The largest middle part with the wanted shape, on even coordinates. */
export function middlePart(visible: Rect, width: number, height: number): Rect {
	const scale = Math.min(visible.width / width, visible.height / height);
	const w = even(Math.round(width * scale));
	const h = even(Math.round(height * scale));
	return {
		x: even(visible.x + (visible.width - w) / 2),
		y: even(visible.y + (visible.height - h) / 2),
		width: w,
		height: h
	};
}

export function createFrameReader(width: number, height: number): FrameReader {
	const targetBytes = i420Size(width, height);
	let scratch = new Uint8Array(0);
	let planar = new Uint8Array(0);

	const room = (bytes: number): Uint8Array<ArrayBuffer> =>
		scratch.length >= bytes ? scratch : (scratch = new Uint8Array(bytes));

	/** The part as I420, in a buffer that the next call rewrites. */
	const copyPart = async (frame: RawFrame, rect: Rect): Promise<Uint8Array<ArrayBuffer>> => {
		const bytes = i420Size(rect.width, rect.height);
		const luma = rect.width * rect.height;
		const { matrix, fullRange } = frame.colorSpace;
		const foreign = fullRange === true || matrix === 'bt709' || matrix === 'bt2020-ncl' || matrix === 'rgb';
		if (frame.format === 'I420' && !foreign) {
			const layout = [
				{ offset: 0, stride: rect.width },
				{ offset: luma, stride: rect.width / 2 },
				{ offset: luma + luma / 4, stride: rect.width / 2 }
			];
			const out = room(bytes);
			await frame.copyTo(out, { rect, layout });
			return out;
		}
		if (planar.length !== bytes) planar = new Uint8Array(bytes);
		if (frame.format === 'NV12' && !foreign) {
			const layout = [
				{ offset: 0, stride: rect.width },
				{ offset: luma, stride: rect.width }
			];
			const out = room(bytes);
			await frame.copyTo(out, { rect, layout });
			splitChroma(out, luma, planar);
			return planar;
		}
		const rgba = room(4 * luma);
		await frame.copyTo(rgba, { rect, layout: [{ offset: 0, stride: 4 * rect.width }], format: 'RGBA' });
		rgbaToI420(rgba, rect.width, rect.height, { out: planar });
		return planar;
	};

	return {
		async read(frame) {
			const { visibleRect } = frame;
			if (!visibleRect) throw new TypeError('the picture is closed');
			const rect = middlePart(visibleRect, width, height);
			const part = await copyPart(frame, rect);
			if (rect.width === width && rect.height === height) return part.slice(0, targetBytes);
			return scaleI420(part, rect.width, rect.height, width, height);
		}
	};
}

/** NV12's interleaved colour to I420's two planes. */
function splitChroma(source: Uint8Array, luma: number, out: Uint8Array): void {
	out.set(source.subarray(0, luma));
	const quarter = luma / 4;
	for (let i = 0; i < quarter; i++) {
		out[luma + i] = source[luma + 2 * i] ?? 0;
		out[luma + quarter + i] = source[luma + 2 * i + 1] ?? 0;
	}
}

/** Each plane by area; the common halving in whole numbers, with the same result. */
export function scaleI420(
	source: Uint8Array,
	fromWidth: number,
	fromHeight: number,
	width: number,
	height: number
): Uint8Array<ArrayBuffer> {
	const out = new Uint8Array(i420Size(width, height));
	let from = 0;
	let to = 0;
	for (const part of [1, 2, 2]) {
		const [fw, fh, w, h] = [fromWidth / part, fromHeight / part, width / part, height / part];
		const plane = source.subarray(from, from + fw * fh);
		const target = out.subarray(to, to + w * h);
		if (fw === 2 * w && fh === 2 * h) halvePlane(plane, w, h, target);
		else roundInto(areaResize(plane, fw, fh, w, h), target);
		from += fw * fh;
		to += w * h;
	}
	return out;
}

function halvePlane(source: Uint8Array, width: number, height: number, out: Uint8Array): void {
	const stride = 2 * width;
	for (let row = 0; row < height; row++) {
		let at = 2 * row * stride;
		for (let i = row * width; i < (row + 1) * width; i++, at += 2)
			out[i] =
				((source[at] ?? 0) +
					(source[at + 1] ?? 0) +
					(source[at + stride] ?? 0) +
					(source[at + stride + 1] ?? 0) +
					2) >>
				2;
	}
}

function roundInto(values: Float32Array, out: Uint8Array): void {
	for (let i = 0; i < out.length; i++) out[i] = Math.round(values[i] ?? 0);
}
