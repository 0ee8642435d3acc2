import { describe, expect, it } from 'vitest';
import { describeContract } from '$lib/core/testing/describe-contract';
import type { I420Frame } from '$lib/contracts';
import { cameraContract } from './camera.contract';
import type { SeenPicture } from './device-camera';
import { deviceCameraHarness, handFedCamera, planarFrame } from './testing/device-harness';

describeContract('Camera: device', cameraContract, deviceCameraHarness);

const white = (data: Uint8Array): void => void data.fill(200);

describe('device camera', () => {
	it('blackens the mask before anyone sees the picture, and watches what was there before', async () => {
		const { camera, feed } = handFedCamera();
		const frames: I420Frame[] = [];
		const seen: SeenPicture[] = [];
		camera.onFrame((frame) => frames.push(frame));
		camera.seen.on((picture) => seen.push(picture));
		camera.setMask([{ x: 0.25, y: 0.5, width: 0.5, height: 0.25 }]);
		await camera.start();
		await feed(planarFrame(128, 96, 0, white), 1);
		const { data } = frames[0] as I420Frame;
		const luma = (x: number, y: number) => data[y * 64 + x];
		expect([luma(16, 24), luma(47, 35)]).toEqual([16, 16]);
		expect([luma(15, 24), luma(48, 24), luma(16, 23), luma(16, 36)]).toEqual([200, 200, 200, 200]);
		expect(data.subarray(64 * 48).filter((value) => value === 128)).toHaveLength(2 * 16 * 6);
		expect(seen[0]?.picture.data).toBe(data);
		expect(seen[0]?.gist.meanLuma).toBe(200);
	});

	it('reads on while it is not started, gives every picture back, and numbers only what it delivers', async () => {
		const { camera, feed } = handFedCamera();
		const seen: SeenPicture[] = [];
		const numbers: number[] = [];
		camera.seen.on((picture) => seen.push(picture));
		camera.onFrame(({ sequence }) => numbers.push(sequence));
		const raw = Array.from({ length: 6 }, (_, k) => planarFrame(128, 96, k * 33_333, white));
		for (const [k, frame] of raw.entries()) {
			if (k === 2) await camera.start();
			if (k === 4) await camera.stop();
			await feed(frame, k * 33 + 4);
		}
		expect(seen).toHaveLength(6);
		expect(numbers).toEqual([0, 1]);
		expect(raw.every((frame) => frame.closed())).toBe(true);
	});

	it('is lost, once, when the device ends, and not when it is closed', async () => {
		const reasons: string[] = [];
		const gone = handFedCamera();
		gone.camera.onLost((reason) => reasons.push(reason));
		await gone.camera.start();
		await gone.end();
		expect(reasons).toEqual(['camera_lost']);

		const closed = handFedCamera();
		closed.camera.onLost((reason) => reasons.push(reason));
		await closed.camera.close();
		expect(reasons).toHaveLength(1);
	});

	it('goes on after a picture that cannot be read, and counts it', async () => {
		const { camera, feed } = handFedCamera();
		const frames: I420Frame[] = [];
		camera.onFrame((frame) => frames.push(frame));
		await camera.start();
		const torn = planarFrame(128, 96, 0, white);
		torn.close();
		await feed(torn, 1);
		await feed(planarFrame(128, 96, 33_333, white), 34);
		expect([frames.length, camera.unread]).toEqual([1, 1]);
	});

	it('is marked as staying here only when asked to', () => {
		expect(handFedCamera({ localOnly: true }).camera.info.localOnly).toBe(true);
		expect(handFedCamera().camera.info).not.toHaveProperty('localOnly');
	});
});
