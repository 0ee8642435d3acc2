// The record of the run that is shown for judging: what a person says of it is shown at once, and kept where there is room.
// Knows no arm and no series.

import type { PolicyRunRecord, RunOutcome } from '$lib/contracts';
import type { PolicyStore } from '$lib/inference/package';
import type { PolicyProblem } from '$lib/ui/policies';
import { notKept } from './policy-problems';

export class ShownRun {
	record: PolicyRunRecord | null = null;
	readonly #store: () => PolicyStore | null;

	constructor(store: () => PolicyStore | null) {
		this.#store = store;
	}

	/** Null when it was kept; else why not: it is shown all the same. */
	judge(outcome: Exclude<RunOutcome, 'unknown'>): Promise<PolicyProblem | null> {
		const verdict = { outcome, judge: 'person' } as const;
		return this.#write(verdict, (store, { id }) => store.judgeRun(id, verdict));
	}

	/** The same for 1 to 5 and words. */
	rate(rating: number, words: string): Promise<PolicyProblem | null> {
		return this.#write({ rating, words }, (store, { id }) => store.rateRun(id, rating, words));
	}

	async #write(
		said: Partial<PolicyRunRecord>,
		write: (store: PolicyStore, record: PolicyRunRecord) => Promise<PolicyRunRecord>
	): Promise<PolicyProblem | null> {
		const store = this.#store();
		const { record } = this;
		if (store === null || record === null) return null;
		try {
			const written = await write(store, record);
			// An end that was not kept is known here alone.
			this.record = { ...written, end: written.end ?? record.end };
			return null;
		} catch (error) {
			this.record = { ...record, ...said };
			return notKept(error);
		}
	}
}
