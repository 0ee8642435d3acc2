// What a recorded episode's packets decode to: brightness inside and outside of a rectangle, over every picture.

import type { EpisodeReader } from '$lib/contracts';

export interface Rect {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

export interface DecodedBrightness {
	readonly pictures: number;
	/** Brightest luma found inside `rect` (less a border that the codec smears) in any picture. */
	readonly brightestInside: number;
	/** Least of all pictures' brightest luma outside. */
	readonly leastOutside: number;
}

/** Luma of a decoded picture, row by row, without padding. */
async function lumaOf(frame: VideoFrame): Promise<{ y: Uint8Array; width: number; height: number }> {
	const rect = frame.visibleRect;
	if (rect === null) throw new TypeError('a closed picture');
	const bytes = new Uint8Array(frame.allocationSize());
	const [plane] = await frame.copyTo(bytes);
	if (plane === undefined) throw new TypeError('a picture without planes');
	const y = new Uint8Array(rect.width * rect.height);
	for (let row = 0; row < rect.height; row++) {
		const at = plane.offset + row * plane.stride;
		y.set(bytes.subarray(at, at + rect.width), row * rect.width);
	}
	return { y, width: rect.width, height: rect.height };
}

export async function decodedBrightness(
	reader: EpisodeReader,
	camera: number,
	rect: Rect
): Promise<DecodedBrightness> {
	const track = reader.meta.cameras[camera]?.track;
	if (!track) throw new TypeError('the camera has no track');
	const waiting: Promise<void>[] = [];
	let pictures = 0;
	let brightestInside = 0;
	let leastOutside = 255;
	const look = async (frame: VideoFrame): Promise<void> => {
		const { y, width, height } = await lumaOf(frame);
		frame.close();
		pictures++;
		const border = 8;
		let outside = 0;
		y.forEach((luma, at) => {
			const [column, row] = [at % width, Math.floor(at / width)];
			const dx = Math.min(column - rect.x * width, (rect.x + rect.width) * width - 1 - column);
			const dy = Math.min(row - rect.y * height, (rect.y + rect.height) * height - 1 - row);
			if (Math.min(dx, dy) >= border) brightestInside = Math.max(brightestInside, luma);
			else if (Math.min(dx, dy) < -border) outside = Math.max(outside, luma);
		});
		leastOutside = Math.min(leastOutside, outside);
	};
	const decoder = new VideoDecoder({
		output: (frame) => waiting.push(look(frame)),
		error: (error) => waiting.push(Promise.reject(error))
	});
	const { codec, width, height, description } = track;
	decoder.configure({
		codec,
		codedWidth: width,
		codedHeight: height,
		...(description.length > 0 ? { description } : {})
	});
	for await (const block of reader.blocks())
		for (const { frameIndex, key, bytes } of block.packets[camera] ?? [])
			decoder.decode(
				new EncodedVideoChunk({
					type: key ? 'key' : 'delta',
					timestamp: Math.round((frameIndex * 1e6) / reader.meta.fps),
					data: bytes
				})
			);
	await decoder.flush();
	await Promise.all(waiting);
	return { pictures, brightestInside, leastOutside };
}
