/**
 * "Move the leader by hand": which of two limp arms a hand turns back and forth. Pure: positions and their times in, an
 * answer out. Knows encoder steps; knows no ports.
 *
 * An arm counts as moved when one of its joints went a good way in one direction and a good way back within a few seconds,
 * while the other arm stood still. An arm that only sinks, because it has just become limp, goes one way; a bumped table
 * shakes both a little.
 */
import type { PairPlace } from './pair';

export interface MotionOptions {
	readonly stepsPerTurn: number;
}

export type MotionVerdict =
	/** Not yet. */
	| 'waiting'
	/** This one. */
	| PairPlace
	/** Both were moved; begun anew. */
	| 'both';

export interface HandMotionDetector {
	/** Positions of one arm (steps, one per joint) at a time; null for a read that failed. */
	update(place: PairPlace, positions: ArrayLike<number> | null, atMs: number): MotionVerdict;
	/** Steps that the arm's liveliest joint has moved to and fro lately; for a bar on the screen. */
	swing(place: PairPlace): number;
	reset(): void;
}

/** A swing this wide each way is a hand's; shares of a turn (6 and 3 degrees). */
const SWING_TURNS = 6 / 360;
const STILL_TURNS = 3 / 360;
/** There and back within this time. */
const SWING_MS = 3000;
/** The other arm must have been seen to stand still for this long, and lately. */
const STILL_MS = 1000;
const SILENT_MS = 500;

interface Joint {
	last: number;
	/** Position without the jump from 4095 to 0. */
	unwrapped: number;
	low: number;
	high: number;
	/** Which way it went last, and when that swing was wide enough. */
	direction: -1 | 0 | 1;
	swungMs: number;
	/** Around where it stood when it last stood still. */
	anchor: number;
}

interface Arm {
	joints: Joint[];
	/** Time it has stood still, and time of its newest reading. */
	stillSinceMs: number;
	readMs: number;
	moved: boolean;
}

export function createHandMotionDetector({ stepsPerTurn }: MotionOptions): HandMotionDetector {
	const swing = SWING_TURNS * stepsPerTurn;
	const still = STILL_TURNS * stepsPerTurn;
	const fresh = (): Record<PairPlace, Arm> => ({ a: blank(), b: blank() });
	let arms = fresh();

	const track = (joint: Joint, position: number, atMs: number): boolean => {
		const half = stepsPerTurn / 2;
		let step = position - joint.last;
		if (step > half) step -= stepsPerTurn;
		if (step < -half) step += stepsPerTurn;
		joint.last = position;
		joint.unwrapped += step;
		return swingOf(joint, swing, atMs);
	};

	const take = (arm: Arm, positions: ArrayLike<number>, atMs: number): void => {
		// After a silence nobody knows what happened in between.
		if (atMs - arm.readMs > SILENT_MS) Object.assign(arm, blank());
		if (arm.joints.length === 0) {
			arm.joints = Array.from(positions, begin);
			arm.stillSinceMs = atMs;
		}
		arm.readMs = atMs;
		for (const [j, joint] of arm.joints.entries()) {
			if (track(joint, positions[j] ?? Number.NaN, atMs)) arm.moved = true;
			if (Math.abs(joint.unwrapped - joint.anchor) <= still) continue;
			joint.anchor = joint.unwrapped;
			arm.stillSinceMs = atMs;
		}
	};

	const judge = (atMs: number): MotionVerdict => {
		if (arms.a.moved && arms.b.moved) {
			arms = fresh();
			return 'both';
		}
		const place = arms.a.moved ? 'a' : arms.b.moved ? 'b' : null;
		if (place === null) return 'waiting';
		const other = arms[place === 'a' ? 'b' : 'a'];
		const seen = atMs - other.readMs <= SILENT_MS;
		return seen && atMs - other.stillSinceMs >= STILL_MS ? place : 'waiting';
	};

	return {
		update(place, positions, atMs) {
			const whole = positions !== null && Array.from(positions).every(Number.isFinite);
			if (whole) take(arms[place], positions, atMs);
			return judge(atMs);
		},
		swing: (place) => arms[place].joints.reduce((most, joint) => Math.max(most, joint.high - joint.low), 0),
		reset() {
			arms = fresh();
		}
	};
}

function blank(): Arm {
	return { joints: [], stillSinceMs: Number.NaN, readMs: Number.NEGATIVE_INFINITY, moved: false };
}

function begin(position: number): Joint {
	return {
		last: position,
		unwrapped: position,
		low: position,
		high: position,
		direction: 0,
		swungMs: Number.NEGATIVE_INFINITY,
		anchor: position
	};
}

/** Follows the turning points of one joint; true when it swung one way and back, each as wide as `wide`. */
function swingOf(joint: Joint, wide: number, atMs: number): boolean {
	const { unwrapped } = joint;
	joint.high = Math.max(joint.high, unwrapped);
	joint.low = Math.min(joint.low, unwrapped);
	const up = unwrapped - joint.low >= wide;
	const down = joint.high - unwrapped >= wide;
	const now: -1 | 0 | 1 = up && joint.direction !== 1 ? 1 : down && joint.direction !== -1 ? -1 : 0;
	if (now === 0) return false;
	const there = joint.direction !== 0 && atMs - joint.swungMs <= SWING_MS;
	joint.direction = now;
	joint.swungMs = atMs;
	// From here on the way back is measured from the turning point.
	if (now === 1) joint.high = unwrapped;
	else joint.low = unwrapped;
	return there;
}
