import { describe, expect, it } from 'vitest';
import { createRandom, gravityTorques } from '$lib/core';
import { SO101, SO101_CHAIN, SO101_MASSES, so101ToRad } from '$lib/contracts';
import { createArmGeometry, SO101_ARM_MODEL } from './arm-geometry';
import { handPoints } from './testing/tip-speed';

const geometry = createArmGeometry();

function randomPoses(count: number): number[][] {
	const random = createRandom(11);
	return Array.from({ length: count }, () =>
		SO101.joints.map((joint) => random.between(joint.min, joint.max))
	);
}

describe('arm geometry', () => {
	it('has the hand points where a second set of matrices has them', () => {
		const points = new Float64Array(15);
		for (const q of randomPoses(200)) {
			geometry.solve(q);
			geometry.points(points);
			handPoints(q).forEach((value, i) => {
				expect(points[i]).toBeCloseTo(value, 9);
			});
		}
	});

	it('closes the jaw on the tip of the fixed finger', () => {
		const points = new Float64Array(15);
		geometry.solve([10, 20, -30, 40, 50, 0]);
		geometry.points(points);
		const gap = [9, 10, 11].map((k) => (points[k] ?? NaN) - (points[k + 3] ?? NaN));
		expect(Math.hypot(...gap)).toBeLessThan(0.001);
	});

	it('carries the weight that the Jacobians say, with and without a load', () => {
		const own = new Float64Array(6);
		const load = new Float64Array(6);
		const tip = SO101_ARM_MODEL.points[SO101_ARM_MODEL.tip];
		if (!tip) throw new Error('no tip');
		for (const q of randomPoses(100)) {
			geometry.solve(q);
			geometry.ownWeight(own);
			geometry.tipWeight(0.05, load);
			const rad = so101ToRad(q);
			gravityTorques(SO101_CHAIN, SO101_MASSES, rad).forEach((value, j) =>
				expect(own[j]).toBeCloseTo(value, 9)
			);
			const held = [{ link: tip.link, massKg: 0.05, comM: tip.positionM }];
			gravityTorques(SO101_CHAIN, held, rad).forEach((value, j) => expect(load[j]).toBeCloseTo(value, 9));
		}
	});

	it('answers NaN for a joint that is missing', () => {
		const points = new Float64Array(15);
		geometry.solve([0, 0, 0]);
		geometry.points(points);
		expect(points[9]).toBeNaN();
	});
});
