// The scripted expert through the ordinary teleoperation path: gate, loop, bus bytes, servo chain, physics. 20 random
// starts; SOAK_EXPERT_STARTS and SOAK_SEED make it the long run (docs/testing.md has its figures).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMujoco } from '../mujoco/load-mujoco';
import { MujocoPlant } from '../mujoco/mujoco-plant';
import { PickPlaceTask } from '../mujoco/pick-place-task';
import { PickPlaceExpert } from './pick-place-expert';
import { runTeleopTrial, type TeleopTrial } from './testing/teleop-trial';

const STARTS = Number(process.env.SOAK_EXPERT_STARTS ?? 20);
const SEED = Number(process.env.SOAK_SEED ?? 0);
/** Every one of the short run, 95 of 100 in a long one. */
const ALLOWED_FAILURES = STARTS <= 20 ? 0 : Math.floor(0.05 * STARTS);
/** The gate's ceiling, and what a servo may overshoot it by. */
const TIP_CEILING_MPS = 0.25;

let plant: MujocoPlant;
beforeAll(async () => {
	plant = new MujocoPlant(await loadMujoco());
});
afterAll(() => plant.dispose());

describe(`pick and place, ${STARTS} starts from seed ${SEED}`, () => {
	const trials: (TeleopTrial & { readonly seed: number })[] = [];
	beforeAll(async () => {
		const task = new PickPlaceTask(plant);
		const expert = new PickPlaceExpert();
		for (let seed = SEED; seed < SEED + STARTS; seed++) {
			task.reset(seed);
			trials.push({ seed, ...(await runTeleopTrial(plant, task, expert)) });
		}
	}, 3_600_000);

	it('puts the cube on the target', () => {
		const failed = trials.filter((t) => !t.success).map((t) => `seed ${t.seed}: ${t.phases.join(', ')}`);
		if (STARTS > 20) process.stdout.write(`${STARTS - failed.length} of ${STARTS} placed\n`);
		expect(failed.length, failed.join('\n')).toBeLessThanOrEqual(ALLOWED_FAILURES);
	});

	it('never moves the tip faster than the gate allows', () => {
		expect(Math.max(...trials.map((t) => t.tipSpeedMps))).toBeLessThan(TIP_CEILING_MPS);
	});

	it('takes the same way again from the same seed', async () => {
		const task = new PickPlaceTask(plant);
		task.reset(SEED);
		const again = await runTeleopTrial(plant, task, new PickPlaceExpert());
		expect({ seed: SEED, ...again }).toEqual(trials[0]);
	});
});
