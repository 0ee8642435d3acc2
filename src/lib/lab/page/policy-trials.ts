// A fixed trial as a value: how many starts, from which seeds, what came of each, when it is over. Pure; knows no arm.
// Starts are numbered by seeds that follow each other, so that another computer can run the same ones.

import type { RunOutcome } from '$lib/contracts';
import type { PolicyTrialView } from '$lib/ui/policies';

/** A start of a series that takes longer has failed; twice that in the slow first minute. */
const START_LIMIT_S = 60;

/** Seconds of driving that one start may take. */
export function startLimitS(slowLeftS: number, speed: number): number {
	return (START_LIMIT_S * (slowLeftS > 0 ? 2 : 1)) / speed;
}

export interface TrialSeries {
	readonly seriesId: string;
	readonly count: number;
	readonly firstSeed: number;
	/** Of finished starts, in order. `unknown`: nobody has judged it yet. */
	readonly outcomes: readonly RunOutcome[];
	/** A person broke it off: what is there still counts. */
	readonly broken: boolean;
}

export function beginSeries(seriesId: string, count: number, firstSeed: number): TrialSeries {
	return { seriesId, count, firstSeed, outcomes: [], broken: false };
}

/** The start that is due: its number and seed; null when the series is over. */
export function dueStart(series: TrialSeries): { readonly index: number; readonly seed: number } | null {
	const index = series.outcomes.length;
	return isOver(series) ? null : { index, seed: series.firstSeed + index };
}

export function isOver({ broken, outcomes, count }: TrialSeries): boolean {
	return broken || outcomes.length >= count;
}

/** The start that was due is over. */
export function endStart(series: TrialSeries, outcome: RunOutcome): TrialSeries {
	return isOver(series) ? series : { ...series, outcomes: [...series.outcomes, outcome] };
}

/** A person judges the newest start, also one that was judged before. */
export function judgeLast(series: TrialSeries, outcome: RunOutcome): TrialSeries {
	if (series.outcomes.length === 0) return series;
	return { ...series, outcomes: [...series.outcomes.slice(0, -1), outcome] };
}

export function breakOff(series: TrialSeries): TrialSeries {
	return { ...series, broken: true };
}

/** @param rests nothing drives, and a person lays the table: the next start waits for one */
export function seriesView(series: TrialSeries | null, rests: boolean): PolicyTrialView['series'] {
	if (series === null) return null;
	const running = !isOver(series);
	return { count: series.count, outcomes: series.outcomes, waitsForPerson: running && rests, running };
}
