// When to ask for the next chunk, and how fast to play the present one while the answer is under way. Pure arithmetic on
// seconds; knows no chunks and no joints.
//
// [Note: two kinds of seconds] A chunk is C seconds of motion. Motion passes at the pace at which it is played (0..1),
// waiting passes in real seconds.
//
// [Note: slower, not still] Answers come one after the other, and each counts from the moment it was asked for. With every
// answer late by L, a chunk must last until the one asked for at its own arrival is there: 2 L of motion. At full pace that
// is possible up to L = C / 2 only, whatever one does. Up to L = 0.8 C the arm therefore plays slower instead of running dry:
// what is left of the chunk is spread over the time that an answer may still take. Usual latencies never slow anything;
// a sudden long one does once it is later than the recent ones were.

/** An answer as late as this share of the chunk must not stop the arm. */
export const BEARABLE_SHARE = 0.8;
/** The next chunk is asked for when this share is left at the latest (LeRobot's async default, `chunk_size_threshold`). */
const ASK_SHARE = 0.5;
/** What is kept back for an answer that is later than all recent ones. */
const RESERVE_SHARE = 0.1;
const RECENT_MARGIN = 1.15;
/** Two loop ticks each way, s. */
const SLACK_S = 0.02;

export interface PaceTimes {
	/** Motion in a whole chunk. */
	readonly chunkS: number;
	/** Longest of the recent latencies; 0 when none is known. */
	readonly recentS: number;
}

function bearable({ chunkS }: PaceTimes): number {
	return BEARABLE_SHARE * chunkS + SLACK_S;
}

function expected(times: PaceTimes): number {
	return Math.min(bearable(times), RECENT_MARGIN * times.recentS + SLACK_S);
}

function reserve(times: PaceTimes): number {
	return RESERVE_SHARE * times.chunkS * (1 - expected(times) / bearable(times));
}

/** Ask for the next chunk once so much motion or less is left, s. */
export function askBelow(times: PaceTimes): number {
	return Math.max(expected(times) + reserve(times), ASK_SHARE * times.chunkS);
}

/**
 * Fastest pace at which the arm will not have to stop.
 * @param leftS motion left
 * @param waitedS since the next chunk was asked for; null when it was not: then nobody knows of a delay
 */
export function bearablePace(times: PaceTimes, leftS: number, waitedS: number | null): number {
	const steady = Math.min(1, times.chunkS / (2 * expected(times)));
	if (waitedS === null) return steady;
	const untilUsual = expected(times) - waitedS;
	const untilBearable = bearable(times) - waitedS;
	const usual = untilUsual > 0 ? (leftS - reserve(times)) / untilUsual : 0;
	const late = untilBearable > 0 ? leftS / untilBearable : 1;
	return Math.max(0, Math.min(steady, Math.max(usual, late)));
}
