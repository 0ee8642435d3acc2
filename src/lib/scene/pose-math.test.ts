import { describe, expect, it } from 'vitest';
import { bodyFrame, cameraView, focalPixels, lookAt, projectPoint } from './pose-math';

const identityPoses = Float64Array.of(0, 0, 0, 1, 0, 0, 0, 0.1, 0.2, 0.3, Math.SQRT1_2, 0, 0, Math.SQRT1_2);

describe('pinhole cameras', () => {
	it('projects by hand: one metre above the table, looking down, 90 degrees', () => {
		// fovy 90 over 240 rows: focal 120. Camera unturned looks along -z; x right, y up in the picture.
		const camera = {
			name: 'c',
			body: 'world',
			positionM: [0, 0, 1] as const,
			quat: [1, 0, 0, 0] as const,
			fovyDegrees: 90
		};
		const view = cameraView(camera, 0, identityPoses);
		expect(focalPixels(90, 240)).toBeCloseTo(120, 9);
		const { x, y, depthM } = projectPoint(view, [0.5, 0.25, 0], 320, 240);
		expect(x).toBeCloseTo(160 + 60, 9);
		expect(y).toBeCloseTo(120 - 30, 9);
		expect(depthM).toBeCloseTo(1, 9);
		// Half a metre up, the same point lies twice as far from the middle.
		expect(projectPoint(view, [0.5, 0.25, 0.5], 320, 240).x).toBeCloseTo(160 + 120, 9);
	});

	it('rides on its body', () => {
		// The body stands at (0.1, 0.2, 0.3), turned by +90 degrees about z: the camera's offset x becomes world y.
		const camera = {
			name: 'c',
			body: 'b',
			positionM: [0.05, 0, 0] as const,
			quat: [1, 0, 0, 0] as const,
			fovyDegrees: 60
		};
		const view = cameraView(camera, 1, identityPoses);
		expect([...view.position].map((v) => +v.toFixed(9))).toEqual([0.1, 0.25, 0.3]);
		// World -x is "up" (+y) for it.
		expect(projectPoint(view, [0, 0.25, 0], 320, 240).y).toBeLessThan(120);
	});

	it('looks at its target with the horizon level', () => {
		const view = { position: Float64Array.of(0.5, -0.4, 0.6), fovyDegrees: 40 };
		const rotation = lookAt([0.5, -0.4, 0.6], [0.1, 0, 0]);
		const centre = projectPoint({ ...view, rotation }, [0.1, 0, 0], 200, 100);
		expect(centre.x).toBeCloseTo(100, 9);
		expect(centre.y).toBeCloseTo(50, 9);
		expect(rotation[6]).toBeCloseTo(0, 12);
	});

	it('has a picture when it looks straight down', () => {
		const rotation = lookAt([0, 0, 1], [0, 0, 0]);
		expect([...rotation].every(Number.isFinite)).toBe(true);
	});

	it('refuses a pose array that is too short instead of inventing a pose', () => {
		expect(() => bodyFrame(new Float64Array(7), 1)).toThrow(RangeError);
	});
});
