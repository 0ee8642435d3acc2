// How far each joint of an SO-101 can turn, by its published model: the measure for a sweep, and for a file that knows no
// ranges. Real arms differ by some percent (printed stops), so nobody takes these numbers for a limit.

import { SO101, SO101_CHAIN } from '$lib/contracts';

const TRAVEL_TICKS: ReadonlyMap<string, number> = new Map(
	SO101_CHAIN.joints.map(({ name, minRad, maxRad }) => [
		name,
		Math.round(((maxRad - minRad) / (2 * Math.PI)) * SO101.ticksPerTurn)
	])
);

/** Published travel of a joint in encoder steps; null for a joint this robot does not have. */
export function travelTicks(joint: string): number | null {
	return TRAVEL_TICKS.get(joint) ?? null;
}
