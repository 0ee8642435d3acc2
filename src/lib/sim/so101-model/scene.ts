/**
 * The pick-and-place table: the arm's primitives, a table, a cube, a target disc and two cameras, as one description
 * that physics, the 3-D view and the virtual cameras share. Also the poses of the arm's bodies from joint angles alone,
 * for views that run without physics.
 */
import type { SceneCamera, SceneDescription, ScenePrimitive } from '$lib/contracts';
import { POSE_STRIDE, SO101_CHAIN } from '$lib/contracts';
import type { Quat, Vec3 } from '$lib/core';
import { forwardKinematics } from '$lib/core';
import { ARM_PRIMITIVES } from './primitives';

export const CUBE_HALF_M = 0.02;
export const TARGET_RADIUS_M = 0.03;

/** Order of bodies in pose arrays. Links stand at index 2 + joint index. */
export const SCENE_BODIES = [
	'world',
	'base',
	...SO101_CHAIN.joints.map((joint) => joint.link),
	'cube',
	'target'
] as const;

export const CUBE_BODY_INDEX = SCENE_BODIES.length - 2;
export const TARGET_BODY_INDEX = SCENE_BODIES.length - 1;

const UPRIGHT: Quat = [1, 0, 0, 0];

const TABLE_THICKNESS_M = 0.01;

const SCENERY: readonly ScenePrimitive[] = [
	{
		name: 'table',
		body: 'world',
		shape: 'box',
		sizeM: [0.36, 0.36, TABLE_THICKNESS_M],
		positionM: [0.16, 0, -TABLE_THICKNESS_M],
		quat: UPRIGHT,
		rgba: [0.8, 0.78, 0.74, 1],
		contact: 'solid'
	},
	{
		name: 'cube',
		body: 'cube',
		shape: 'box',
		sizeM: [CUBE_HALF_M, CUBE_HALF_M, CUBE_HALF_M],
		positionM: [0, 0, 0],
		quat: UPRIGHT,
		// Orange on blue is told apart with every kind of colour vision, and neither colour is on the arm.
		rgba: [0.96, 0.42, 0.05, 1],
		contact: 'solid'
	},
	{
		name: 'target',
		body: 'target',
		shape: 'cylinder',
		sizeM: [TARGET_RADIUS_M, 0.0005],
		positionM: [0, 0, 0.0005],
		quat: UPRIGHT,
		rgba: [0.08, 0.4, 0.92, 1],
		contact: 'none'
	}
];

/** Quaternion of a camera at `from` that looks at `to`, the picture's up side towards `up`. */
export function lookAt(from: Vec3, to: Vec3, up: Vec3): Quat {
	const z = unit([from[0] - to[0], from[1] - to[1], from[2] - to[2]]);
	const x = unit(cross(up, z));
	const y = cross(z, x);
	return quatFromColumns(x, y, z);
}

const cross = (a: Vec3, b: Vec3): Vec3 => [
	a[1] * b[2] - a[2] * b[1],
	a[2] * b[0] - a[0] * b[2],
	a[0] * b[1] - a[1] * b[0]
];

function unit(v: Vec3): Vec3 {
	const n = Math.hypot(...v);
	return [v[0] / n, v[1] / n, v[2] / n];
}

/** Quaternion of the rotation whose matrix has these columns (stable for every rotation: largest part first). */
function quatFromColumns(x: Vec3, y: Vec3, z: Vec3): Quat {
	const candidates = [
		1 + x[0] + y[1] + z[2],
		1 + x[0] - y[1] - z[2],
		1 - x[0] + y[1] - z[2],
		1 - x[0] - y[1] + z[2]
	];
	const largest = candidates.indexOf(Math.max(...candidates));
	const s = Math.sqrt(candidates[largest] ?? 1) / 2;
	const k = 1 / (4 * s);
	const [a, b, c] = [(y[2] - z[1]) * k, (z[0] - x[2]) * k, (x[1] - y[0]) * k];
	const [d, e, f] = [(y[0] + x[1]) * k, (z[0] + x[2]) * k, (z[1] + y[2]) * k];
	if (largest === 0) return [s, a, b, c];
	if (largest === 1) return [a, s, d, e];
	if (largest === 2) return [b, d, s, f];
	return [c, e, f, s];
}

/** `top` looks down and back at the arm from in front of it; `wrist` sits on the gripper and sees both jaws. */
export const CAMERAS: readonly SceneCamera[] = [
	{
		name: 'top',
		body: 'world',
		positionM: [0.5, 0, 0.42],
		quat: lookAt([0.5, 0, 0.42], [0.19, 0, 0], [0, 0, 1]),
		fovyDegrees: 42
	},
	{
		name: 'wrist',
		body: 'gripper',
		positionM: [0.005, 0.075, -0.015],
		quat: [Math.cos(-0.31), Math.sin(-0.31), 0, 0],
		fovyDegrees: 75
	}
];

/** Every primitive of the scene: the one list that is simulated and drawn. */
export function sceneGeometry(): readonly ScenePrimitive[] {
	return [...SCENERY, ...ARM_PRIMITIVES];
}

export const PICK_PLACE_SCENE: SceneDescription = {
	bodies: SCENE_BODIES,
	primitives: sceneGeometry(),
	cameras: CAMERAS
};

/** An array of poses with every body at the origin, unturned. */
export function createPoses(): Float64Array {
	const poses = new Float64Array(POSE_STRIDE * SCENE_BODIES.length);
	for (let b = 0; b < SCENE_BODIES.length; b++) poses[POSE_STRIDE * b + 3] = 1;
	return poses;
}

/** Writes one body's pose. */
export function setPose(
	poses: Float64Array,
	body: number,
	position: ArrayLike<number>,
	quat: ArrayLike<number>
): void {
	for (let k = 0; k < 3; k++) poses[POSE_STRIDE * body + k] = position[k] ?? Number.NaN;
	for (let k = 0; k < 4; k++) poses[POSE_STRIDE * body + 3 + k] = quat[k] ?? Number.NaN;
}

/** Poses of the arm's bodies at joint angles `q` (rad, one per joint), by kinematics alone; cube and target stay. */
export function armPoses(q: ArrayLike<number>, poses: Float64Array): void {
	const { positions, rotations } = forwardKinematics(SO101_CHAIN, q);
	SO101_CHAIN.joints.forEach((_, i) => {
		const r = rotations.subarray(9 * i, 9 * i + 9);
		const column = (c: number): Vec3 => [r[c] ?? NaN, r[3 + c] ?? NaN, r[6 + c] ?? NaN];
		setPose(poses, 2 + i, positions.subarray(3 * i), quatFromColumns(column(0), column(1), column(2)));
	});
}
