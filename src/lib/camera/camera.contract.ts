// What every camera owes its users, whatever makes its pictures. Run it over each implementation.

import { describe, expect, it } from 'vitest';
import type { Camera, I420Frame } from '$lib/contracts';
import { i420Size } from './i420';

export interface CameraUnderTest {
	readonly camera: Camera;
	/** Lets time pass on the camera's clock. */
	readonly advance: (ms: number) => Promise<void>;
}

export function describeCameraContract(
	name: string,
	make: () => CameraUnderTest | Promise<CameraUnderTest>
): void {
	const collect = (camera: Camera): I420Frame[] => {
		const frames: I420Frame[] = [];
		camera.onFrame((frame) => frames.push(frame));
		return frames;
	};

	describe(`camera contract: ${name}`, () => {
		it('is silent before it is started', async () => {
			const { camera, advance } = await make();
			const frames = collect(camera);
			await advance(200);
			expect(frames).toHaveLength(0);
		});

		it('delivers pictures of the announced size at about the announced rate', async () => {
			const { camera, advance } = await make();
			const frames = collect(camera);
			await camera.start();
			await advance(1000);
			await camera.stop();
			expect(Math.abs(frames.length - camera.info.fps)).toBeLessThanOrEqual(
				Math.ceil(camera.info.fps * 0.1) + 1
			);
			for (const frame of frames) {
				expect([frame.width, frame.height]).toEqual([camera.info.width, camera.info.height]);
				expect(frame.data.length).toBe(i420Size(frame.width, frame.height));
			}
		});

		it('numbers pictures from 0 without gaps, with capture times that rise', async () => {
			const { camera, advance } = await make();
			const frames = collect(camera);
			await camera.start();
			await advance(500);
			await camera.stop();
			frames.forEach((frame, i) => expect(frame.sequence).toBe(i));
			const times = frames.map((frame) => frame.tMs);
			expect(times.every((t, i) => Number.isFinite(t) && t > (times[i - 1] ?? -Infinity))).toBe(true);
		});

		it('lets the listener keep the bytes', async () => {
			const { camera, advance } = await make();
			const frames = collect(camera);
			await camera.start();
			await advance(200);
			const [first] = frames;
			const copy = first?.data.slice();
			await advance(300);
			await camera.stop();
			expect(first?.data).toEqual(copy);
		});

		it('serves several listeners and forgets one that left', async () => {
			const { camera, advance } = await make();
			const left: I420Frame[] = [];
			const leave = camera.onFrame((frame) => left.push(frame));
			const stayed = collect(camera);
			await camera.start();
			await advance(300);
			leave();
			const seen = left.length;
			await advance(300);
			await camera.stop();
			expect(seen).toBeGreaterThan(0);
			expect(left).toHaveLength(seen);
			expect(stayed.length).toBeGreaterThan(seen);
		});

		it('stops, may be stopped twice, and starts again', async () => {
			const { camera, advance } = await make();
			const frames = collect(camera);
			await camera.start();
			await advance(200);
			await camera.stop();
			await camera.stop();
			const seen = frames.length;
			await advance(300);
			expect(frames).toHaveLength(seen);
			await camera.start();
			await advance(200);
			await camera.stop();
			expect(frames.length).toBeGreaterThan(seen);
		});
	});
}
