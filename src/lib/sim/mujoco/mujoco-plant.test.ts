import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POSE_STRIDE, SO101_CHAIN, SO101_MASSES } from '$lib/contracts';
import { createRandom, gravityTorques } from '$lib/core';
import { PADS_PARALLEL_RAD } from '../so101-model/primitives';
import { armPoses, createPoses, CUBE_HALF_M } from '../so101-model/scene';
import { loadMujoco, type Mujoco } from './load-mujoco';
import { MujocoPlant } from './mujoco-plant';

let mujoco: Mujoco;
let plant: MujocoPlant;
beforeAll(async () => {
	mujoco = await loadMujoco();
	plant = new MujocoPlant(mujoco);
});
afterAll(() => plant.dispose());

const still = new Float64Array(6);
/** Gripper straight down over (0.22, 0), jaws squarely one cube apart. */
const OVER_TABLE = [0, -0.3, 0.18, 1.65, Math.PI / 2, PADS_PARALLEL_RAD];

/** Holds the joints at `goal` with springs that carry the weight, for `seconds`. */
function hold(goal: readonly number[], seconds: number, gripNm = 0): void {
	const torques = new Float64Array(6);
	for (let t = 0; t < seconds; t += 0.002) {
		const weight = gravityTorques(SO101_CHAIN, SO101_MASSES, plant.q);
		for (let j = 0; j < 6; j++)
			torques[j] = 40 * ((goal[j] ?? NaN) - (plant.q[j] ?? NaN)) + (weight[j] ?? NaN);
		if (gripNm > 0) torques[5] = -gripNm;
		plant.step(0.002, torques);
	}
}

describe('the physics agrees with the kinematics', () => {
	it('puts every link where the chain puts it', () => {
		const random = createRandom(5);
		const expected = createPoses();
		for (let n = 0; n < 50; n++) {
			plant.reset(SO101_CHAIN.joints.map((j) => random.between(j.minRad, j.maxRad)));
			armPoses(plant.q, expected);
			const poses = plant.bodyPoses();
			for (let b = 2; b < 2 + SO101_CHAIN.joints.length; b++) {
				const at = (a: Float64Array, k: number) => a[POSE_STRIDE * b + k] ?? NaN;
				const apart = Math.hypot(...[0, 1, 2].map((k) => at(poses, k) - at(expected, k)));
				const alike = Math.abs([3, 4, 5, 6].reduce((s, k) => s + at(poses, k) * at(expected, k), 0));
				expect(apart).toBeLessThan(1e-6);
				expect(alike).toBeGreaterThan(1 - 1e-9);
			}
		}
	});

	it('stands still when the motors carry exactly the weight', () => {
		plant.placeCube([0.3, 0.15, CUBE_HALF_M]);
		plant.reset([0.2, -0.6, 0.5, 0.8, 0.3, 0.4]);
		const torques = gravityTorques(SO101_CHAIN, SO101_MASSES, plant.q);
		for (let i = 0; i < 250; i++) plant.step(0.002, torques);
		expect(Math.max(...plant.qd.map(Math.abs))).toBeLessThan(1e-3);
	});

	it('sinks when nothing carries it and stays within the joint ranges', () => {
		plant.reset([0, 0, 0, 0, 0, 0.2]);
		const elbowZ = () => plant.bodyPoses()[POSE_STRIDE * 4 + 2] ?? NaN;
		const before = elbowZ();
		for (let i = 0; i < 2500; i++) plant.step(0.002, still);
		expect(elbowZ()).toBeLessThan(before - 0.02);
		SO101_CHAIN.joints.forEach((joint, i) => {
			expect(plant.q[i]).toBeGreaterThan(joint.minRad - 0.05);
			expect(plant.q[i]).toBeLessThan(joint.maxRad + 0.05);
		});
	});
});

describe('contact', () => {
	it('lets a dropped, spinning cube come to rest and leaves it there', () => {
		plant.reset([0, -1.5, 1.5, 0.5, 0, 0.2]);
		for (let n = 0; n < 10; n++) {
			plant.placeCube([0.25, 0, 0.023 + 0.0005 * n], [Math.cos(n), 0.02, -0.03, Math.sin(n)]);
			for (let i = 0; i < 750; i++) plant.step(0.002, still);
			expect(plant.cubeSpeedMps).toBeLessThan(1e-3);
			expect(plant.cubePose()[2]).toBeCloseTo(CUBE_HALF_M, 3);
		}
	});

	it('holds a gripped cube in the air for ten seconds without creep', () => {
		plant.reset(OVER_TABLE);
		const grasp = plant.bodyPoses().slice(POSE_STRIDE * 6, POSE_STRIDE * 7);
		const [gx = NaN, gy = NaN, gz = NaN] = grasp;
		// The jaws close along world y here; the cube's centre lies 18.5 mm from the gripper's axis, 96.5 mm below it.
		plant.placeCube([gx, gy + 0.0185, gz - 0.0965]);
		hold(OVER_TABLE, 1, 0.6);
		const before = plant.cubePose();
		const grip = plant.gripContact();
		expect(grip.supported).toBe(false);
		expect(grip.fixedPadForceN).toBeGreaterThan(2);
		expect(grip.jawPadForceN).toBeGreaterThan(2);
		hold(OVER_TABLE, 10, 0.6);
		const after = plant.cubePose();
		expect(Math.hypot(...[0, 1, 2].map((k) => (after[k] ?? NaN) - (before[k] ?? NaN)))).toBeLessThan(5e-4);
	});
});

describe('time and bad input', () => {
	it('simulates the same motion whatever the rhythm of calls', () => {
		const torques = Float64Array.of(0.1, 0.4, 0.3, 0.1, 0.05, 0.02);
		const run = (dtS: number, calls: number) => {
			plant.reset([0, -0.5, 0.5, 0.5, 0, 0.3]);
			plant.placeCube([0.3, 0.15, CUBE_HALF_M]);
			for (let i = 0; i < calls; i++) plant.step(dtS, torques);
			return [...plant.q];
		};
		const whole = run(0.002, 150);
		expect(run(0.001, 300)).toEqual(whole);
		expect(run(0.003, 100)).toEqual(whole);
		expect(run(0.3, 1)).toEqual(whole);
	});

	it('takes over a joint that something outside has blocked', () => {
		plant.reset([0, -0.5, 0.5, 0.5, 0, 0.3]);
		for (let i = 0; i < 200; i++) {
			plant.step(0.001, Float64Array.of(0.5, 0, 0, 0, 0, 0));
			plant.q[0] = 0.1;
			plant.qd[0] = 0;
		}
		plant.step(0.002, still);
		expect(plant.q[0]).toBeCloseTo(0.1, 3);
	});

	it.each([
		['a torque that is not a number', 0.002, Float64Array.of(0, NaN, 0, 0, 0, 0)],
		['an infinite torque', 0.002, Float64Array.of(0, 0, 0, Infinity, 0, 0)],
		['five torques', 0.002, new Float64Array(5)],
		['time that is not a number', NaN, new Float64Array(6)],
		['time that runs back', -1, new Float64Array(6)]
	])('refuses %s and keeps its state', (_, dtS, torques) => {
		const before = [...plant.q];
		expect(() => plant.step(dtS, torques)).toThrow(RangeError);
		expect([...plant.q]).toEqual(before);
	});

	it('can be thrown away twice, and many in a row do not pile up', () => {
		for (let n = 0; n < 30; n++) {
			const other = new MujocoPlant(mujoco);
			other.step(0.01, still);
			other.dispose();
			other.dispose();
		}
		expect(plant.q.every(Number.isFinite)).toBe(true);
	});
});
