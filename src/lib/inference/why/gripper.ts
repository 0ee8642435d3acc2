// When does a gripper shut? Times at which a curve falls through half of its way, for the measured one and for the one that a
// policy wanted, and how far apart they lie. Knows curves; knows no policy and no words.

import { GRIPPER_SPAN } from './phases';

/** Share of the way by which a curve has to fall past the middle to have shut. */
const SURE_SHARE = 0.1;
/** Further apart than this two shuttings are not the same one, s. */
const SAME_WITHIN_S = 2;

export interface Curve {
	readonly timesS: ArrayLike<number>;
	/** Percent open. */
	readonly open: ArrayLike<number>;
}

/** Middle of a curve's way; null where it hardly moves. */
export function middleOf({ open }: Curve): { readonly level: number; readonly way: number } | null {
	const values = Array.from(open).filter(Number.isFinite);
	const [low, high] = [Math.min(...values), Math.max(...values)];
	return high - low >= GRIPPER_SPAN ? { level: (low + high) / 2, way: high - low } : null;
}

/** Times at which the curve falls through `level`, s: from above it by a tenth of the way to below it by a tenth. */
export function shuttings({ timesS, open }: Curve, level: number, way: number): readonly number[] {
	const times: number[] = [];
	const margin = SURE_SHARE * way;
	let isOpen = false;
	let crossed = NaN;
	for (let at = 0; at < open.length; at++) {
		const value = open[at] ?? NaN;
		const before = open[at - 1] ?? NaN;
		if (value >= level + margin) isOpen = true;
		if (before >= level && value < level) {
			const share = (before - level) / (before - value);
			const from = timesS[at - 1] ?? NaN;
			crossed = from + share * ((timesS[at] ?? NaN) - from);
		}
		if (isOpen && value <= level - margin) {
			isOpen = false;
			times.push(crossed);
		}
	}
	return times.filter(Number.isFinite);
}

export interface GripperLag {
	readonly expectedS: number;
	readonly happenedS: number;
	/** Positive: it happened later than expected. */
	readonly lagS: number;
}

/** The largest lag of all shuttings that have a counterpart; null where none has. */
export function gripperLag(expected: readonly number[], happened: readonly number[]): GripperLag | null {
	let worst: GripperLag | null = null;
	for (const expectedS of expected) {
		const nearest = happened.reduce<number | null>(
			(best, at) => (best === null || Math.abs(at - expectedS) < Math.abs(best - expectedS) ? at : best),
			null
		);
		if (nearest === null || Math.abs(nearest - expectedS) > SAME_WITHIN_S) continue;
		const lagS = nearest - expectedS;
		if (worst === null || lagS > worst.lagS) worst = { expectedS, happenedS: nearest, lagS };
	}
	return worst;
}
