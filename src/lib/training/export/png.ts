// A small picture as a PNG, without compression: the same picture gives the same bytes everywhere. Source: the PNG
// specification (W3C), RFC 1950 and 1951 for the stored block.

import { crc32 } from '$lib/core';
import { joinBytes, type Bytes } from './wire';

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
/** A stored block of deflate holds no more. */
const BLOCK_BYTES = 65535;

const big = (value: number): Bytes =>
	Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);

function chunk(type: string, data: Uint8Array): Bytes {
	const named = joinBytes([new TextEncoder().encode(type), data]);
	return joinBytes([big(data.length), named, big(crc32(named))]);
}

function adler32(data: Uint8Array): number {
	let [a, b] = [1, 0];
	for (const byte of data) {
		a = (a + byte) % 65521;
		b = (b + a) % 65521;
	}
	return ((b << 16) | a) >>> 0;
}

function stored(data: Uint8Array): Bytes {
	const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
	for (let at = 0; at < data.length; at += BLOCK_BYTES) {
		const block = data.subarray(at, at + BLOCK_BYTES);
		const [low, high] = [block.length & 255, block.length >>> 8];
		const last = at + BLOCK_BYTES >= data.length ? 1 : 0;
		parts.push(Uint8Array.of(last, low, high, low ^ 255, high ^ 255), block);
	}
	return joinBytes([...parts, big(adler32(data))]);
}

/** `picture`: [3, height, width], RGB bytes. */
export function encodePng(picture: Uint8Array, width: number, height: number): Bytes {
	const pixels = width * height;
	if (picture.length !== 3 * pixels) throw new RangeError('a picture of another size');
	const lines = new Uint8Array(height * (1 + 3 * width));
	let at = 0;
	for (let y = 0; y < height; y++) {
		lines[at++] = 0; // no filter
		for (let x = 0; x < width; x++)
			for (let channel = 0; channel < 3; channel++)
				lines[at++] = picture[channel * pixels + y * width + x] ?? 0;
	}
	const header = joinBytes([big(width), big(height), Uint8Array.of(8, 2, 0, 0, 0)]);
	return joinBytes([
		SIGNATURE,
		chunk('IHDR', header),
		chunk('IDAT', stored(lines)),
		chunk('IEND', new Uint8Array())
	]);
}
