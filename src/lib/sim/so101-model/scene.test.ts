import { describe, expect, it } from 'vitest';
import type { SceneCamera } from '$lib/contracts';
import { POSE_STRIDE, SO101_CHAIN } from '$lib/contracts';
import { frameNamed, framePose, forwardKinematics, rotationFromQuat, type Vec3 } from '$lib/core';
import { buildMjcf } from './mjcf';
import {
	armPoses,
	CAMERAS,
	createPoses,
	CUBE_HALF_M,
	PICK_PLACE_SCENE,
	SCENE_BODIES,
	sceneGeometry
} from './scene';

/** Where a point appears: (-1, -1) lower left to (1, 1) upper right of a 4:3 picture; null behind the camera. */
function project(camera: SceneCamera, poses: Float64Array, point: Vec3): readonly [number, number] | null {
	const body = POSE_STRIDE * SCENE_BODIES.indexOf(camera.body);
	const toBody = (p: Vec3, origin: ArrayLike<number>, quat: ArrayLike<number>): Vec3 => {
		const r = rotationFromQuat(quat);
		const d = [0, 1, 2].map((k) => (p[k] ?? NaN) - (origin[k] ?? NaN));
		const row = (k: number) => [0, 1, 2].reduce((s, i) => s + (r[3 * i + k] ?? NaN) * (d[i] ?? NaN), 0);
		return [row(0), row(1), row(2)];
	};
	const inBody = toBody(point, poses.subarray(body, body + 3), poses.subarray(body + 3, body + 7));
	const [x, y, z] = toBody(inBody, camera.positionM, camera.quat);
	if (z >= 0) return null;
	const tan = Math.tan((camera.fovyDegrees * Math.PI) / 360);
	return [x / -z / (tan * (4 / 3)), y / -z / tan];
}

const camera = (name: string): SceneCamera => {
	const found = CAMERAS.find((c) => c.name === name);
	if (!found) throw new RangeError(name);
	return found;
};

describe('the scene as data', () => {
	it('names every primitive once and fixes it to a body that exists', () => {
		const names = sceneGeometry().map((p) => p.name);
		expect(new Set(names).size).toBe(names.length);
		for (const p of sceneGeometry()) {
			expect(SCENE_BODIES).toContain(p.body);
			expect(p.sizeM).toHaveLength({ box: 3, sphere: 1, capsule: 2, cylinder: 2 }[p.shape]);
			expect(p.sizeM.every((v) => v > 0)).toBe(true);
			expect(Math.hypot(...p.quat)).toBeCloseTo(1, 9);
		}
	});

	it('puts every primitive into the physics', () => {
		const mjcf = buildMjcf();
		for (const p of PICK_PLACE_SCENE.primitives)
			expect(mjcf).toContain(`<geom name="${p.name}" type="${p.shape}"`);
		expect(mjcf).not.toContain('NaN');
	});
});

describe('what the cameras see', () => {
	const poses = createPoses();

	it('shows the whole start area from above, near side down', () => {
		for (const x of [0.15, 0.3])
			for (const y of [-0.1, 0.1]) {
				const [u = NaN, v = NaN] = project(camera('top'), poses, [x, y, CUBE_HALF_M]) ?? [];
				expect(Math.abs(u)).toBeLessThan(0.95);
				expect(Math.abs(v)).toBeLessThan(0.95);
			}
		const far = project(camera('top'), poses, [0.15, 0, 0])?.[1] ?? NaN;
		const near = project(camera('top'), poses, [0.3, 0, 0])?.[1] ?? NaN;
		expect(near).toBeLessThan(far);
	});

	it('shows from the wrist what lies between the fingers, in every pose', () => {
		for (const q of [
			[0, 0, 0, 0, 0, 0],
			[0.4, -0.6, 0.5, 1.4, 1.5, 1]
		]) {
			armPoses(q, poses);
			const grasp = framePose(forwardKinematics(SO101_CHAIN, q), frameNamed(SO101_CHAIN, 'grasp')).position;
			const [x = NaN, y = NaN, z = NaN] = grasp;
			const [u = NaN, v = NaN] = project(camera('wrist'), poses, [x, y, z]) ?? [];
			expect(Math.abs(u)).toBeLessThan(0.5);
			expect(Math.abs(v)).toBeLessThan(0.5);
		}
	});
});
