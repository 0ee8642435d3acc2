import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import type { I420Frame } from '$lib/contracts';
import { describeContract } from '$lib/core/testing/describe-contract';
import { cameraContract } from './camera.contract';
import { FRAME_NUMBER_LIMIT, paintFrameNumber, readFrameNumber } from './frame-number';
import { i420Size, i420ToRgba, rgbaToI420 } from './i420';
import { createPatternCamera } from './pattern-camera';
import { patternCameraHarness } from './testing/pattern-harness';

describeContract('Camera: pattern', cameraContract, patternCameraHarness);

function record(fps: number, untilMs: number, size = { width: 320, height: 240 }, phaseMs = 0): I420Frame[] {
	const scheduler = createVirtualScheduler();
	const camera = createPatternCamera({ name: 'top', ...size, fps, scheduler, phaseMs });
	const frames: I420Frame[] = [];
	camera.onFrame((frame) => frames.push(frame));
	void camera.start();
	scheduler.advanceTo(untilMs);
	return frames;
}

describe('pattern camera', () => {
	it('shows its number in every picture, at exactly k/fps', () => {
		const frames = record(30, 2000 - 1e-6, undefined, 5);
		expect(frames).toHaveLength(60);
		frames.forEach((frame, k) => {
			expect(readFrameNumber(frame)).toBe(k);
			expect(frame.tMs).toBeCloseTo(5 + (k * 1000) / 30, 9);
		});
	});

	it('moves: no two neighbouring pictures are alike below the number', () => {
		const frames = record(30, 300);
		frames.slice(1).forEach((frame, i) => {
			const before = frames[i]?.data.subarray(320 * 24) ?? new Uint8Array();
			const differing = frame.data.subarray(320 * 24).filter((value, at) => value !== before[at]).length;
			expect(differing).toBeGreaterThan(10_000);
		});
	});

	it('skips pictures instead of catching up when its clock jumps', () => {
		let now = 0;
		let due: { atMs: number; run: () => void } | null = null;
		const scheduler = {
			now: () => now as ReturnType<ReturnType<typeof createVirtualScheduler>['now']>,
			at: (atMs: number, run: () => void) => {
				due = { atMs, run };
				return { cancel: () => (due = null) };
			}
		};
		const camera = createPatternCamera({ name: 'top', width: 64, height: 48, fps: 10, scheduler });
		const times: number[] = [];
		camera.onFrame((frame) => times.push(frame.tMs));
		void camera.start();
		for (const at of [0, 100, 555, 600]) {
			now = at;
			(due as { run: () => void } | null)?.run();
		}
		expect(times).toEqual([0, 100, 555, 600]);
	});
});

describe('painted frame numbers', () => {
	const sizes = fc.constantFrom([320, 240], [640, 480], [96, 96], [214, 120], [64, 48]);

	it('read back what was painted, over any picture', () => {
		fc.assert(
			fc.property(sizes, fc.nat(FRAME_NUMBER_LIMIT - 1), fc.nat(255), ([width = 0, height = 0], k, fill) => {
				const picture = { width, height, data: new Uint8Array(i420Size(width, height)).fill(fill) };
				paintFrameNumber(picture, k);
				expect(readFrameNumber(picture)).toBe(k);
			}),
			{ seed: 17, numRuns: 300 }
		);
	});

	it('survive the way through RGB', () => {
		const picture = { width: 320, height: 240, data: new Uint8Array(i420Size(320, 240)).fill(90) };
		paintFrameNumber(picture, 0xa5c3);
		const back = { ...picture, data: rgbaToI420(i420ToRgba(picture), 320, 240) };
		expect(readFrameNumber(back)).toBe(0xa5c3);
	});

	it('are null where nothing was painted or a square flipped', () => {
		const picture = { width: 320, height: 240, data: new Uint8Array(i420Size(320, 240)).fill(128) };
		expect(readFrameNumber(picture)).toBeNull();
		paintFrameNumber(picture, 6);
		for (let row = 0; row < 24; row++) picture.data.fill(235, row * 320 + 32, row * 320 + 48);
		expect(readFrameNumber(picture)).toBeNull();
	});

	it('stand where outside programs look for them', () => {
		const picture = { width: 320, height: 240, data: new Uint8Array(i420Size(320, 240)).fill(128) };
		paintFrameNumber(picture, 1);
		const luma = (square: number) => picture.data[12 * 320 + (2 + square) * 16 + 8];
		expect(luma(0)).toBe(235);
		for (let square = 1; square < 16; square++) expect(luma(square)).toBe(16);
		expect(luma(16)).toBe(235);
		expect([luma(-1), luma(17)]).toEqual([128, 128]);
	});
});
