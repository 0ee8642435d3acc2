import { describe, expect, it } from 'vitest';
import { solveIk } from './inverse-kinematics';
import type { KinematicChain } from './kinematics';
import { fk, forwardKinematics, frameNamed, frameSpeed, jacobian, rotationFromQuat } from './kinematics';

/** A planar elbow with two links of 0.3 m and 0.2 m: everything about it is known in closed form. */
const ELBOW: KinematicChain = {
	name: 'elbow',
	joints: [0, 1].map((i) => ({
		name: `j${i}`,
		link: `l${i}`,
		parent: i - 1,
		originM: i === 0 ? [0, 0, 0] : [0.3, 0, 0],
		originQuat: [1, 0, 0, 0],
		axis: [0, 0, 1],
		minRad: -3,
		maxRad: 3
	})),
	frames: [
		{ name: 'tip', link: 1, positionM: [0.2, 0, 0], quat: [1, 0, 0, 0] },
		{ name: 'floor', link: -1, positionM: [1, 2, 3], quat: [1, 0, 0, 0] }
	]
};
const tip = frameNamed(ELBOW, 'tip');

describe('kinematics of a planar elbow', () => {
	it('has the textbook tip and Jacobian', () => {
		const q = [0.4, 0.7];
		const { position } = fk(ELBOW, q, 'tip');
		expect(position[0]).toBeCloseTo(0.3 * Math.cos(0.4) + 0.2 * Math.cos(1.1), 12);
		expect(position[1]).toBeCloseTo(0.3 * Math.sin(0.4) + 0.2 * Math.sin(1.1), 12);
		const jac = jacobian(ELBOW, forwardKinematics(ELBOW, q), tip);
		expect(jac[0]).toBeCloseTo(-(position[1] ?? NaN), 12);
		expect(jac[1]).toBeCloseTo(-0.2 * Math.sin(1.1), 12);
		expect(jac[2]).toBeCloseTo(position[0] ?? NaN, 12);
		expect([...jac.subarray(10)]).toEqual([1, 1]);
		expect(frameSpeed(ELBOW, q, [0, 2], tip)).toBeCloseTo(0.4, 12);
	});

	it.each([
		[0, 0, 1],
		[0, 0, -1],
		[1, 0, 0],
		[0, -1, 0],
		[0.6, 0, 0.8],
		[-0.48, 0.6, -0.64]
	] as const)('turns about the axis (%s, %s, %s) as a quaternion does', (x, y, z) => {
		const origin = [0.5, -0.5, 0.5, 0.5] as const;
		const joint = { name: 'j', link: 'l', parent: -1, originM: [0, 0, 0], minRad: -3, maxRad: 3 } as const;
		const chain: KinematicChain = {
			name: 'one',
			joints: [
				{ ...joint, originQuat: origin, axis: [x, y, z] },
				{ ...joint, parent: 0, originQuat: [1, 0, 0, 0], axis: [z, x, y] }
			],
			frames: []
		};
		const times = (a: readonly number[], b: readonly number[]): number[] => {
			const [aw = 0, ax = 0, ay = 0, az = 0] = a;
			const [bw = 0, bx = 0, by = 0, bz = 0] = b;
			return [
				aw * bw - ax * bx - ay * by - az * bz,
				aw * bx + ax * bw + ay * bz - az * by,
				aw * by - ax * bz + ay * bw + az * bx,
				aw * bz + ax * by - ay * bx + az * bw
			];
		};
		const about = (axis: readonly number[], angle: number): number[] => [
			Math.cos(angle / 2),
			...axis.map((part) => part * Math.sin(angle / 2))
		];
		const first = times(origin, about([x, y, z], 0.7));
		const expected = [first, times(first, about([z, x, y], -1.3))].flatMap((quat) => [
			...rotationFromQuat(quat)
		]);
		const { rotations } = forwardKinematics(chain, [0.7, -1.3]);
		expected.forEach((value, k) => expect(rotations[k]).toBeCloseTo(value, 12));
	});

	it('leaves a frame of the base where it is', () => {
		expect([...fk(ELBOW, [1, 1], 'floor').position]).toEqual([1, 2, 3]);
		expect(frameSpeed(ELBOW, [1, 1], [1, 1], frameNamed(ELBOW, 'floor'))).toBe(0);
	});

	it('solves the elbow by the law of cosines', () => {
		const solution = solveIk(ELBOW, { frame: tip, positionM: [0.35, 0.1, 0] }, [0.1, 0.5]);
		const elbow = Math.acos((0.35 ** 2 + 0.1 ** 2 - 0.3 ** 2 - 0.2 ** 2) / (2 * 0.3 * 0.2));
		expect(solution.converged).toBe(true);
		expect(solution.q[1]).toBeCloseTo(elbow, 3);
	});

	it('makes a missing angle visible as NaN, never as zero', () => {
		expect(fk(ELBOW, [0.4], 'tip').position[0]).toBeNaN();
		expect(solveIk(ELBOW, { frame: tip, positionM: [NaN, 0, 0] }, [0, 1]).converged).toBe(false);
	});

	it('refuses a frame that the chain does not have', () => {
		expect(() => frameNamed(ELBOW, 'nose')).toThrow(RangeError);
	});
});
