// The pattern camera on virtual time, for the contract.

import { createVirtualScheduler } from '$lib/core';
import type { CameraHarness } from '../camera.contract';
import { createPatternCamera } from '../pattern-camera';

export function patternCameraHarness(): CameraHarness {
	const scheduler = createVirtualScheduler(1000);
	const camera = createPatternCamera({ name: 'top', width: 64, height: 48, fps: 30, scheduler });
	return {
		camera,
		advance(ms) {
			scheduler.advanceTo(scheduler.now() + ms);
			return Promise.resolve();
		}
	};
}
