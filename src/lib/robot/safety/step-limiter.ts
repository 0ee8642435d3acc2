/**
 * Stretches a step of the goal in time: the whole step is scaled by one factor, so that the path in joint space stays
 * the same and only takes longer. Knows speeds of hand points and joints; knows nothing of states and sources.
 *
 * [Note: chords] A step is judged by where the hand points stand before and after it. Between the two they cannot be
 * faster in any way that matters: a step lasts at most 20 ms and turns a joint by less than 4 degrees, so a path bends
 * away from its chord by under 1 % of it, and the one case where a chord hides motion (joints that cancel out) bulges by
 * L * dq^2 / 8, less than 0.3 mm; elbow and wrist are judged too and bound each joint of the pair.
 */
import type { ArmGeometry } from './arm-geometry';

/** Places are worked out in another way elsewhere: the last digits must not eat the budget. */
const ROUNDING = 0.995;

/**
 * What the rounding of one goal to 32 bits may add to a step: joint units, and metres at a hand point. Without this room a
 * step that uses its whole budget would be too fast or not by the luck of the last bit, and be cut by 2 % for it.
 */
const ROUNDED_UNITS = 1e-5;
const ROUNDED_M = 2e-7;

export interface StepSpeeds {
	/** For every hand point, mm/s. */
	readonly tipMmPerS: number;
	/** LeRobot units per second. */
	readonly jointPerS: ArrayLike<number>;
	/** 0..1, of all the above. */
	readonly fraction: number;
}

export interface StepLimiter {
	/**
	 * Moves `to` towards `from` until the step keeps the speeds in `dtS` seconds, and rounds it to the 32 bit numbers that
	 * goals are sent as, so that what was judged is what is sent. Returns the factor in 0..1; 1 = the step was slow enough.
	 */
	limit(from: ArrayLike<number>, to: Float64Array, speeds: StepSpeeds, dtS: number): number;
	/** Speed of the step that `limit` left over, as a fraction of the full speeds (0..1). */
	readonly usedFraction: number;
}

/** For one kind of array only, see arm-geometry. */
const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

export function createStepLimiter(geometry: ArmGeometry): StepLimiter {
	const points = geometry.model.points.length;
	/** Places of the hand points, and the joint values they belong to: most steps begin where the last one ended. */
	let before = { places: new Float64Array(3 * points), q: new Float64Array(geometry.scale.length).fill(NaN) };
	let after = { places: new Float64Array(3 * points), q: new Float64Array(geometry.scale.length).fill(NaN) };
	// In an object: a number that changes in a closure's own variable is a new one on the heap each time.
	const last = { usedFraction: Number.NaN };
	last.usedFraction = 0;

	const isAt = (q: ArrayLike<number>, known: Float64Array): boolean => {
		for (let j = 0; j < known.length; j++) if (q[j] !== known[j]) return false;
		return true;
	};

	const solve = (q: ArrayLike<number>, into: typeof before): void => {
		if (isAt(q, into.q)) return;
		geometry.solve(q);
		geometry.points(into.places);
		for (let j = 0; j < into.q.length; j++) into.q[j] = q[j] ?? Number.NaN;
	};

	const beginAt = (from: ArrayLike<number>): void => {
		if (!isAt(from, before.q) && isAt(from, after.q)) [before, after] = [after, before];
		solve(from, before);
	};

	/** Largest ratio of the step to what is allowed: over 1 = too fast. NaN never passes for slow. */
	const ratio = (from: ArrayLike<number>, to: Float64Array, speeds: StepSpeeds, dtS: number): number => {
		let worst = 0;
		for (let j = 0; j < to.length; j++) {
			const way = Math.max(0, Math.abs(at(to, j) - (from[j] ?? Number.NaN)) - ROUNDED_UNITS);
			worst = Math.max(worst, way / ((speeds.jointPerS[j] ?? Number.NaN) * dtS));
		}
		solve(to, after);
		const allowedM = (speeds.tipMmPerS / 1000) * dtS * ROUNDING;
		for (let p = 0; p < points; p++) {
			const x = at(after.places, 3 * p) - at(before.places, 3 * p);
			const y = at(after.places, 3 * p + 1) - at(before.places, 3 * p + 1);
			const z = at(after.places, 3 * p + 2) - at(before.places, 3 * p + 2);
			worst = Math.max(worst, Math.max(0, Math.sqrt(x * x + y * y + z * z) - ROUNDED_M) / allowedM);
		}
		return Number.isFinite(worst) ? worst : Infinity;
	};

	const shrink = (from: ArrayLike<number>, to: Float64Array, factor: number): void => {
		for (let j = 0; j < to.length; j++) {
			const begin = from[j] ?? Number.NaN;
			to[j] = Math.fround(begin + (at(to, j) - begin) * factor);
		}
	};

	return {
		get usedFraction() {
			return last.usedFraction;
		},
		limit(from, to, speeds, dtS) {
			let factor = 1;
			if (!(dtS > 0 && speeds.fraction > 0 && speeds.tipMmPerS > 0)) {
				shrink(from, to, 0);
				last.usedFraction = 0;
				return 0;
			}
			beginAt(from);
			for (let j = 0; j < to.length; j++) to[j] = Math.fround(at(to, j));
			let worst = ratio(from, to, speeds, dtS);
			// A long way bends, so the first guess may be off; near the goal one guess is exact.
			for (let round = 0; worst > speeds.fraction && round < 6; round++) {
				const scale = Math.min(1, speeds.fraction / worst) * (round === 0 ? 1 : 0.98);
				shrink(from, to, scale);
				factor *= scale;
				worst = ratio(from, to, speeds, dtS);
			}
			if (worst > speeds.fraction * 1.001) {
				shrink(from, to, 0);
				worst = 0;
				factor = 0;
			}
			last.usedFraction = Math.min(1, worst);
			return factor;
		}
	};
}
