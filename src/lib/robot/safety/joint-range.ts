/**
 * Joint limits as the gate uses them: for wishes, for goals, and for states that may be believed. Knows the RobotSpec;
 * knows nothing of time beyond the age of a state.
 */
import type { RobotSpec } from '$lib/contracts';
import type { GateLimits } from './gate-limits';

export interface JointRange {
	/** Into the limits of the spec. */
	clamp(joint: number, value: number): number;
	/** Into the limits, or no further outside than `reference` already is: an arm that was armed out there. */
	inside(joint: number, value: number, reference: number): number;
	/** Whole, fresh, and where an arm can be. */
	believes(state: ArrayLike<number> | null, ageMs: number): boolean;
}

/** Largest 32 bit number that is not above `value`: goals are sent as such and must not round over a limit. */
function roundedDown(value: number): number {
	const rounded = Math.fround(value);
	return rounded <= value ? rounded : Math.fround(value - Math.abs(value) * 2 ** -23);
}

/** For one kind of array only, see arm-geometry. */
const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

export function createJointRange(spec: RobotSpec, limits: GateLimits): JointRange {
	const min = Float64Array.from(spec.joints, (joint) => -roundedDown(-joint.min));
	const max = Float64Array.from(spec.joints, (joint) => roundedDown(joint.max));

	return {
		clamp: (joint, value) => Math.min(at(max, joint), Math.max(at(min, joint), value)),
		inside(joint, value, reference) {
			const low = Math.min(at(min, joint), reference);
			const high = Math.max(at(max, joint), reference);
			return Math.min(high, Math.max(low, value));
		},
		believes(state, ageMs) {
			if (state?.length !== min.length || !(ageMs <= limits.staleMs)) return false;
			for (let j = 0; j < min.length; j++) {
				const value = state[j] ?? Number.NaN;
				const low = at(min, j) - limits.unbelievable;
				if (!(value >= low && value <= at(max, j) + limits.unbelievable)) return false;
			}
			return true;
		}
	};
}
