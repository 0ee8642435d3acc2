// Does this runtime give the answers that the exporting program gave? Asked of every policy before it may drive: a runtime
// that computes something else than what was trained is worse than none. Knows no runtime and no file.

import type { PolicyFailure, PolicyObservation, PolicyPrecision, PolicyRuntime } from '$lib/contracts';
import { err, ok, type Result } from '$lib/core';

/** Largest difference that is let pass, dataset units (degrees; percent of the gripper's range). */
export const REFERENCE_TOLERANCE: Readonly<Record<PolicyPrecision, number>> = {
	/** A 1/88 of what the servos can tell apart. */
	fp32: 1e-3,
	/** Below the servos' resolution of 0.088 degrees. */
	fp16: 0.05
};

export interface Reference {
	readonly observations: readonly PolicyObservation[];
	/** Per observation [chunk_size * N]. */
	readonly actions: readonly Float32Array[];
}

export interface ReferenceAnswer {
	/** Over all numbers of all observations, dataset units. */
	readonly largestDifference: number;
	readonly observations: number;
	readonly numbers: number;
	readonly tolerance: number;
	/** Wall time of each run, in order, ms: the first may be a warm-up. */
	readonly runsMs: readonly number[];
}

export interface ReferenceProblem {
	readonly code: 'policy_reference_mismatch' | PolicyFailure['code'];
	readonly detail: string;
	/** Dataset units; null when there was no answer to compare. */
	readonly largestDifference: number | null;
}

/** Runs every observation of the reference once. No observation at all proves nothing and is refused. */
export async function checkReference(
	runtime: PolicyRuntime,
	reference: Reference,
	now: () => number = () => performance.now()
): Promise<Result<ReferenceAnswer, ReferenceProblem>> {
	const tolerance = REFERENCE_TOLERANCE[runtime.precision];
	const mismatch = (detail: string, largestDifference: number | null): Result<never, ReferenceProblem> =>
		err({ code: 'policy_reference_mismatch', detail, largestDifference });
	let largest = 0;
	let numbers = 0;
	const runsMs: number[] = [];
	for (const [at, observation] of reference.observations.entries()) {
		const expected = reference.actions[at];
		const startMs = now();
		const answer = await runtime.run(observation);
		runsMs.push(now() - startMs);
		if (!answer.ok) return err({ ...answer.error, largestDifference: null });
		const { actions } = answer.value;
		if (expected?.length !== actions.length)
			return mismatch(`${actions.length} numbers instead of ${expected?.length ?? 0}`, null);
		for (const [k, value] of actions.entries()) {
			const difference = Math.abs(value - (expected[k] ?? NaN));
			// A reference that is no number must not pass for a fit.
			if (!Number.isFinite(difference)) return mismatch(`observation ${at} has no numbers to compare`, null);
			largest = Math.max(largest, difference);
		}
		numbers += actions.length;
	}
	if (numbers === 0) return mismatch('there is nothing to compare with', null);
	if (largest > tolerance) return mismatch(`off by ${largest}, ${tolerance} is let pass`, largest);
	return ok({
		largestDifference: largest,
		observations: reference.observations.length,
		numbers,
		tolerance,
		runsMs
	});
}
