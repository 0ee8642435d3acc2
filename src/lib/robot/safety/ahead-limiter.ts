/**
 * Keeps the goal near the arm: what is left to travel when commands stop coming (see ahead-budget.ts). Knows the pose,
 * the arm's weight, its momentum and the load at the tip. Knows nothing of speed limits and sources.
 *
 * The goal that would let the arm rest exactly where it is, is called the centre: state + (weight + load) / stiffness. All
 * budgets are measured from there, so lifting never fights with them.
 *
 * [Note: tip] In a linear world the tip travels J * (goal - centre) * overshoot from here, plus the run-out J * v * T. The
 * load is only known to lie between two bounds, so the budget must hold for both; where the doubt about the load alone is
 * larger than the budget, lifting wins and the goal may at least not make it worse. All tests are |b + r * e| <= limit
 * for a shrinking factor r, which is a quadratic and needs no search.
 */
import type { ArmGeometry } from './arm-geometry';
import { RATED_LOAD_KG, SERVO_MODEL } from './ahead-budget';
import { createLoadEstimate } from './load-estimate';

export interface AheadLimits {
	/** Per joint, LeRobot units, around the centre. */
	readonly aheadMargin: readonly number[];
	/** Millimetres the tip may still travel: rest of the way with overshoot, plus run-out. */
	readonly tipTravelMm: number;
	/** How much further than its goal a spring-driven arm swings: way * this. */
	readonly overshoot: number;
	/** Run-out of a moving joint: its speed times this, seconds. */
	readonly runOutS: number;
}

export interface AheadLimiter {
	/** Goal that would hold the arm at the state seen last: state + weight + load. LeRobot units. */
	readonly centre: Float64Array;
	/** Share of the rated load that seems to hang at the tip, 0..1. */
	readonly loadShare: number;
	/**
	 * Takes the newest state, read `ageS` ago, and the goal that was in force while it was reached (null: none). What the
	 * arm has moved since is no longer ahead of it.
	 */
	observe(
		state: ArrayLike<number>,
		ageS: number,
		goal: ArrayLike<number> | null,
		velocity: Float64Array,
		dtS: number
	): void;
	/**
	 * Pulls `goal` towards the centre until it keeps the budgets; `share[j]` (0..1) narrows a joint's margin. Returns
	 * true if it had to. `clipped[j]` tells which joints met their own margin.
	 */
	limit(goal: Float64Array, share: Float64Array, clipped: Uint8Array): boolean;
	/** Time has passed unseen. */
	distrust(): void;
	reset(): void;
}

/** For one kind of array only, see arm-geometry. */
const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

/** Largest r in 0..1 with |b + r e| <= max(limit, |b|), for vectors of three. */
function largestShare(b: Float64Array, e: Float64Array, limit: number): number {
	let ee = 0;
	let be = 0;
	let bb = 0;
	for (let k = 0; k < 3; k++) {
		ee += at(e, k) * at(e, k);
		be += at(b, k) * at(e, k);
		bb += at(b, k) * at(b, k);
	}
	if (!(ee > 0)) return 1;
	const room = Math.max(limit * limit, bb) - bb;
	return Math.min(1, Math.max(0, (-be + Math.sqrt(be * be + ee * room)) / ee));
}

export function createAheadLimiter(geometry: ArmGeometry, limits: AheadLimits): AheadLimiter {
	const joints = geometry.scale.length;
	const aheadMargin = Float64Array.from(limits.aheadMargin);
	const tipLink = geometry.model.points[geometry.model.tip]?.link ?? -1;
	const centre = new Float64Array(joints);
	const weight = new Float64Array(joints);
	const load = new Float64Array(joints);
	const ahead = new Float64Array(joints);
	const jacobian = new Float64Array(3 * joints);
	const runOut = new Float64Array(3);
	const moved = new Float64Array(3);
	const fullLoad = new Float64Array(3);
	const travel = new Float64Array(3);
	const base = new Float64Array(3);
	const estimate = createLoadEstimate();

	const toUnits = (torque: Float64Array): void => {
		for (let j = 0; j < joints; j++)
			torque[j] = at(torque, j) / (SERVO_MODEL.stiffnessNmPerRad * at(geometry.scale, j));
	};

	/** out = J * values, millimetres. Values that are not numbers (a speed not known yet) count as none. */
	const tipMotion = (values: Float64Array, factor: number, out: Float64Array): void => {
		for (let k = 0; k < 3; k++) {
			let sum = 0;
			for (let j = 0; j <= tipLink; j++) {
				const value = at(values, j);
				if (Number.isFinite(value)) sum += at(jacobian, k * joints + j) * value;
			}
			out[k] = 1000 * factor * sum;
		}
	};

	/**
	 * Largest share of `ahead` that keeps the tip's budget for a load of `share` of the rated one, with the run-out and
	 * without it: an arm that is moving the other way will have turned round before it gets there.
	 */
	const keeps = (share: number): number => {
		const unknown = estimate.share - share;
		for (let k = 0; k < 3; k++) base[k] = unknown * at(fullLoad, k) + at(moved, k);
		const standing = largestShare(base, travel, limits.tipTravelMm);
		for (let k = 0; k < 3; k++) base[k] = at(base, k) + at(runOut, k);
		return Math.min(standing, largestShare(base, travel, limits.tipTravelMm));
	};

	const length = (v: Float64Array): number =>
		Math.sqrt(at(v, 0) * at(v, 0) + at(v, 1) * at(v, 1) + at(v, 2) * at(v, 2));

	/** All together stay inside the budget whatever the load is: nothing to be searched for. */
	const keepsAnyway = (): boolean => {
		const doubt = Math.max(estimate.share - estimate.least, estimate.most - estimate.share);
		const most = length(travel) + length(moved) + length(runOut) + doubt * length(fullLoad);
		return most <= limits.tipTravelMm;
	};

	const shareThatKeeps = (): number =>
		keepsAnyway() ? 1 : Math.min(keeps(estimate.share), keeps(estimate.least), keeps(estimate.most));

	return {
		centre,
		get loadShare() {
			return estimate.share;
		},
		observe(state, ageS, goal, velocity, dtS) {
			geometry.solve(state);
			geometry.tipJacobian(jacobian);
			geometry.ownWeight(weight);
			geometry.tipWeight(RATED_LOAD_KG, load);
			toUnits(weight);
			toUnits(load);
			if (goal) {
				for (let j = 0; j < joints; j++)
					ahead[j] = (goal[j] ?? Number.NaN) - (state[j] ?? Number.NaN) - at(weight, j);
				estimate.learn(ahead, load, velocity, tipLink, dtS);
			}
			for (let j = 0; j < joints; j++)
				centre[j] = (state[j] ?? Number.NaN) + at(weight, j) + estimate.share * at(load, j);
			tipMotion(velocity, limits.runOutS, runOut);
			tipMotion(velocity, -limits.overshoot * ageS, moved);
			tipMotion(load, 1, fullLoad);
		},
		limit(goal, share, clipped) {
			let changed = false;
			for (let j = 0; j < joints; j++) {
				const margin = at(aheadMargin, j) * at(share, j);
				const wanted = at(goal, j) - at(centre, j);
				ahead[j] = Math.min(margin, Math.max(-margin, wanted));
				clipped[j] = ahead[j] === wanted ? 0 : 1;
				if (clipped[j] === 1) changed = true;
			}
			tipMotion(ahead, limits.overshoot, travel);
			const factor = shareThatKeeps();
			if (factor < 1) changed = true;
			if (!changed) return false;
			// Joints beyond the tip's link (the jaw) do not move the tip.
			for (let j = 0; j < joints; j++) goal[j] = at(centre, j) + at(ahead, j) * (j <= tipLink ? factor : 1);
			return true;
		},
		distrust() {
			estimate.distrust();
		},
		reset() {
			estimate.reset();
		}
	};
}
