// Runs of policies, one row each, kept from the first goal on: a tab that dies leaves a run whose end nobody knows, never one
// that is gone and never one that was made up.

import { POLICY_RUN_VERSION, type NewPolicyRun, type PolicyRunRecord, type RunOutcome } from '$lib/contracts';
import type { PolicyEngine, PolicyStore, PolicyTransaction } from '../types';
import { readRunRow } from './rows';

type RunTable = Pick<PolicyStore, 'beginRun' | 'endRun' | 'judgeRun' | 'rateRun' | 'runs'>;

const WORDS_CHARS = 2000;

export function createRunTable(
	engine: PolicyEngine,
	{ epochMs, newId }: { readonly epochMs: () => number; readonly newId: () => string }
): RunTable {
	const change = (
		id: string,
		how: (run: PolicyRunRecord) => PolicyRunRecord | null
	): Promise<PolicyRunRecord> =>
		engine.write('strict', async (tx) => {
			const run = await runOf(tx, id);
			const changed = how(run);
			if (changed === null) return run;
			await tx.put('runs', id, changed);
			return changed;
		});
	return {
		async beginRun(run) {
			const record = newRecord(run, newId(), epochMs());
			if (readRunRow(record) === undefined) throw new RangeError('a run that cannot be');
			await engine.write('strict', (tx) => tx.put('runs', record.id, record));
			return record;
		},
		endRun: (id, end) =>
			change(id, (run) => {
				if (run.end !== null) return null;
				const ended = { ...run, end: { ...end, endedAtEpochMs: epochMs() } };
				if (readRunRow(ended) === undefined) throw new RangeError('an end that cannot be');
				return ended;
			}),
		judgeRun: (id, { outcome, judge }) =>
			change(id, (run) => {
				if (run.judge === 'person' && judge === 'sim_task') return null;
				return { ...run, outcome: outcome satisfies RunOutcome, judge };
			}),
		rateRun(id, rating, words) {
			if (!Number.isInteger(rating) || rating < 1 || rating > 5)
				return Promise.reject(new RangeError(`a rating of ${rating}`));
			return change(id, (run) => ({
				...run,
				rating,
				words: words.replace(/[^\P{Cc}\n]/gu, ' ').slice(0, WORDS_CHARS)
			}));
		},
		async runs(policyId) {
			const rows = await engine.read((tx) => tx.getAll('runs'));
			return rows
				.flatMap((row) => readRunRow(row) ?? [])
				.filter((run) => policyId === undefined || run.policyId === policyId)
				.sort((a, b) => a.startedAtEpochMs - b.startedAtEpochMs || (a.id < b.id ? -1 : 1));
		}
	};
}

function newRecord(run: NewPolicyRun, id: string, startedAtEpochMs: number): PolicyRunRecord {
	return {
		...run,
		schemaVersion: POLICY_RUN_VERSION,
		id,
		startedAtEpochMs,
		end: null,
		outcome: 'unknown',
		judge: 'nobody',
		rating: null,
		words: ''
	};
}

async function runOf(tx: PolicyTransaction, id: string): Promise<PolicyRunRecord> {
	const run = readRunRow(await tx.get('runs', id));
	if (run === undefined) throw new RangeError(`no run ${id}`);
	return run;
}
