/**
 * What every way of driving has in common: raw input in whenever it comes, one wish per tick out. Sources know nothing of
 * the DOM, of workers and of safety; what a wish may do to the arm is the gate's decision.
 */
import type { RobotSpec, SetpointSource } from '$lib/contracts';

export interface DriveSource<I> {
	readonly source: SetpointSource;
	/** The arm stands here (LeRobot units): wishes start from it. Called when the source takes over. */
	begin(state: ArrayLike<number>): void;
	/** Newest raw input and when it arrived, ROBOT clock. */
	input(input: I, atMs: number): void;
	/**
	 * The wish of this tick, or null when there is none (before `begin`, or the input has gone silent). `goal` is what
	 * the gate sent last, null before that: a wish does not run away from an arm that is held back. The array is
	 * re-used by the next call.
	 */
	advance(dtS: number, nowMs: number, goal: ArrayLike<number> | null): Float32Array | null;
	/** When the newest input arrived: the stamp of the wish. */
	readonly inputMs: number;
}

/** Input older than this is not acted on any more: a key that is held is told again every 33 ms. */
export const INPUT_STALE_MS = 100;

/** Within the joint's limits; NaN stays NaN. */
export function clampJoint(spec: RobotSpec, joint: number, value: number): number {
	const limits = spec.joints[joint];
	return limits ? Math.min(limits.max, Math.max(limits.min, value)) : Number.NaN;
}

export function isWhole(values: ArrayLike<number>, count: number): boolean {
	if (values.length !== count) return false;
	for (let j = 0; j < count; j++) if (!Number.isFinite(values[j])) return false;
	return true;
}
