/**
 * One demonstration of pick and place, for the bundled policy and for whoever trains in the tab: the scripted expert through
 * the ordinary teleoperation path
 * (gate, loop, bus bytes, servo chain, physics), disturbed in most episodes. What is carried out is the disturbed plan, what
 * is kept is the expert's clean answer to the state it saw. Knows one episode; knows no file and no network.
 */
import { SO101_CHAIN, SO101_JOINT_UNITS, lerobotToRad, so101ToRad } from '$lib/contracts';
import { createRandom, frameNamed, solveIk, type Random } from '$lib/core';
import { createDartNoise, PickPlaceExpert } from '$lib/sim/expert';
import { createLockstepLab, LAB_FPS, type LockstepLab } from '$lib/sim/expert/lockstep';
import { PickPlaceTask, type MujocoPlant } from '$lib/sim/mujoco';
import type { Eyes } from './eyes';

/** Of the policy: observations and actions per second. */
export const POLICY_FPS = 10;
export const POLICY_CAMERAS = ['top', 'wrist'] as const;
const TICKS_PER_ROW = LAB_FPS / POLICY_FPS;

/** Share of the episodes that are disturbed, and of those that start elsewhere than the task does. */
const DISTURBED = 0.65;
const ANYWHERE = 0.4;
const LAB_POSE = 0.15;
/** After this the expert is left in peace, so that every episode comes to an end. */
const DISTURBED_FOR_S = 10;
/** Where the arm stands when the lab opens, LeRobot units. */
export const LAB_START = [0, -60, 25, 90, 0, 20];
const LIMIT_S = 20;
/** How long the arm is watched resting after success: "stay" is something to learn as well. */
const REST_S = 0.8;

export interface DemonstrationRow {
	/** Per camera [3, size, size], RGB bytes. */
	readonly images: readonly Uint8Array[];
	readonly state: Float32Array;
	/** What the expert would do now, undisturbed. */
	readonly action: Float32Array;
}

export interface Demonstration {
	readonly rows: readonly DemonstrationRow[];
	readonly success: boolean;
	readonly seconds: number;
	readonly disturbed: boolean;
}

/** Where the arm begins, rad: the task's own start, the lab's, or anywhere over the table. */
export function demonstrationStart(random: Random, taskStartRad: Float64Array): Float64Array {
	const draw = random.next();
	if (draw < ANYWHERE) return anywhere(random);
	if (draw < ANYWHERE + LAB_POSE) return so101ToRad(LAB_START.map((v) => v + random.between(-2, 2)));
	return taskStartRad;
}

function anywhere(random: Random): Float64Array {
	const units = SO101_JOINT_UNITS[5];
	const turn = random.between(-0.8, 0.8);
	const opening = units ? lerobotToRad(units, random.between(2, 90)) : 0;
	const { q } = solveIk(
		SO101_CHAIN,
		{
			frame: frameNamed(SO101_CHAIN, 'grasp'),
			positionM: [random.between(0.13, 0.29), random.between(-0.12, 0.12), random.between(0.075, 0.18)],
			axes: [
				{ axis: [1, 0, 0], direction: [0, 0, -1], weightM: 0.02 },
				{ axis: [0, 0, 1], direction: [Math.sin(turn), Math.cos(turn), 0], weightM: 0.02 }
			]
		},
		[0, -0.9, 0.9, 1.4, Math.PI / 2, opening],
		{ locked: [5] }
	);
	return q;
}

/** Puts plant, task and arm at the start of `seed` and gives the lab over it. */
async function begin(plant: MujocoPlant, task: PickPlaceTask, random: Random): Promise<LockstepLab> {
	plant.reset(demonstrationStart(random, so101ToRad(task.startPose)));
	return createLockstepLab(plant, { seed: task.seed });
}

export async function demonstrate(
	plant: MujocoPlant,
	eyes: Eyes,
	seed: number,
	sizePx: number
): Promise<Demonstration> {
	const task = new PickPlaceTask(plant);
	task.reset(seed);
	const random = createRandom(seed ^ 0x5eed);
	const disturbed = random.chance(DISTURBED);
	const noise = createDartNoise(seed, { fps: LAB_FPS });
	const expert = new PickPlaceExpert();
	const lab = await begin(plant, task, random);
	let wish: Float32Array | null = null;
	lab.follow('expert', () => wish);
	// A source begins where the arm is, so that the gate has nothing to bring together before it follows.
	while (wish === null) {
		lab.advanceTo(lab.nowMs + 1000 / LAB_FPS);
		wish = lab.state?.slice() ?? null;
	}
	const startMs = lab.nowMs;
	const rows: DemonstrationRow[] = [];
	let rested = 0;
	let seconds = 0;
	const size = { width: sizePx, height: sizePx };
	for (let tick = 0; seconds < LIMIT_S && rested < REST_S * LAB_FPS && !task.failed(); tick++) {
		seconds = tick / LAB_FPS;
		lab.advanceTo(startMs + 1000 * seconds);
		task.observe();
		const { state } = lab;
		if (state === null) continue;
		const decision = expert.decide({ positions: state, task: task.state() });
		if (tick % TICKS_PER_ROW === 0) {
			const poses = task.poses();
			rows.push({
				images: POLICY_CAMERAS.map((name) => eyes.bytes(name, poses, size)),
				state: state.slice(),
				action: decision.action
			});
		}
		const free = !disturbed || seconds > DISTURBED_FOR_S;
		wish = free ? decision.action : expert.carryOut(noise.disturb(decision.plan));
		rested = decision.phase === 'done' && task.success() ? rested + 1 : 0;
	}
	await lab.close();
	return { rows, success: task.success(), seconds, disturbed };
}
