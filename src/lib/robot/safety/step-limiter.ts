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

/** Goals are sent as 32 bit numbers and compared as such: the rounding must not eat the budget. */
const ROUNDING = 0.995;

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
	 * Moves `to` towards `from` until the step keeps the speeds in `dtS` seconds. Returns the factor in 0..1;
	 * 1 = the step was slow enough.
	 */
	limit(from: ArrayLike<number>, to: Float64Array, speeds: StepSpeeds, dtS: number): number;
	/** Speed of the step that `limit` left over, as a fraction of the full speeds (0..1). */
	readonly usedFraction: number;
}

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;

export function createStepLimiter(geometry: ArmGeometry): StepLimiter {
	const points = geometry.model.points.length;
	const before = new Float64Array(3 * points);
	const after = new Float64Array(3 * points);
	let usedFraction = 0;

	/** Largest ratio of the step to what is allowed: over 1 = too fast. NaN never passes for slow. */
	const ratio = (from: ArrayLike<number>, to: Float64Array, speeds: StepSpeeds, dtS: number): number => {
		let worst = 0;
		for (let j = 0; j < to.length; j++)
			worst = Math.max(worst, Math.abs(at(to, j) - at(from, j)) / (at(speeds.jointPerS, j) * dtS));
		geometry.solve(to);
		geometry.points(after);
		const allowedM = (speeds.tipMmPerS / 1000) * dtS * ROUNDING;
		for (let p = 0; p < points; p++) {
			const x = at(after, 3 * p) - at(before, 3 * p);
			const y = at(after, 3 * p + 1) - at(before, 3 * p + 1);
			const z = at(after, 3 * p + 2) - at(before, 3 * p + 2);
			worst = Math.max(worst, Math.sqrt(x * x + y * y + z * z) / allowedM);
		}
		return Number.isFinite(worst) ? worst : Infinity;
	};

	const shrink = (from: ArrayLike<number>, to: Float64Array, factor: number): void => {
		for (let j = 0; j < to.length; j++) to[j] = at(from, j) + (at(to, j) - at(from, j)) * factor;
	};

	return {
		get usedFraction() {
			return usedFraction;
		},
		limit(from, to, speeds, dtS) {
			let factor = 1;
			if (!(dtS > 0 && speeds.fraction > 0 && speeds.tipMmPerS > 0)) {
				shrink(from, to, 0);
				usedFraction = 0;
				return 0;
			}
			geometry.solve(from);
			geometry.points(before);
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
			usedFraction = Math.min(1, worst);
			return factor;
		}
	};
}
