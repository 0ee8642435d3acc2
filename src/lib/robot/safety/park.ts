/**
 * The way to the rest pose: folded back over the base, where the arm lies on itself and may go limp. Knows poses; the
 * gate makes it slow. First the shoulder lifts the arm off the table, then everything folds.
 */
import type { RobotSpec, Setpoint } from '$lib/contracts';
import { SO101 } from '$lib/contracts';

export interface RestPose {
	/** LeRobot units, order of the RobotSpec. */
	readonly q: readonly number[];
	/** Joint that goes first, and how near to its rest angle the others wait for it. */
	readonly first: number;
	readonly firstWithin: number;
	/** Nearer than this in every joint is "at rest". */
	readonly within: number;
}

export const SO101_REST_POSE: RestPose = {
	q: [0, -98, 94, 50, 0, 10],
	first: 1,
	firstWithin: 12,
	within: 5
};

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;

/** Joints that lie wrong by less than `within` count as resting; the gripper may hold something and does not count. */
export function isAtRest(
	state: ArrayLike<number>,
	pose: RestPose = SO101_REST_POSE,
	spec: RobotSpec = SO101
): boolean {
	return spec.joints.every(
		(joint, j) => joint.unit === 'percent' || Math.abs(at(state, j) - at(pose.q, j)) <= pose.within
	);
}

/**
 * The wish of the park source for this tick. Until the first joint is near its place, the others keep the angles they
 * had at `from` (the state when parking began). A held object stays held.
 */
export function parkWish(
	state: ArrayLike<number>,
	from: ArrayLike<number>,
	nowMs: number,
	epoch: number,
	pose: RestPose = SO101_REST_POSE,
	spec: RobotSpec = SO101
): Setpoint {
	const lifted = Math.abs(at(state, pose.first) - at(pose.q, pose.first)) <= pose.firstWithin;
	const q = Float32Array.from(spec.joints, (joint, j) => {
		if (joint.unit === 'percent') return at(from, j);
		return j === pose.first || lifted ? at(pose.q, j) : at(from, j);
	});
	return { v: 1, source: 'park', epoch, tMs: nowMs, q };
}
