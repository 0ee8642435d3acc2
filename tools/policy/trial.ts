/**
 * One start of the bundled policy in the lab without a browser: it sees what its cameras and the loop give it, its chunks are
 * played by the product's player, every target goes through the gate, MuJoCo decides what comes of it. It is told nothing of
 * cube and target. Knows one trial; knows no network and no file.
 */
import { SO101, so101ToRad, type PolicyObservation, type PolicyRuntime } from '$lib/contracts';
import { createChunkPlayer } from '$lib/inference/play';
import { SO101_GATE_LIMITS } from '$lib/robot/safety';
import type { MujocoPlant } from '../../src/lib/sim/mujoco/mujoco-plant';
import { PickPlaceTask } from '../../src/lib/sim/mujoco/pick-place-task';
import { createLockstepLab, LAB_FPS } from '../../src/lib/sim/expert/testing/lockstep-lab';
import { LAB_START } from '../../src/lib/lab/training/demonstration';
import type { Eyes } from '../../src/lib/lab/training/eyes';

/** Further out the gate would refuse to hear it. */
const LEAST = SO101.joints.map((joint) => joint.min - SO101_GATE_LIMITS.absurd);
const MOST = SO101.joints.map((joint) => joint.max + SO101_GATE_LIMITS.absurd);
/** Success has to last, as with the expert. */
const SETTLE_TICKS = 6;

export interface TrialOptions {
	readonly seed: number;
	/** `first_minute`: nobody has seen this policy move, the gate keeps it at 100 mm/s. */
	readonly speed: 'normal' | 'first_minute';
	/** The trial has failed when this much virtual time has passed. */
	readonly limitS: number;
	/** Where the arm begins: at the exercise's own start, or where it stands in a freshly opened lab. */
	readonly arm: 'task' | 'lab';
	/** Record ticks between an observation and its chunk. */
	readonly latencyTicks: number;
}

export interface TrialResult {
	readonly seed: number;
	readonly success: boolean;
	/** Virtual time from the first observation to the end. */
	readonly seconds: number;
	/** The cube was carried at some time. */
	readonly lifted: boolean;
	/** Cube to target at the end, m. */
	readonly errorM: number;
	readonly chunks: number;
	/** How often the arm had to stop because nothing was left to play. */
	readonly dry: number;
	readonly limited: Readonly<Record<string, number>>;
}

export async function runTrial(
	plant: MujocoPlant,
	eyes: Eyes,
	runtime: PolicyRuntime,
	options: TrialOptions
): Promise<TrialResult> {
	const { seed, latencyTicks } = options;
	const { cameras, joints, fps, chunk_size: chunkSize, n_action_steps: actionSteps } = runtime.manifest;
	const task = new PickPlaceTask(plant, { resetArm: options.arm === 'task' });
	if (options.arm === 'lab') plant.reset(so101ToRad(LAB_START));
	task.reset(seed);
	const lab = await createLockstepLab(plant, { seed, policyIsKnown: options.speed === 'normal' });
	const stepS = 1 / lab.rateHz;
	const facts = { joints: joints.length, fps, chunkSize, actionSteps, least: LEAST, most: MOST };
	const player = createChunkPlayer(facts, { stepS });
	lab.follow('policy', (_, gate) => player.advance(stepS, gate));
	lab.advanceTo(lab.nowMs + 1000 / LAB_FPS);
	const startMs = lab.nowMs;
	let answer: { readonly atTick: number; readonly give: () => void } | null = null;
	let settled = 0;
	let seconds = 0;
	for (let tick = 0; settled < SETTLE_TICKS && !task.failed(); tick++) {
		seconds = tick / LAB_FPS;
		if (seconds > options.limitS) break;
		lab.advanceTo(startMs + 1000 * seconds);
		task.observe();
		settled = task.success() ? settled + 1 : 0;
		if (answer === null && player.wantsObservation && lab.state !== null) {
			const poses = task.poses();
			const observation: PolicyObservation = {
				tick: player.observe(),
				state: lab.state.slice(),
				images: cameras.map((camera) => eyes.tensor(camera.name, poses, camera))
			};
			const chunk = await runtime.run(observation);
			if (!chunk.ok) throw new Error(`${chunk.error.code}: ${chunk.error.detail}`);
			answer = { atTick: tick + latencyTicks, give: () => player.answer(chunk.value) };
		}
		if (answer !== null && answer.atTick <= tick) {
			answer.give();
			answer = null;
		}
	}
	const { limited } = lab;
	await lab.close();
	const { cubePositionM: cube, targetPositionM: target, lifted } = task.state();
	const errorM = Math.hypot(cube[0] - target[0], cube[1] - target[1]);
	const { chunks, dry } = player.counters;
	return { seed, success: settled >= SETTLE_TICKS, seconds, lifted, errorM, chunks, dry, limited };
}
