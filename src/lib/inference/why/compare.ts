// A policy's answers against what was recorded: action k of an answer belongs k of the policy's ticks after its observation, and
// is laid beside the recorded action nearest to that time. Knows rows and answers; knows no runtime.

import {
	WHY_PHASES,
	type PolicyManifest,
	type WhyErrors,
	type WhyPhase,
	type WhySeries
} from '$lib/contracts';
import { rowAt, type Rows } from './rows';

/** One answer, asked for at a row. */
export interface Asked {
	readonly row: number;
	/** Action k, joint j at `k * joints + j`, dataset units. */
	readonly actions: Float32Array;
}

type Rhythm = Pick<PolicyManifest, 'fps' | 'chunk_size' | 'n_action_steps'>;

/** Most answers that are asked for over one episode: a slow model on a long episode is asked less often. */
export const MOST_ANSWERS = 400;

/** Rows at which the policy is asked: as often as it would ask itself while driving, or evenly spaced if that is too often. */
export function rowsToAsk(rows: Rows, { fps, n_action_steps: steps }: Rhythm): readonly number[] {
	const lastMs = rows.timesMs[rows.count - 1] ?? 0;
	const everyMs = Math.max((1000 * steps) / fps, lastMs / MOST_ANSWERS);
	const asked: number[] = [];
	for (let n = 0; n * everyMs <= lastMs + 1e-6; n++) {
		const row = rowAt(rows, n * everyMs, everyMs / 2);
		if (row >= 0 && row !== asked.at(-1)) asked.push(row);
	}
	return asked.slice(0, MOST_ANSWERS);
}

/** Rows that an answer's actions belong to; -1 where no row was recorded. */
function rowsOf(rows: Rows, { row }: Asked, { fps, chunk_size: size }: Rhythm): readonly number[] {
	const fromMs = rows.timesMs[row] ?? 0;
	// Half the time between two rows of this episode, or half a tick of the policy, whichever is more.
	const lastMs = rows.timesMs[rows.count - 1] ?? 0;
	const withinMs = 0.5 * Math.max(rows.count > 1 ? lastMs / (rows.count - 1) : 0, 1000 / fps) + 1e-6;
	return Array.from({ length: size }, (_, k) => rowAt(rows, fromMs + (1000 * k) / fps, withinMs));
}

/** Mean distance per joint and phase, in the order of WHY_PHASES; phases that did not occur are left out. */
export function errorsOf(
	rows: Rows,
	phases: readonly WhyPhase[],
	answers: readonly Asked[],
	rhythm: Rhythm,
	compared: 'whole' | 'first'
): readonly WhyErrors[] {
	const { joints, action } = rows;
	const sums = new Map<WhyPhase, { count: number; readonly apart: Float64Array }>();
	for (const answer of answers) {
		const places = rowsOf(rows, answer, rhythm).slice(0, compared === 'whole' ? undefined : 1);
		for (const [k, row] of places.entries()) {
			const phase = phases[row];
			if (row < 0 || phase === undefined) continue;
			const sum = sums.get(phase) ?? { count: 0, apart: new Float64Array(joints) };
			sums.set(phase, sum);
			sum.count += 1;
			for (let j = 0; j < joints; j++)
				sum.apart[j] =
					(sum.apart[j] ?? 0) +
					Math.abs((answer.actions[k * joints + j] ?? NaN) - (action[row * joints + j] ?? NaN));
		}
	}
	return WHY_PHASES.flatMap((phase): WhyErrors[] => {
		const sum = sums.get(phase);
		const occurs = phases.includes(phase);
		if (sum === undefined)
			return occurs ? [{ phase, count: 0, mean: Array.from({ length: joints }, () => null) }] : [];
		return [{ phase, count: sum.count, mean: Array.from(sum.apart, (apart) => apart / sum.count) }];
	});
}

/** What the policy would have asked for tick by tick, each tick from the newest answer before it. */
export function seriesOf(rows: Rows, answers: readonly Asked[], rhythm: Rhythm): WhySeries {
	const { joints, timesMs, action } = rows;
	const timesS: number[] = [];
	const predicted: number[][] = Array.from({ length: joints }, () => []);
	const recorded: number[][] = Array.from({ length: joints }, () => []);
	for (const [n, answer] of answers.entries()) {
		const nextMs = timesMs[answers[n + 1]?.row ?? -1] ?? Infinity;
		const fromMs = timesMs[answer.row] ?? 0;
		for (const [k, row] of rowsOf(rows, answer, rhythm).entries()) {
			const atMs = fromMs + (1000 * k) / rhythm.fps;
			if (atMs >= nextMs - 1e-6) break;
			if (row < 0) continue;
			timesS.push(atMs / 1000);
			for (let j = 0; j < joints; j++) {
				predicted[j]?.push(answer.actions[k * joints + j] ?? NaN);
				recorded[j]?.push(action[row * joints + j] ?? NaN);
			}
		}
	}
	return { timesS, predicted, recorded };
}
