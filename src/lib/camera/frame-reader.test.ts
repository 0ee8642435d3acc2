import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaResize } from './area-resize';
import { createFrameReader, middlePart, scaleI420, type RawFrame } from './frame-reader';
import { i420Size, planesOf, rgbaToI420 } from './i420';
import { planarFrame } from './testing/device-harness';

const noise = (seed: number) => (data: Uint8Array) => {
	let state = seed;
	for (let i = 0; i < data.length; i++) data[i] = (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16;
};

describe('reading pictures of a camera', () => {
	it('halves in whole numbers exactly as the area resize does', async () => {
		const frame = planarFrame(64, 48, 0, noise(7));
		const small = await createFrameReader(32, 24).read(frame);
		const whole = new Uint8Array(i420Size(64, 48));
		noise(7)(whole);
		const { y } = planesOf({ width: 64, height: 48, data: whole });
		const expected = areaResize(y, 64, 48, 32, 24).map((value) => Math.floor(value + 0.5));
		expect([...small.subarray(0, 32 * 24)]).toEqual([...expected]);
	});

	it.each([
		[640, 480, 320, 240, { x: 0, y: 0, width: 640, height: 480 }],
		[1280, 720, 320, 240, { x: 160, y: 0, width: 960, height: 720 }],
		[480, 640, 320, 240, { x: 0, y: 140, width: 480, height: 360 }],
		[160, 120, 320, 240, { x: 0, y: 0, width: 160, height: 120 }]
	])('takes the middle of %i x %i for %i x %i', (w, h, width, height, part) => {
		expect(middlePart({ x: 0, y: 0, width: w, height: h }, width, height)).toEqual(part);
	});

	it('keeps one grey at any pair of sizes', () => {
		const side = fc.integer({ min: 2, max: 40 }).map((half) => 2 * half);
		fc.assert(
			fc.property(side, side, side, side, fc.nat(255), (fw, fh, w, h, value) => {
				const scaled = scaleI420(new Uint8Array(i420Size(fw, fh)).fill(value), fw, fh, w, h);
				expect(scaled.length).toBe(i420Size(w, h));
				expect(scaled.every((pixel) => pixel === value)).toBe(true);
			}),
			{ seed: 23, numRuns: 200 }
		);
	});

	it('takes the colour planes of NV12 apart', async () => {
		const planar = planarFrame(16, 8, 0, noise(3));
		const expected = await createFrameReader(16, 8).read(planar);
		const luma = 16 * 8;
		const nv12: RawFrame = {
			...planar,
			visibleRect: { x: 0, y: 0, width: 16, height: 8 },
			format: 'NV12',
			copyTo(out) {
				out.set(expected.subarray(0, luma));
				for (let i = 0; i < luma / 4; i++) {
					out[luma + 2 * i] = expected[luma + i] ?? 0;
					out[luma + 2 * i + 1] = expected[luma + luma / 4 + i] ?? 0;
				}
				return Promise.resolve();
			}
		};
		expect(await createFrameReader(16, 8).read(nv12)).toEqual(expected);
	});

	it('lets the browser undo any other colour and does its own', async () => {
		const rgba = new Uint8Array(16 * 8 * 4);
		noise(11)(rgba);
		const asked: unknown[] = [];
		const foreign: RawFrame = {
			format: 'I420',
			timestamp: 0,
			visibleRect: { x: 0, y: 0, width: 16, height: 8 },
			colorSpace: { matrix: 'bt709', fullRange: false },
			copyTo(out, options) {
				asked.push(options.format);
				out.set(rgba);
				return Promise.resolve();
			},
			close: () => undefined
		};
		expect(await createFrameReader(16, 8).read(foreign)).toEqual(rgbaToI420(rgba, 16, 8));
		expect(asked).toEqual(['RGBA']);
	});
});
