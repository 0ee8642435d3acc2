/**
 * Rotations, pose arrays and pinhole cameras as plain numbers. Knows frames only; no scene, no renderer.
 *
 * Conventions: metres, z up, quaternions (w, x, y, z), matrices row-major. A pose array holds POSE_STRIDE numbers per
 * body: x, y, z, then the quaternion. A camera looks along its own -z with +y up in the picture.
 */
import { POSE_STRIDE, type SceneCamera } from '$lib/contracts';
import { rotationFromQuat, type Quat, type Vec3 } from '$lib/core';

export { rotationFromQuat };

/** Rotation (9 numbers) and translation (3) of one frame in the world. */
export interface Frame {
	readonly rotation: Float64Array;
	readonly position: Float64Array;
}

/** A camera in the world: where it is, how it is turned, how wide it looks. */
export interface ViewCamera extends Frame {
	readonly fovyDegrees: number;
}

/** Frame of body `index` in a pose array. Throws a RangeError when the array is too short: never an invented pose. */
export function bodyFrame(poses: Float64Array, index: number): Frame {
	const first = index * POSE_STRIDE;
	if (poses.length < first + POSE_STRIDE) throw new RangeError(`no pose for body ${index}`);
	return {
		position: poses.slice(first, first + 3),
		rotation: rotationFromQuat(poses.subarray(first + 3, first + POSE_STRIDE))
	};
}

/** a * b for rotations. */
export function multiplyRotations(a: Float64Array, b: Float64Array): Float64Array {
	const out = new Float64Array(9);
	for (let row = 0; row < 3; row++)
		for (let column = 0; column < 3; column++)
			for (let k = 0; k < 3; k++)
				out[3 * row + column] =
					(out[3 * row + column] ?? 0) + (a[3 * row + k] ?? 0) * (b[3 * k + column] ?? 0);
	return out;
}

/** rotation * vector. */
export function rotate(rotation: Float64Array, vector: ArrayLike<number>): Float64Array {
	const out = new Float64Array(3);
	for (let row = 0; row < 3; row++)
		for (let k = 0; k < 3; k++) out[row] = (out[row] ?? 0) + (rotation[3 * row + k] ?? 0) * (vector[k] ?? 0);
	return out;
}

/** Rotation transposed, which undoes it. */
export function transposed(rotation: Float64Array): Float64Array {
	const out = new Float64Array(9);
	for (let row = 0; row < 3; row++)
		for (let column = 0; column < 3; column++) out[3 * row + column] = rotation[3 * column + row] ?? 0;
	return out;
}

/** Frame of something fixed to `parent` at `positionM`, turned by `quat`. */
export function attachedFrame(parent: Frame, positionM: Vec3, quat: Quat): Frame {
	const offset = rotate(parent.rotation, positionM);
	return {
		position: offset.map((value, i) => value + (parent.position[i] ?? 0)),
		rotation: multiplyRotations(parent.rotation, rotationFromQuat(quat))
	};
}

/** A scene's camera in the world, at the given poses. */
export function cameraView(camera: SceneCamera, bodyIndex: number, poses: Float64Array): ViewCamera {
	const frame = attachedFrame(bodyFrame(poses, bodyIndex), camera.positionM, camera.quat);
	return { ...frame, fovyDegrees: camera.fovyDegrees };
}

/** Rotation of a camera at `eye` that looks at `target` with the world's z up. */
export function lookAt(eye: Vec3, target: Vec3): Float64Array {
	const back = normalized([eye[0] - target[0], eye[1] - target[1], eye[2] - target[2]]);
	// Looking straight down has no "up" in the picture: the world's x takes its place.
	const up: Vec3 = Math.abs(back[2]) > 0.9999 ? [1, 0, 0] : [0, 0, 1];
	const right = normalized(cross(up, back));
	const top = cross(back, right);
	return Float64Array.of(right[0], top[0], back[0], right[1], top[1], back[1], right[2], top[2], back[2]);
}

/** Pixel (x right, y down, centres at .5) of a world point, and its distance along the view, metres. */
export function projectPoint(
	view: ViewCamera,
	point: Vec3,
	width: number,
	height: number
): { readonly x: number; readonly y: number; readonly depthM: number } {
	const relative = point.map((value, i) => value - (view.position[i] ?? 0));
	const [x = 0, y = 0, z = 0] = rotate(transposed(view.rotation), relative);
	const focal = focalPixels(view.fovyDegrees, height);
	return { x: width / 2 - (focal * x) / z, y: height / 2 + (focal * y) / z, depthM: -z };
}

/** Focal length in pixels of a pinhole camera with square pixels. */
export function focalPixels(fovyDegrees: number, height: number): number {
	return height / 2 / Math.tan((fovyDegrees * Math.PI) / 360);
}

function cross(a: Vec3, b: Vec3): Vec3 {
	return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function normalized(v: Vec3): Vec3 {
	const length = Math.hypot(v[0], v[1], v[2]);
	return [v[0] / length, v[1] / length, v[2] / length];
}
