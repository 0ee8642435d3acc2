import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { so101ToRad } from '$lib/contracts';
import { CUBE_HALF_M } from '../so101-model/scene';
import { loadMujoco } from './load-mujoco';
import { MujocoPlant } from './mujoco-plant';
import { START_AREA } from '../so101-model/start-positions';
import { PickPlaceTask } from './pick-place-task';

let plant: MujocoPlant;
let task: PickPlaceTask;
beforeAll(async () => {
	plant = new MujocoPlant(await loadMujoco());
	task = new PickPlaceTask(plant);
});
afterAll(() => plant.dispose());

const OPEN = [0, -1, 1, 0.5, 0, 1.2];

describe('starts', () => {
	it('gives the same start for the same seed and different ones otherwise', () => {
		const startOf = (seed: number) => {
			task.reset(seed);
			return [...task.state().cubePositionM, ...task.state().targetPositionM, ...plant.q];
		};
		const first = startOf(11);
		expect(startOf(12)).not.toEqual(first);
		expect(startOf(11)).toEqual(first);
	});

	it('keeps cube and target in their area and apart from each other, and the arm out of the way', () => {
		for (let seed = 0; seed < 300; seed++) {
			task.reset(seed);
			const { cubePositionM: cube, targetPositionM: target } = task.state();
			for (const [x, y, z] of [cube, target]) {
				expect(x).toBeGreaterThanOrEqual(START_AREA.minX);
				expect(x).toBeLessThanOrEqual(START_AREA.maxX);
				expect(Math.abs(y)).toBeLessThanOrEqual(START_AREA.maxY);
				expect(z).toBeCloseTo(CUBE_HALF_M, 12);
			}
			expect(Math.hypot(cube[0] - target[0], cube[1] - target[1])).toBeGreaterThanOrEqual(
				START_AREA.minApartM
			);
			expect(task.success()).toBe(false);
			expect(task.failed()).toBe(false);
			expect(plant.q.every((v, i) => Math.abs(v - (so101ToRad(task.startPose)[i] ?? NaN)) < 1e-6)).toBe(true);
		}
	});

	it('leaves the arm alone when asked to', () => {
		plant.reset(OPEN);
		new PickPlaceTask(plant, { resetArm: false }).reset(3);
		expect([...plant.q]).toEqual(OPEN);
	});
});

describe('judgement', () => {
	/** Puts the cube where the target is, as if by hand, with or without having carried it there. */
	function finish(carried: boolean, jaw: number): boolean {
		task.reset(4);
		const [x, y] = task.state().targetPositionM;
		if (carried) {
			plant.placeCube([x, y, CUBE_HALF_M + 0.05]);
			task.observe();
		}
		plant.placeCube([x + 0.01, y, CUBE_HALF_M]);
		plant.reset([...OPEN.slice(0, 5), jaw]);
		task.observe();
		return task.success();
	}

	it('accepts a cube that was carried, put down and let go', () => expect(finish(true, 1.2)).toBe(true));
	it('refuses a pushed cube', () => expect(finish(false, 1.2)).toBe(false));
	it('refuses a cube that is still held', () => expect(finish(true, 0.3)).toBe(false));

	it('is over when the cube leaves the table', () => {
		task.reset(4);
		plant.placeCube([0.45, 0, CUBE_HALF_M]);
		expect(task.failed()).toBe(true);
	});
});
