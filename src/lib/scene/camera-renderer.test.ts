import { describe, expect, it } from 'vitest';
import type { SceneDescription } from '$lib/contracts';
import { createRandom, crc32 } from '$lib/core';
import { armPoses, createPoses, PICK_PLACE_SCENE, setPose } from '$lib/sim/so101-model/scene';
import { createCameraRenderer, type Picture } from './camera-renderer';
import { cameraView, projectPoint } from './pose-math';

const SIZE = { width: 320, height: 240 };
const UPRIGHT = [1, 0, 0, 0];
const CUBE = PICK_PLACE_SCENE.bodies.indexOf('cube');
const TARGET = PICK_PLACE_SCENE.bodies.indexOf('target');

/** Middle and number of the pixels that `is` picks out. */
function blob(picture: Picture, is: (r: number, g: number, b: number) => boolean) {
	let count = 0;
	let x = 0;
	let y = 0;
	for (let i = 0; i < picture.width * picture.height; i++) {
		const [r = 0, g = 0, b = 0] = picture.pixels.subarray(4 * i, 4 * i + 3);
		if (!is(r, g, b)) continue;
		count++;
		x += (i % picture.width) + 0.5;
		y += Math.floor(i / picture.width) + 0.5;
	}
	return { count, x: x / count, y: y / count };
}

const isCube = (r: number, _: number, b: number): boolean => r > 110 && r > 3 * b;
const isTarget = (r: number, _: number, b: number): boolean => b > 110 && b > 2.2 * r;

function posesWith(cube: readonly number[], target: readonly number[], q: readonly number[]): Float64Array {
	const poses = createPoses();
	armPoses(q, poses);
	setPose(poses, CUBE, cube, UPRIGHT);
	setPose(poses, TARGET, target, UPRIGHT);
	return poses;
}

describe('the virtual cameras', () => {
	const renderer = createCameraRenderer(PICK_PLACE_SCENE, SIZE);

	it('top shows cube and target where a pinhole puts them', () => {
		const random = createRandom(7);
		const camera = PICK_PLACE_SCENE.cameras.find((c) => c.name === 'top');
		if (!camera) throw new Error('the scene has no top camera');
		for (let n = 0; n < 10; n++) {
			// The arm looks away to its right; cube and target stand to its left, apart from one another.
			const cube = [random.between(0.17, 0.22), random.between(0.04, 0.1), 0.02] as const;
			const target = [random.between(0.27, 0.3), random.between(0, 0.1), 0] as const;
			const poses = posesWith(cube, target, [1.4, -1.2, 1.2, 0.6, 0, 0]);
			const picture = renderer.render('top', poses);
			const view = cameraView(camera, 0, poses);
			for (const [is, at] of [
				[isCube, cube],
				[isTarget, target]
			] as const) {
				const seen = blob(picture, is);
				const expected = projectPoint(view, at, SIZE.width, SIZE.height);
				expect(seen.count).toBeGreaterThan(300);
				// Perspective shifts the middle of what is seen away from the projected middle by a pixel or two.
				expect(Math.hypot(seen.x - expected.x, seen.y - expected.y)).toBeLessThan(3);
			}
		}
	});

	it('draws the same bytes again, and others when something moved', () => {
		const still = posesWith([0.2, 0.05, 0.02], [0.25, -0.05, 0], [0, 0, 0, 0, 0, 0]);
		const sum = (poses: Float64Array): number =>
			crc32(new Uint8Array(renderer.render('wrist', poses).pixels));
		const first = sum(still);
		expect(sum(still)).toBe(first);
		expect(sum(posesWith([0.2, 0.05, 0.02], [0.25, -0.05, 0], [0.02, 0, 0, 0, 0, 0]))).not.toBe(first);
	});

	it('names what it does not have', () => {
		expect(() => renderer.render('side', createPoses())).toThrow("no camera 'side'");
		expect(() => renderer.render('top', new Float64Array(3))).toThrow(RangeError);
		expect(() => createCameraRenderer(PICK_PLACE_SCENE, SIZE, ['side'])).toThrow(RangeError);
		const broken: SceneDescription = { ...PICK_PLACE_SCENE, bodies: ['world'] };
		expect(() => createCameraRenderer(broken, SIZE)).toThrow(/unknown body/);
	});
});

/** One of each shape, near enough to the camera that one of them is cut by the near plane. */
const STILL_LIFE: SceneDescription = {
	bodies: ['world'],
	primitives: (['box', 'sphere', 'capsule', 'cylinder'] as const).map((shape, i) => ({
		name: shape,
		body: 'world',
		shape,
		sizeM: [0.04, 0.06, 0.05],
		positionM: [0.1 * i - 0.15, 0.02 * i, i === 3 ? 0.44 : 0.05],
		quat: [0.9, 0.1 * i, 0.3, 0.2],
		rgba: [0.2 * i, 0.8 - 0.2 * i, 0.5, i === 1 ? 0.5 : 1],
		contact: 'none'
	})),
	cameras: [{ name: 'eye', body: 'world', positionM: [0.1, 0.05, 0.5], quat: [1, 0, 0, 0], fovyDegrees: 60 }]
};

it('draws the bytes it always drew', () => {
	// A changed sum means that recordings made before and after look different: then say so in the changelog.
	const picture = createCameraRenderer(STILL_LIFE, { width: 64, height: 48 }).render(
		'eye',
		Float64Array.of(0, 0, 0, 1, 0, 0, 0)
	);
	expect(crc32(new Uint8Array(picture.pixels)).toString(16)).toMatchInlineSnapshot(`"fa5d4c34"`);
});
