// Was this start pose ever shown? Against the range of every joint, and, where the package tells them, against the starts of the
// training's episodes. Knows poses; knows no picture.

import type { PolicyManifest, WhyJointBeyond } from '$lib/contracts';
import { jointsBeyondTraining } from '../check';

/** Fewer starts than this tell nothing of how starts are spread. */
const LEAST_STARTS = 10;
/** As far from the nearest known start as these are from each other, times this, is still near. */
const NEAR_FACTOR = 1.5;
/** And this always is, degrees or percent: as a hand places an arm. */
const NEAR_LEAST = 5;

export interface StartJudgement {
	readonly beyond: readonly WhyJointBeyond[];
	readonly nearest: { readonly distance: number; readonly limit: number } | null;
	readonly unseen: boolean;
}

/** Largest joint distance. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let most = 0;
	for (let j = 0; j < a.length; j++) most = Math.max(most, Math.abs((a[j] ?? NaN) - (b[j] ?? NaN)));
	return most;
}

function nearestTo(pose: ArrayLike<number>, others: readonly ArrayLike<number>[]): number {
	return others.reduce<number>((least, other) => Math.min(least, apart(pose, other)), Infinity);
}

/** What 19 of 20 known starts are at most from their own nearest neighbour, times 1.5, and at least 5. */
export function nearLimit(starts: readonly (readonly number[])[]): number {
	const gaps = starts.map((start, n) => nearestTo(start, [...starts.slice(0, n), ...starts.slice(n + 1)]));
	gaps.sort((a, b) => a - b);
	return Math.max(NEAR_LEAST, NEAR_FACTOR * (gaps[Math.ceil(0.95 * gaps.length) - 1] ?? 0));
}

/** Null where the package tells neither ranges nor starts. @param pose [N], dataset units */
export function judgeStart(
	{ joints, training }: Pick<PolicyManifest, 'joints' | 'training'>,
	pose: ArrayLike<number>
): StartJudgement | null {
	const { state_min: min, state_max: max, starts = [] } = training;
	const ranged = min.length === joints.length && max.length === joints.length;
	const spread = starts.length >= LEAST_STARTS;
	if (!ranged && !spread) return null;
	const names = ranged ? jointsBeyondTraining({ joints, training }, pose) : [];
	const beyond = joints.flatMap(({ name, unit }, j): WhyJointBeyond[] =>
		names.includes(name)
			? [{ joint: name, unit, value: pose[j] ?? NaN, low: min[j] ?? NaN, high: max[j] ?? NaN }]
			: []
	);
	const nearest = spread ? { distance: nearestTo(pose, starts), limit: nearLimit(starts) } : null;
	const unseen = beyond.length > 0 || (nearest !== null && nearest.distance > nearest.limit);
	return { beyond, nearest, unseen };
}
