// What a policy sees, made the way the lab makes it: the virtual cameras draw at 320x240, the picture goes to planes and
// through the one `frameToTensor`. Knows poses and sizes; knows no policy. Not through the video codec: docs/policies.md.

import { frameToBytes, frameToTensor, rgbaToI420, type I420Planes, type TensorSize } from '$lib/camera';
import { PICK_PLACE_SCENE } from '$lib/sim/so101-model';
import { createCameraRenderer } from '$lib/scene/camera-renderer';

const RECORDED = { width: 320, height: 240 } as const;

export interface Eyes {
	/** Planes of what camera `name` sees; rewritten by the next call for any camera. */
	picture(name: string, poses: Float64Array): I420Planes;
	/** RGB 0..1, channels first. */
	tensor(name: string, poses: Float64Array, size: TensorSize): Float32Array;
	/** The same in bytes. */
	bytes(name: string, poses: Float64Array, size: TensorSize): Uint8Array;
}

/** @param scene another scene than the product's, to measure what a moved camera does */
export function createEyes(cameras: readonly string[], scene = PICK_PLACE_SCENE): Eyes {
	const renderer = createCameraRenderer(scene, RECORDED, cameras);
	const { width, height } = RECORDED;
	const data = new Uint8Array((width * height * 3) / 2);
	const picture = (name: string, poses: Float64Array): I420Planes => {
		rgbaToI420(renderer.render(name, poses).pixels, width, height, { out: data });
		return { width, height, data };
	};
	return {
		picture,
		tensor: (name, poses, size) => frameToTensor(picture(name, poses), size),
		bytes: (name, poses, size) => frameToBytes(picture(name, poses), size)
	};
}
