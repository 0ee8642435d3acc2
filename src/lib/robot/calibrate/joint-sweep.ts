// One joint while it is moved by hand: where its encoder has been, followed across the end of its count. As long as the
// count does not run over, the result is LeRobot's (`set_half_turn_homings`, `record_ranges_of_motion`); where it does,
// LeRobot would note 0..4095, and here the offset is moved so that the whole travel lies within one turn. All pure.

import { homingFor, intoTurn, shortestWay } from '../so101/turn';

const TURN = 4096;
/** After a silence of this length nobody knows which way the joint went; it is then looked for near where it has been. */
const BLIND_MS = 250;
/** Faster than any hand, steps/ms (about 60 rad/s): such a reading counts only when the next one agrees. */
const HAND_TICKS_PER_MS = 40;
const SUSPECT_FROM_TICKS = 300;

export interface JointSweep {
	/** Raw encoder in the middle pose, 0..4095. */
	readonly start: number;
	/** Raw encoder steps, counted on beyond one turn; `min` and `max` of all that was read. */
	readonly raw: number;
	readonly min: number;
	readonly max: number;
	readonly atMs: number;
	/** A reading too far away to be believed alone. */
	readonly suspect: number | null;
}

/** `raw`: encoder in the middle pose, 0..4095. */
export function startSweep(raw: number, atMs: number): JointSweep {
	return { start: raw, raw, min: raw, max: raw, atMs, suspect: null };
}

/** `reading`: raw encoder, 0..4095, read at `atMs`. */
export function followSweep(sweep: JointSweep, reading: number, atMs: number): JointSweep {
	const gapMs = atMs - sweep.atMs;
	if (gapMs > BLIND_MS) return moveTo(sweep, nearRange(sweep, reading), atMs);
	const next = sweep.raw + shortestWay(reading - sweep.raw);
	const jump = Math.abs(next - sweep.raw);
	if (jump <= SUSPECT_FROM_TICKS + HAND_TICKS_PER_MS * gapMs) return moveTo(sweep, next, atMs);
	const confirmed =
		sweep.suspect !== null && Math.abs(shortestWay(reading - sweep.suspect)) <= SUSPECT_FROM_TICKS;
	return confirmed ? moveTo(sweep, nearRange(sweep, reading), atMs) : { ...sweep, suspect: reading };
}

function moveTo(sweep: JointSweep, raw: number, atMs: number): JointSweep {
	return {
		start: sweep.start,
		raw,
		min: Math.min(sweep.min, raw),
		max: Math.max(sweep.max, raw),
		atMs,
		suspect: null
	};
}

/** The turn in which the reading stretches the range least. */
function nearRange({ min, max }: JointSweep, reading: number): number {
	const middle = (min + max) / 2;
	return reading + TURN * Math.round((middle - reading) / TURN);
}

export interface SweepResult {
	/** What belongs into the servo. */
	readonly homing: number;
	/** Positions as the servo will show them with that offset. */
	readonly ticks: number;
	readonly min: number;
	readonly max: number;
	/** The count ran over inside the travel; offset and range are already mended. */
	readonly wrapped: boolean;
}

export function sweepResult({ start, raw, min, max }: JointSweep): SweepResult {
	const homing = homingFor(start);
	const zero = zeroNear(start, homing);
	if (min >= zero && max < zero + TURN)
		return { homing, ticks: raw - zero, min: min - zero, max: max - zero, wrapped: false };
	const middle = Math.floor((min + max) / 2);
	const mended = homingFor(intoTurn(middle));
	const from = zeroNear(middle, mended);
	return { homing: mended, ticks: raw - from, min: min - from, max: max - from, wrapped: true };
}

/** The count at which a servo with this offset shows 0, in the turn around `raw`. */
function zeroNear(raw: number, homing: number): number {
	return raw - intoTurn(raw - homing);
}
