// How large a PNG says it is, before a browser is asked to unpack it. Source: PNG specification 5.2, 11.2.2 (IHDR).

import { damaged, unsafe } from './refusal';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const IHDR = 0x49484452;
export const PICTURE_LIMITS = { bytes: 4 * 1024 * 1024, pixels: 2048 } as const;

/** Refuses by throwing. */
export function checkPng(bytes: Uint8Array, part: string): void {
	if (bytes.byteLength < 33 || SIGNATURE.some((byte, n) => bytes[n] !== byte)) damaged(part, 'no PNG');
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (view.getUint32(12) !== IHDR) damaged(part, 'no PNG');
	const size = [view.getUint32(16), view.getUint32(20)];
	if (size.some((pixels) => pixels < 1 || pixels > PICTURE_LIMITS.pixels))
		unsafe(part, `a picture of ${size.join(' x ')} pixels`);
}
