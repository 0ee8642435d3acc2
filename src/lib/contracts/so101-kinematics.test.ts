import { describe, expect, it } from 'vitest';
import { forwardKinematics, frameNamed, framePose, gravityTorques, jacobian } from '$lib/core';
import golden from './fixtures/so101-fk-golden.json';
import { SO101_CHAIN, SO101_JOINT_UNITS, SO101_MASSES, so101FromRad, so101ToRad } from './so101-kinematics';

const tip = frameNamed(SO101_CHAIN, 'gripper_frame');

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < 3; i++) sum += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2;
	return Math.sqrt(sum);
}

/** Angle between two rotation matrices, rad: |R1 - R2|_F = 2 sqrt2 sin(angle / 2). */
function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < 9; i++) sum += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2;
	return 2 * Math.asin(Math.min(1, Math.sqrt(sum) / (2 * Math.SQRT2)));
}

describe('SO-101 kinematics against the poses of the published model', () => {
	it('puts the gripper frame within 1 mm and 0.2 degrees at 200 seeded joint vectors', () => {
		let worstM = 0;
		let worstRad = 0;
		for (const vector of golden.vectors) {
			const pose = framePose(forwardKinematics(SO101_CHAIN, vector.q), tip);
			worstM = Math.max(worstM, distance(pose.position, vector.tip));
			worstRad = Math.max(worstRad, angleBetween(pose.rotation, vector.tipR));
		}
		expect(golden.vectors).toHaveLength(200);
		expect(worstM).toBeLessThan(1e-5);
		expect((worstRad * 180) / Math.PI).toBeLessThan(0.01);
	});

	it('puts every link where the model has it', () => {
		for (const vector of golden.vectors) {
			const pose = forwardKinematics(SO101_CHAIN, vector.q);
			vector.links.forEach((link, i) =>
				expect(distance(pose.positions.subarray(3 * i), link)).toBeLessThan(1e-5)
			);
		}
	});

	it('gives the Jacobian of the model', () => {
		for (const vector of golden.vectors) {
			if (!vector.jac) continue;
			const jac = jacobian(SO101_CHAIN, forwardKinematics(SO101_CHAIN, vector.q), tip);
			vector.jac.forEach((value, i) => expect(Math.abs((jac[i] ?? NaN) - value)).toBeLessThan(1e-4));
		}
	});

	it('weighs what the model weighs', () => {
		for (const vector of golden.vectors) {
			const torques = gravityTorques(SO101_CHAIN, SO101_MASSES, vector.q);
			vector.gravity.forEach((value, i) => expect(Math.abs((torques[i] ?? NaN) - value)).toBeLessThan(1e-4));
		}
	});
});

describe('LeRobot units', () => {
	it('has zero degrees at zero radians and the gripper closed at 0, open at 100', () => {
		expect([...so101ToRad([0, 0, 0, 0, 0, 0])]).toEqual([0, 0, 0, 0, 0, SO101_CHAIN.joints[5]?.minRad]);
		expect(so101ToRad([90, 0, 0, 0, 0, 100])[0]).toBeCloseTo(Math.PI / 2, 12);
		expect(so101ToRad([0, 0, 0, 0, 0, 100])[5]).toBeCloseTo(SO101_CHAIN.joints[5]?.maxRad ?? NaN, 12);
		expect(SO101_JOINT_UNITS).toHaveLength(SO101_CHAIN.joints.length);
	});

	it('goes there and back', () => {
		const values = [12.5, -80, 45, 3, -140, 37];
		so101FromRad(so101ToRad(values)).forEach((v, i) => expect(v).toBeCloseTo(values[i] ?? NaN, 4));
	});
});
