// One recording of pattern cameras and a moving arm, on any clock: what the recording benches repeat.

import { createPatternCamera } from '$lib/camera';
import { SO101, type Camera, type CameraInfo, type I420Frame, type RecordTick } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import type { EpisodeRecorder, NewEpisode } from '$lib/recorder';

export const FPS = 30;
export const CAMERA_NAMES = ['front', 'wrist'];

export interface PictureSize {
	readonly width: number;
	readonly height: number;
}

export function patternEpisode({ width, height }: PictureSize, task = 'Pick up the cube'): NewEpisode {
	return {
		datasetId: 'bench',
		task,
		fps: FPS,
		robotType: SO101.robotType,
		simulated: true,
		arms: [{ armId: 'follower', role: 'follower' }],
		jointNames: SO101.joints.map((joint) => `${joint.name}.pos`),
		cameras: CAMERA_NAMES.map((name): CameraInfo => ({
			name,
			width,
			height,
			fps: FPS,
			kind: 'pattern',
			deviceId: ''
		}))
	};
}

export function createPatternCameras(size: PictureSize, scheduler: Scheduler): Camera[] {
	return CAMERA_NAMES.map((name) => createPatternCamera({ name, ...size, fps: FPS, scheduler }));
}

/** Joint values of row `index`: state, and the action half a degree ahead of it. */
export function patternRow(index: number, tMs: number): RecordTick {
	const state = new Float32Array(SO101.joints.length);
	for (let j = 0; j < state.length; j++) state[j] = 20 * Math.sin(index / 20 + j) + (j === 5 ? 50 : 0);
	return { index, tMs, read: true, state, action: state.map((value) => value + 0.5) };
}

/** Feeds `recorder` from the cameras and with rows at 30 a second of `scheduler`; `stop` ends both. */
export function feed(recorder: EpisodeRecorder, size: PictureSize, scheduler: Scheduler): { stop(): void } {
	const cameras = createPatternCameras(size, scheduler);
	cameras.forEach((camera, k) => camera.onFrame((picture: I420Frame) => recorder.frame(k, picture)));
	const startMs = scheduler.now() + 1000 / FPS;
	let index = 0;
	let open = true;
	const tick = (): void => {
		if (!open) return;
		recorder.tick(patternRow(index, startMs + (index * 1000) / FPS));
		index += 1;
		scheduler.at(startMs + (index * 1000) / FPS, tick);
	};
	for (const camera of cameras) void camera.start();
	scheduler.at(startMs, tick);
	return {
		stop() {
			open = false;
			for (const camera of cameras) void camera.stop();
		}
	};
}
