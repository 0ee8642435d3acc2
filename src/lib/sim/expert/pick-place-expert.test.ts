// Expert and scene by themselves, on a spring with the flaws of a servo; the ordinary path is in pick-place-teleop.test.ts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SO101 } from '$lib/contracts';
import { createRandom } from '$lib/core';
import { loadMujoco } from '../mujoco/load-mujoco';
import { MujocoPlant } from '../mujoco/mujoco-plant';
import { PickPlaceTask } from '../mujoco/pick-place-task';
import { CUBE_HALF_M } from '../so101-model/scene';
import { createDartNoise } from './dart-noise';
import { PickPlaceExpert } from './pick-place-expert';
import { runTrial, type TrialOptions } from './testing/spring-trial';

let plant: MujocoPlant;
const expert = new PickPlaceExpert();
beforeAll(async () => {
	plant = new MujocoPlant(await loadMujoco());
});
afterAll(() => plant.dispose());

/** Runs `count` seeds; the failed ones come back with their phases, so that the message says where it went wrong. */
function failures(first: number, count: number, options: TrialOptions, cubeYawRad = 0): string[] {
	const task = new PickPlaceTask(plant, { cubeYawRad });
	const failed: string[] = [];
	for (let seed = first; seed < first + count; seed++) {
		task.reset(seed);
		const trial = runTrial(plant, task, expert, options);
		if (!trial.success) failed.push(`seed ${seed}: ${trial.phases.join(', ')}`);
	}
	return failed;
}

describe('the expert on an ideal servo', () => {
	it('places the cube in ten random starts', () => expect(failures(0, 10, {})).toEqual([]));

	it('places a cube that lies askew', () => expect(failures(500, 5, {}, Math.PI / 4)).toEqual([]));

	it('is quick and near', () => {
		const task = new PickPlaceTask(plant);
		task.reset(0);
		const trial = runTrial(plant, task, expert);
		expect(trial.seconds).toBeLessThan(8);
		expect(trial.errorM).toBeLessThan(0.01);
	});
});

describe('the expert on a flawed servo', () => {
	it('copes with stiction, encoder steps and a tick of delay', () =>
		expect(failures(40, 5, { servo: { stictionNm: 0.15, encoder: true, delayTicks: 1 } })).toEqual([]));

	it.each([12, 25])('copes with a stiffness of %d N m/rad it does not know', (stiffness) =>
		expect(failures(60, 3, { servo: { stiffness } })).toEqual([])
	);

	it('comes back from every disturbance of a demonstration', () => {
		const task = new PickPlaceTask(plant);
		for (let seed = 80; seed < 86; seed++) {
			task.reset(seed);
			const noise = createDartNoise(seed);
			const disturb: TrialOptions['disturb'] = ({ plan }) => expert.carryOut(noise.disturb(plan));
			const trial = runTrial(plant, task, expert, { disturb });
			expect(trial.success, `seed ${seed}: ${trial.phases.join(', ')}`).toBe(true);
		}
	});

	it('picks a cube up again that is knocked out of the jaws on the way', () => {
		const task = new PickPlaceTask(plant);
		task.reset(7);
		let knocked = false;
		const trial = runTrial(plant, task, expert, {
			onTick: (_, phase) => {
				if (knocked || phase !== 'carry' || !task.state().lifted) return;
				knocked = true;
				plant.placeCube([0.2, -0.03, CUBE_HALF_M]);
			}
		});
		expect(knocked).toBe(true);
		expect(trial.success, trial.phases.join(', ')).toBe(true);
		expect(trial.phases.filter((p) => p.endsWith('carry')).length).toBeGreaterThan(1);
	});
});

describe('the expert as a function', () => {
	it('gives the same answer to the same state, whatever it was asked before', () => {
		const task = new PickPlaceTask(plant);
		const random = createRandom(3);
		const used = new PickPlaceExpert();
		for (let seed = 0; seed < 30; seed++) {
			task.reset(seed);
			const positions = SO101.joints.map((j) => random.between(j.min, j.max));
			const observation = { positions, task: task.state() };
			expect(used.act(observation)).toEqual(new PickPlaceExpert().act(observation));
		}
	});

	it('stays inside the joint limits and finite from any pose', () => {
		const task = new PickPlaceTask(plant);
		const random = createRandom(4);
		for (let seed = 0; seed < 200; seed++) {
			task.reset(seed % 10);
			const action = expert.act({
				positions: SO101.joints.map((j) => random.between(j.min, j.max)),
				task: task.state()
			});
			SO101.joints.forEach((joint, i) => {
				expect(action[i]).toBeGreaterThanOrEqual(joint.min - 0.1);
				expect(action[i]).toBeLessThanOrEqual(joint.max + 0.1);
			});
		}
	});

	it('answers a failed read with NaN and never with a made-up target', () => {
		const task = new PickPlaceTask(plant);
		const action = expert.act({ positions: [NaN, 0, 0, 0, 0, 0], task: task.state() });
		expect(action.slice(0, 5).some(Number.isFinite)).toBe(false);
	});
});
