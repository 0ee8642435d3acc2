// What the next episode is, before its first row: the arm, its cameras, the task.

import { SO101, type CameraInfo } from '$lib/contracts';
import type { StartRecording } from '../hosts/api';

export const CAMERA_NAMES = ['top', 'wrist'] as const;
export const CAMERA_SIZE = { width: 320, height: 240 } as const;

export function describeEpisode(
	datasetId: string,
	task: string,
	fps: number,
	arm: { readonly simulated: boolean; readonly cameras: readonly CameraInfo[] }
): StartRecording {
	return {
		datasetId,
		task: task.trim(),
		fps,
		simulated: arm.simulated,
		robotType: SO101.robotType,
		arms: [{ armId: 'follower', role: 'follower' }],
		jointNames: SO101.joints.map((joint) => `${joint.name}.pos`),
		cameras: arm.cameras
	};
}

export function renderedCameras(fps: number): CameraInfo[] {
	return CAMERA_NAMES.map((name) => ({ name, ...CAMERA_SIZE, fps, kind: 'rendered', deviceId: '' }));
}
