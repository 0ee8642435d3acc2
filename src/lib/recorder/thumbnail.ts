// A small PNG of a picture, for lists. Needs no canvas, so it works in every worker and in Node.
// PNG: https://www.w3.org/TR/png-3/ (signature, IHDR, one IDAT, IEND; 8-bit RGB; filter "up" on every row).

import { frameToBytes, type I420Planes } from '$lib/camera';
import { crc32 } from '$lib/core';

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** At most `maxWidth` wide, same proportions. */
export async function makeThumbnail(picture: I420Planes, maxWidth = 128): Promise<Uint8Array> {
	const width = Math.min(maxWidth, picture.width);
	const height = Math.max(1, Math.round((picture.height * width) / picture.width));
	const planes = frameToBytes(picture, { width, height });
	const header = new Uint8Array(13);
	const view = new DataView(header.buffer);
	view.setUint32(0, width);
	view.setUint32(4, height);
	// 8 bits per channel, RGB, deflate, adaptive filters, not interlaced.
	header.set([8, 2, 0, 0, 0], 8);
	const pixels = await deflate(filterRows(planes, width, height));
	const parts = [SIGNATURE, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', new Uint8Array(0))];
	const png = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		png.set(part, at);
		at += part.length;
	}
	return png;
}

/** CHW planes -> filtered RGB rows. */
function filterRows(planes: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
	const pixels = width * height;
	const rows = new Uint8Array(height * (1 + 3 * width));
	let at = 0;
	for (let row = 0; row < height; row++) {
		rows[at++] = 2;
		for (let column = 0; column < width; column++)
			for (let c = 0; c < 3; c++) {
				const here = c * pixels + row * width + column;
				rows[at++] = (planes[here] ?? 0) - (row > 0 ? (planes[here - width] ?? 0) : 0);
			}
	}
	return rows;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
	const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
	return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(type: string, data: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(12 + data.length);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, data.length);
	bytes.set(new TextEncoder().encode(type), 4);
	bytes.set(data, 8);
	view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
	return bytes;
}
