import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POSE_STRIDE, SO101_CHAIN } from '$lib/contracts';
import { armPoses, createPoses, PICK_PLACE_SCENE } from '$lib/sim/so101-model/scene';
import { ghostStyle, solidStyle } from './fallback-view';
import { eyeOf, orbitByKey, orbitBy, orbitCamera, START_ORBIT, zoomBy, type Orbit } from './orbit';
import { projectPoint } from './pose-math';
import { LIGHT_THEME, parseComputedColour } from './scene-theme';
import { createSoftwareScene } from './software-renderer';
import { gridLines, shadowFrame, SHADOW_HEIGHT_M, tableTopOf } from './table-top';
import { clearPicture, createPicture, packColour } from './triangle-raster';
import { bodyDiffers, jointOfPrimitive, type ViewFrame } from './view-backend';

const view = {
	description: PICK_PLACE_SCENE,
	jointBodies: SO101_CHAIN.joints.map((joint) => joint.link)
};

function posesAt(...q: number[]): Float64Array {
	const poses = createPoses();
	armPoses(q, poses);
	return poses;
}

const frameOf = (change: Partial<ViewFrame> = {}): ViewFrame => ({
	poses: posesAt(0, 0, 0, 0, 0, 0),
	goalPoses: null,
	highlightBody: null,
	orbit: START_ORBIT,
	...change
});

describe('the way round the arm', () => {
	it('keeps the target in the middle and the eye above the table, whatever is done', () => {
		const step = fc.oneof(
			fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true })),
			fc.double({ min: 0.01, max: 100, noNaN: true })
		);
		fc.assert(
			fc.property(fc.array(step), fc.double({ min: 0.3, max: 4, noNaN: true }), (steps, aspect) => {
				const end = steps.reduce<Orbit>(
					(orbit, s) => (typeof s === 'number' ? zoomBy(orbit, s) : orbitBy(orbit, ...s)),
					START_ORBIT
				);
				expect(eyeOf(end, aspect)[2]).toBeGreaterThan(end.target[2]);
				const middle = projectPoint(orbitCamera(end, aspect), end.target, 200, 100);
				expect(middle.x).toBeCloseTo(100, 6);
				expect(middle.y).toBeCloseTo(50, 6);
				expect(middle.depthM).toBeGreaterThan(0.15);
			})
		);
	});

	it('is turned by keys, further with Shift, and left alone by others', () => {
		const right = orbitByKey(START_ORBIT, 'ArrowRight', false);
		const far = orbitByKey(START_ORBIT, 'ArrowRight', true);
		expect(right?.azimuth).toBeGreaterThan(START_ORBIT.azimuth);
		expect(far?.azimuth).toBeGreaterThan(right?.azimuth ?? Infinity);
		expect(orbitByKey(START_ORBIT, '+', false)?.distance).toBeLessThan(START_ORBIT.distance);
		const away = orbitBy(START_ORBIT, 2, 1);
		expect(orbitByKey(away, 'Home', false)).toEqual(START_ORBIT);
		for (const key of ['Tab', ' ', 'Escape', 'w', 'Enter'])
			expect(orbitByKey(START_ORBIT, key, false)).toBeNull();
	});

	it('steps back in a narrow picture, so that the same width is in view', () => {
		const width = (aspect: number): number => {
			const height = 100;
			const camera = orbitCamera({ ...START_ORBIT, azimuth: 0 }, aspect);
			const at = (y: number): number =>
				projectPoint(camera, [START_ORBIT.target[0], y, START_ORBIT.target[2]], aspect * height, height).x;
			return (at(0.1) - at(-0.1)) / (aspect * height);
		};
		expect(width(0.5)).toBeCloseTo(width(1), 6);
	});
});

describe('goal and highlight', () => {
	it('counts a body as differing beyond a few millimetres or degrees', () => {
		const here = Float64Array.of(0, 0, 0, 1, 0, 0, 0);
		expect(bodyDiffers(here, Float64Array.of(0.003, 0, 0, 1, 0, 0, 0), 0, POSE_STRIDE)).toBe(false);
		expect(bodyDiffers(here, Float64Array.of(0.005, 0, 0, 1, 0, 0, 0), 0, POSE_STRIDE)).toBe(true);
		const turn = (rad: number) => Float64Array.of(0, 0, 0, Math.cos(rad / 2), 0, Math.sin(rad / 2), 0);
		expect(bodyDiffers(here, turn(0.03), 0, POSE_STRIDE)).toBe(false);
		expect(bodyDiffers(here, turn(0.04), 0, POSE_STRIDE)).toBe(true);
		// The same turn written with the opposite sign, and a goal nobody knows.
		expect(bodyDiffers(here, Float64Array.of(0, 0, 0, -1, 0, 0, 0), 0, POSE_STRIDE)).toBe(false);
		expect(bodyDiffers(here, Float64Array.of(NaN, 0, 0, 1, 0, 0, 0), 0, POSE_STRIDE)).toBe(false);
	});

	it('shows a ghost of those links only that are to move', () => {
		const goalPoses = posesAt(0, 0, 0, 0.5, 0, 0);
		const style = ghostStyle(view, LIGHT_THEME, frameOf({ goalPoses }));
		const bodies = new Set(PICK_PLACE_SCENE.primitives.filter((p) => style(p)).map((p) => p.body));
		expect([...bodies].sort()).toEqual(['gripper', 'moving_jaw', 'wrist']);
	});

	it('gives every joint a visible part in its own colour', () => {
		const joints = PICK_PLACE_SCENE.primitives.map((p) => jointOfPrimitive(p.name, p.body, view.jointBodies));
		expect(new Set(joints.filter((joint) => joint >= 0)).size).toBe(6);
	});

	it('tints the highlighted link and nothing else', () => {
		const plain = solidStyle(view, LIGHT_THEME, frameOf());
		const lit = solidStyle(view, LIGHT_THEME, frameOf({ highlightBody: 'lower_arm' }));
		for (const primitive of PICK_PLACE_SCENE.primitives) {
			const isAxle = jointOfPrimitive(primitive.name, primitive.body, view.jointBodies) >= 0;
			const same = JSON.stringify(plain(primitive)) === JSON.stringify(lit(primitive));
			expect(same, primitive.name).toBe(primitive.body !== 'lower_arm' || isAxle);
		}
	});
});

describe('the table', () => {
	const table = tableTopOf(PICK_PLACE_SCENE.primitives);

	it('has a line every five centimetres, through the origin, within its edges', () => {
		if (!table) throw new Error('the scene has no table');
		const lines = gridLines(table);
		expect(lines.some(({ from, to }) => from[0] === 0 && to[0] === 0)).toBe(true);
		for (const { from, to } of lines)
			for (const [x, y] of [from, to]) {
				expect(x).toBeGreaterThanOrEqual(table.minX);
				expect(x).toBeLessThanOrEqual(table.maxX);
				expect(y).toBeGreaterThanOrEqual(table.minY);
				expect(y).toBeLessThanOrEqual(table.maxY);
			}
	});

	it('takes a shadow flat, and straight below what touches it', () => {
		const frame = {
			position: Float64Array.of(0.2, 0.1, 0.3),
			rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)
		};
		const flat = shadowFrame(frame);
		expect(flat.position[2]).toBe(SHADOW_HEIGHT_M);
		expect([...flat.rotation.subarray(6, 9)].every((value) => value === 0)).toBe(true);
		const low = shadowFrame({ ...frame, position: Float64Array.of(0.2, 0.1, 0) });
		expect([low.position[0], low.position[1]]).toEqual([0.2, 0.1]);
	});

	it('is darkened once per pixel, however many parts stand in the light', () => {
		const picture = createPicture(60, 40);
		clearPicture(picture, packColour(200, 200, 200));
		const scene = createSoftwareScene(PICK_PLACE_SCENE);
		scene.drawShadows(picture, orbitCamera(START_ORBIT, 1.5), posesAt(0, 0, 0, 0, 0, 0), () => ({
			fill: 'shadow',
			alpha: 0.5
		}));
		const levels = new Set(picture.pixels.filter((_, i) => i % 4 === 0));
		expect([...levels].sort()).toEqual([100, 200]);
	});
});

it('reads colours as browsers write them, and no others', () => {
	expect(parseComputedColour('rgb(255, 0, 51)')).toEqual([1, 0, 0.2]);
	expect(parseComputedColour('rgba(255, 0, 51, 0.5)')).toEqual([1, 0, 0.2]);
	expect(parseComputedColour('color(srgb 0.5 0.25 1)')).toEqual([0.5, 0.25, 1]);
	for (const text of ['', 'red', 'light-dark(#fff, #000)', 'rgb(1, 2)', 'color(srgb x y z)', 'oklch(1 0 0)'])
		expect(parseComputedColour(text)).toBeNull();
});
