import { describe, expect, it } from 'vitest';
import { frameToBytes, i420Size } from '$lib/camera';
import { createRandom } from '$lib/core';
import { makeThumbnail } from './thumbnail';

describe('thumbnail', () => {
	it('is a PNG whose pixels are the resized picture', async () => {
		const random = createRandom(5);
		const data = Uint8Array.from({ length: i420Size(64, 48) }, () => random.int(256));
		const picture = { width: 64, height: 48, data };
		const png = await makeThumbnail(picture, 32);
		expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
		const view = new DataView(png.buffer);
		expect([view.getUint32(16), view.getUint32(20)]).toEqual([32, 24]);
		const packed = new Blob([png.slice(41, 41 + view.getUint32(33))]).stream();
		const unpacked = new Response(packed.pipeThrough(new DecompressionStream('deflate')));
		const rows = new Uint8Array(await unpacked.arrayBuffer());
		const want = frameToBytes(picture, { width: 32, height: 24 });
		for (let row = 0; row < 24; row++)
			for (let i = 0; i < 96; i++) {
				const above = row ? (rows[(row - 1) * 97 + 1 + i] ?? 0) : 0;
				const at = row * 97 + 1 + i;
				rows[at] = ((rows[at] ?? 0) + above) & 255;
				expect(rows[at]).toBe(want[(i % 3) * 768 + row * 32 + Math.floor(i / 3)]);
			}
	});

	it('never enlarges', async () => {
		const png = await makeThumbnail({ width: 16, height: 8, data: new Uint8Array(i420Size(16, 8)) }, 128);
		expect(new DataView(png.buffer).getUint32(16)).toBe(16);
	});
});
