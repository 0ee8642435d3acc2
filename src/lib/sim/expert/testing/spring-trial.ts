/**
 * Runs the expert against the physics with a plain spring in the place of a servo chain: enough to judge expert and scene
 * by themselves, with the servo's flaws as knobs. The ordinary path (gate, bus, chain) is tested where those parts live.
 */
import { so101FromRad, so101ToRad, SO101_CHAIN } from '$lib/contracts';
import { frameNamed, frameSpeed } from '$lib/core';
import type { MujocoPlant } from '../../mujoco/mujoco-plant';
import type { PickPlaceTask } from '../../mujoco/pick-place-task';
import type { ExpertDecision, ExpertObservation, PickPlaceExpert } from '../pick-place-expert';
import type { PickPlacePhase } from '../pick-place-plan';

export interface SpringServo {
	readonly stiffness: number;
	readonly stallNm: number;
	readonly stictionNm: number;
	/** Rounds positions to encoder steps. */
	readonly encoder: boolean;
	/** Control ticks between reading a state and acting on it. */
	readonly delayTicks: number;
	readonly fps: number;
}

export const IDEAL_SERVO: SpringServo = {
	stiffness: 17.8,
	stallNm: 1.9,
	stictionNm: 0,
	encoder: false,
	delayTicks: 0,
	fps: 30
};

export interface TrialResult {
	readonly success: boolean;
	readonly seconds: number;
	readonly errorM: number;
	/** Fastest the tip was, m/s, while no target was limited by any gate. */
	readonly tipSpeedMps: number;
	/** "time phase", one per change. */
	readonly phases: readonly string[];
}

export interface TrialOptions {
	readonly servo?: Partial<SpringServo>;
	readonly limitS?: number;
	/** Called once per control tick; may push things around. */
	readonly onTick?: (tick: number, phase: PickPlacePhase) => void;
	/** Changes what is sent; the expert never learns of it. */
	readonly disturb?: (decision: ExpertDecision) => Float32Array;
}

/** N m s/rad: of the position loop and its motor together, and of the motor alone. */
const DAMPING = 0.6;
const BACK_EMF = 0.35;
const PHYSICS_RATE_HZ = 500;
const ENCODER_STEP_RAD = (2 * Math.PI) / 4096;
const SETTLE_TICKS = 6;
const tip = frameNamed(SO101_CHAIN, 'gripper_frame');

function torque(servo: SpringServo, joint: number, errorRad: number, speed: number): number {
	const limit = (joint === 5 ? 0.5 : 1) * servo.stallNm;
	const push = servo.stiffness * errorRad - (DAMPING - BACK_EMF) * speed;
	const driven = Math.min(limit, Math.max(-limit, push)) - BACK_EMF * speed;
	if (Math.abs(speed) < 0.01 && Math.abs(driven) < servo.stictionNm) return 0;
	return driven - servo.stictionNm * Math.tanh(speed / 0.02);
}

/** One episode from the task's present start. */
export function runTrial(
	plant: MujocoPlant,
	task: PickPlaceTask,
	expert: PickPlaceExpert,
	options: TrialOptions = {}
): TrialResult {
	const servo = { ...IDEAL_SERVO, ...options.servo };
	const substeps = Math.round(PHYSICS_RATE_HZ / servo.fps);
	const torques = new Float64Array(plant.jointCount);
	const seen: ExpertObservation[] = [];
	const phases: string[] = [];
	let goal: Float64Array = Float64Array.from(plant.q);
	let tipSpeedMps = 0;
	let settled = 0;
	let tick = 0;
	let lastPhase = '';
	for (; tick < (options.limitS ?? 25) * servo.fps && settled < SETTLE_TICKS && !task.failed(); tick++) {
		const read = servo.encoder
			? plant.q.map((v) => Math.round(v / ENCODER_STEP_RAD) * ENCODER_STEP_RAD)
			: plant.q;
		seen.push({ positions: so101FromRad(read), task: task.state() });
		const observation = seen[Math.max(0, seen.length - 1 - servo.delayTicks)];
		if (!observation) break;
		const decision = expert.decide(observation);
		if (decision.phase !== lastPhase) phases.push(`${(tick / servo.fps).toFixed(1)} ${decision.phase}`);
		lastPhase = decision.phase;
		options.onTick?.(tick, decision.phase);
		const next = so101ToRad(options.disturb?.(decision) ?? decision.action);
		for (let k = 1; k <= substeps; k++) {
			// The servo's own profile walks to a new goal instead of jumping.
			for (let j = 0; j < torques.length; j++) {
				const from = goal[j] ?? NaN;
				const wanted = from + ((next[j] ?? NaN) - from) * (k / substeps);
				torques[j] = torque(servo, j, wanted - (plant.q[j] ?? NaN), plant.qd[j] ?? NaN);
			}
			plant.step(1 / PHYSICS_RATE_HZ, torques);
			tipSpeedMps = Math.max(tipSpeedMps, frameSpeed(SO101_CHAIN, plant.q, plant.qd, tip));
		}
		task.observe();
		goal = next;
		settled = decision.phase === 'done' && task.success() ? settled + 1 : 0;
	}
	const { cubePositionM: cube, targetPositionM: target } = task.state();
	return {
		success: task.success(),
		seconds: tick / servo.fps,
		errorM: Math.hypot(cube[0] - target[0], cube[1] - target[1]),
		tipSpeedMps,
		phases
	};
}
