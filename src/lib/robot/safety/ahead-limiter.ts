/**
 * Keeps the goal near the arm: what is left to travel when commands stop coming (see ahead-budget.ts). Knows the pose,
 * the arm's weight and how much weight hangs at the tip, which it learns from the error while the arm is slow. Knows
 * nothing of speeds and sources.
 *
 * The goal that would let the arm rest exactly where it is, is called the centre: state + weight / stiffness. All budgets
 * are measured from there, so lifting never fights with them.
 */
import type { ArmGeometry } from './arm-geometry';
import { RATED_LOAD_KG, SERVO_MODEL } from './ahead-budget';

/** The load is learned with this time constant, only below this joint speed (LeRobot units/s). */
const LEARN_S = 0.25;
const LEARN_BELOW_PER_S = 12;

export interface AheadLimits {
	/** Per joint, LeRobot units, around the centre. */
	readonly aheadMargin: readonly number[];
	/** Millimetres the tip may still travel: rest of the way plus run-out. */
	readonly tipAheadMm: number;
	/** Run-out of a moving joint: its speed times this, seconds. */
	readonly runOutS: number;
}

export interface AheadLimiter {
	/** Goal that would hold the arm at the state seen last: state + weight + load. LeRobot units. */
	readonly centre: Float64Array;
	/** Share of the rated load that seems to hang at the tip, 0..1. */
	readonly loadShare: number;
	/** Takes a newly read state and the goal that was in force while it was reached (null: none). */
	observe(
		state: ArrayLike<number>,
		goal: ArrayLike<number> | null,
		velocity: ArrayLike<number>,
		dtS: number
	): void;
	/**
	 * Pulls `goal` towards the centre until it keeps the budgets; `share[j]` (0..1) narrows a joint's margin. Returns
	 * true if it had to. `clipped[j]` tells which joints met their own margin.
	 */
	limit(goal: Float64Array, share: ArrayLike<number>, clipped: Uint8Array): boolean;
	reset(): void;
}

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;

export function createAheadLimiter(geometry: ArmGeometry, limits: AheadLimits): AheadLimiter {
	const joints = geometry.scale.length;
	const points = new Float64Array(3 * geometry.model.points.length);
	const tipOffset = 3 * geometry.model.tip;
	const tipLink = geometry.model.points[geometry.model.tip]?.link ?? -1;
	const state = new Float64Array(joints);
	const centre = new Float64Array(joints);
	const weight = new Float64Array(joints);
	const load = new Float64Array(joints);
	const tipNow = new Float64Array(3);
	const trial = new Float64Array(joints);
	const runOut = new Float64Array(joints);
	let loadShare = 0;

	const toUnits = (torque: Float64Array): void => {
		for (let j = 0; j < joints; j++)
			torque[j] = at(torque, j) / (SERVO_MODEL.stiffnessNmPerRad * at(geometry.scale, j));
	};

	/** One number, the mass, explains the errors of all joints best (least squares), lag taken out. */
	const learn = (goal: ArrayLike<number>, velocity: ArrayLike<number>, dtS: number): void => {
		let above = 0;
		let below = 0;
		for (let j = 0; j <= tipLink; j++) {
			if (!(Math.abs(at(velocity, j)) < LEARN_BELOW_PER_S)) return;
			const error = at(goal, j) - at(state, j) - at(weight, j) - SERVO_MODEL.lagS * at(velocity, j);
			above += error * at(load, j);
			below += at(load, j) * at(load, j);
		}
		// Below a tenth of a degree the load has no lever: nothing to be learned from this pose.
		if (!(below > 0.01)) return;
		const seen = Math.min(1, Math.max(0, above / below));
		if (Number.isFinite(seen)) loadShare += (seen - loadShare) * Math.min(1, dtS / LEARN_S);
	};

	/** Distance the tip would still go if `goal` were the last one, weight apart; mm. */
	const tipTravel = (goal: Float64Array): number => {
		for (let j = 0; j < joints; j++) trial[j] = at(state, j) + at(runOut, j) + at(goal, j) - at(centre, j);
		geometry.solve(trial);
		geometry.points(points);
		const x = at(points, tipOffset) - at(tipNow, 0);
		const y = at(points, tipOffset + 1) - at(tipNow, 1);
		const z = at(points, tipOffset + 2) - at(tipNow, 2);
		return 1000 * Math.sqrt(x * x + y * y + z * z);
	};

	return {
		centre,
		get loadShare() {
			return loadShare;
		},
		observe(newState, goal, velocity, dtS) {
			for (let j = 0; j < joints; j++) state[j] = at(newState, j);
			geometry.solve(state);
			geometry.points(points);
			for (let k = 0; k < 3; k++) tipNow[k] = at(points, tipOffset + k);
			geometry.ownWeight(weight);
			geometry.tipWeight(RATED_LOAD_KG, load);
			toUnits(weight);
			toUnits(load);
			if (goal) learn(goal, velocity, dtS);
			for (let j = 0; j < joints; j++) {
				centre[j] = at(state, j) + at(weight, j) + loadShare * at(load, j);
				const v = at(velocity, j);
				runOut[j] = Number.isFinite(v) ? v * limits.runOutS : 0;
			}
		},
		limit(goal, share, clipped) {
			let changed = false;
			for (let j = 0; j < joints; j++) {
				const margin = at(limits.aheadMargin, j) * at(share, j);
				const ahead = at(goal, j) - at(centre, j);
				const kept = Math.min(margin, Math.max(-margin, ahead));
				clipped[j] = kept === ahead ? 0 : 1;
				if (kept === ahead) continue;
				goal[j] = at(centre, j) + kept;
				changed = true;
			}
			for (let round = 0; round < 3; round++) {
				const travel = tipTravel(goal);
				if (travel <= limits.tipAheadMm) break;
				const factor = (limits.tipAheadMm / travel) * (round === 0 ? 1 : 0.98);
				// Joints beyond the tip's link (the jaw) do not move the tip.
				for (let j = 0; j <= tipLink; j++) goal[j] = at(centre, j) + (at(goal, j) - at(centre, j)) * factor;
				changed = true;
			}
			return changed;
		},
		reset() {
			loadShare = 0;
		}
	};
}
