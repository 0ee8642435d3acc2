import { describe, expect, it } from 'vitest';
import { createRandom, gravityTorques } from '$lib/core';
import { SO101_CHAIN, SO101_MASSES } from '$lib/contracts';
import { createLevel0Plant } from './level0-plant';
import { createSo101Plant, so101Gravity, so101Mechanics } from './so101-mechanics';

describe('gravity of level 0', () => {
	it('is the opposite of the holding torque, in every pose', () => {
		const random = createRandom(5);
		const gravity = so101Gravity({ payloadKg: 0 });
		const out = new Float64Array(6);
		for (let n = 0; n < 200; n++) {
			const q = Float64Array.from(SO101_CHAIN.joints, (joint) => random.between(joint.minRad, joint.maxRad));
			gravity(q, out);
			const hold = gravityTorques(SO101_CHAIN, SO101_MASSES, q);
			out.forEach((torque, j) => expect(torque).toBeCloseTo(-(hold[j] ?? Number.NaN), 9));
		}
	});
});

describe('level 0 mechanics', () => {
	const still = (gravity: number) => (_q: Float64Array, out: Float64Array) => void out.fill(gravity);
	const joints = so101Mechanics().slice(0, 1);

	it('dry friction holds a joint until the torque is larger than stiction', () => {
		const plant = createLevel0Plant({ joints, gravity: still(0) });
		for (let n = 0; n < 1000; n++) plant.step(0.001, Float64Array.of(0.059));
		expect(plant.q[0]).toBe(0);
		for (let n = 0; n < 1000; n++) plant.step(0.001, Float64Array.of(0.061));
		expect(plant.q[0]).toBeGreaterThan(0);
	});

	it('a moving joint without torque comes to rest and stays there', () => {
		const plant = createLevel0Plant({ joints, gravity: still(0) });
		plant.qd[0] = 1;
		for (let n = 0; n < 3000; n++) plant.step(0.001, Float64Array.of(0));
		expect(plant.qd[0]).toBe(0);
		const rest = plant.q[0];
		plant.step(1, Float64Array.of(0));
		expect(plant.q[0]).toBe(rest);
	});

	it('end stops hold against any torque', () => {
		const plant = createSo101Plant();
		plant.step(3, new Float64Array(6).fill(5));
		SO101_CHAIN.joints.forEach((joint, j) => expect(plant.q[j]).toBeLessThanOrEqual(joint.maxRad));
		plant.step(3, new Float64Array(6).fill(-5));
		SO101_CHAIN.joints.forEach((joint, j) => expect(plant.q[j]).toBeGreaterThanOrEqual(joint.minRad));
		expect([...plant.q].every(Number.isFinite)).toBe(true);
	});
});
