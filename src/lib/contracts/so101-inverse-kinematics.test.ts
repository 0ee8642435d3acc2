import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SO101_CHAIN } from './so101-kinematics';
import { fk, frameNamed, frameSpeed, solveIk } from '$lib/core';

const frame = frameNamed(SO101_CHAIN, 'gripper_frame');
const SEED = [0, -0.3, 0.3, 1.2, 0, 0];
const down = { axis: [1, 0, 0], direction: [0, 0, -1], weightM: 0.02 } as const;

describe('inverse kinematics', () => {
	it('finds its way back to any point that a pose inside the range reaches', () => {
		const angles = fc.tuple(
			...SO101_CHAIN.joints.map((j) => fc.double({ min: 0.8 * j.minRad, max: 0.8 * j.maxRad, noNaN: true }))
		);
		fc.assert(
			fc.property(
				angles,
				fc.array(fc.double({ min: -0.15, max: 0.15, noNaN: true }), { minLength: 6, maxLength: 6 }),
				(q, off) => {
					const { position } = fk(SO101_CHAIN, q, 'gripper_frame');
					const [x = NaN, y = NaN, z = NaN] = position;
					const seed = q.map((v, i) => v + (off[i] ?? 0));
					const solution = solveIk(SO101_CHAIN, { frame, positionM: [x, y, z] }, seed, {
						maxIterations: 100
					});
					expect(solution.positionErrorM).toBeLessThan(1e-3);
					solution.q.forEach((v, i) => {
						expect(v).toBeGreaterThanOrEqual(Math.min(SO101_CHAIN.joints[i]?.minRad ?? NaN, seed[i] ?? NaN));
						expect(v).toBeLessThanOrEqual(Math.max(SO101_CHAIN.joints[i]?.maxRad ?? NaN, seed[i] ?? NaN));
					});
				}
			),
			{ seed: 7, numRuns: 200 }
		);
	});

	it('points the gripper straight down over the whole table area of the pick-and-place task', () => {
		for (let x = 0.15; x <= 0.301; x += 0.03)
			for (let y = -0.1; y <= 0.101; y += 0.04) {
				const solution = solveIk(SO101_CHAIN, { frame, positionM: [x, y, 0.03], axes: [down] }, SEED, {
					locked: [5]
				});
				expect(solution.positionErrorM, `${x} ${y}`).toBeLessThan(1e-3);
				expect(solution.axisErrorRad, `${x} ${y}`).toBeLessThan(0.05);
				expect(solution.q[5]).toBe(SEED[5]);
			}
	});

	it('comes as close as it can to a point out of reach and says that it did not arrive', () => {
		const solution = solveIk(SO101_CHAIN, { frame, positionM: [2, 0, 0.2] }, SEED);
		expect(solution.converged).toBe(false);
		expect(solution.q.every(Number.isFinite)).toBe(true);
		expect(fk(SO101_CHAIN, solution.q, 'gripper_frame').position[0]).toBeGreaterThan(0.35);
	});
});

describe('frame speed', () => {
	it('is the length of the finite difference of the position', () => {
		const q = [0.3, -0.5, 0.6, 0.4, 0.2, 0.1];
		const qd = [0.4, -0.2, 0.3, 0.5, 1, 2];
		const h = 1e-6;
		const a = fk(SO101_CHAIN, q, 'gripper_frame').position;
		const b = fk(
			SO101_CHAIN,
			q.map((v, i) => v + h * (qd[i] ?? NaN)),
			'gripper_frame'
		).position;
		const numeric = Math.hypot(...[0, 1, 2].map((k) => ((b[k] ?? NaN) - (a[k] ?? NaN)) / h));
		expect(frameSpeed(SO101_CHAIN, q, qd, frame)).toBeCloseTo(numeric, 4);
	});
});
