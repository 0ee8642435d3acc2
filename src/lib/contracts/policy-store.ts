// What a seat keeps of policies: the packages it has, without their weights, and one record per run. Plain rows: they go
// through structured cloning into a store and as props to the pages. Knows no store and no screen.

import type { PolicyManifest, PolicyPrecision } from './policy';

/** What a package costs, computed from its graph; never measured time. */
export interface PolicyCost {
	readonly nodes: number;
	/** Of the file. */
	readonly modelBytes: number;
	/** Of all initialisers and constants. */
	readonly weightBytes: number;
	/** Multiply-adds of one inference. */
	readonly multiplyAdds: number;
	/** Most that intermediate results take at one time, if each is freed after its last use. */
	readonly peakActivationBytes: number;
}

/** One package of a seat. */
export interface PolicyListing {
	/** SHA-256 of manifest.json, lower-case hex: the same package has the same id on every computer. */
	readonly id: string;
	readonly manifest: PolicyManifest;
	/** README.md, '' when there is none. Text of strangers: shown as text only. */
	readonly card: string;
	readonly packageBytes: number;
	readonly costs: Readonly<Partial<Record<PolicyPrecision, PolicyCost>>>;
	readonly addedAtEpochMs: number;
	/** Where it came from, as a person said it: a file name, an address, `bundled`. */
	readonly origin: string;
	/** Deleted, and can be restored until it is purged. */
	readonly deletedAtEpochMs: number | null;
}

export const POLICY_RUN_VERSION = 1;

export const RUN_OUTCOMES = ['unknown', 'succeeded', 'failed'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** Who said how it went. */
export const RUN_JUDGES = ['nobody', 'person', 'sim_task'] as const;
export type RunJudge = (typeof RUN_JUDGES)[number];

/** Why a run ended. A run whose tab died has no end. */
export const RUN_ENDS = [
	/** A person ended it: by the panel, by Stop, or by letting the arm go. */
	'stopped',
	/** The same, after a hand had taken over. */
	'taken_over',
	/** The exercise said that it is done; that it can not be done any more; a start of a series took too long. */
	'task_done',
	'exercise_failed',
	'time_up',
	/** The arm put itself to rest (too hot, tab hidden, battery); the computer slept; cable or power of the arm are gone. */
	'parked',
	'slept',
	'arm_lost',
	/** Another kind of arm was chosen. */
	'arm_changed',
	/** A worker that it needs is gone: what it still did is not known. */
	'worker_died',
	/** The model answered what nobody can drive by, or could not be opened again. */
	'fault',
	/** The arm refused the start: it never drove. */
	'not_started'
] as const;
export type RunEnd = (typeof RUN_ENDS)[number];

/** Measured over one run; quantiles are of the answers that came. */
export interface RunLatency {
	readonly count: number;
	readonly medianMs: number;
	readonly p95Ms: number;
	readonly maxMs: number;
}

/** What is known when a run begins. */
export interface NewPolicyRun {
	readonly policyId: string;
	/** So that the record can still be read when the package is gone. */
	readonly policyName: string;
	/** Name of the dataset the policy was trained on, as its manifest says. */
	readonly dataset: string;
	readonly armId: string;
	readonly simulated: boolean;
	/** 0.25 to 1, as chosen at the start. */
	readonly speed: number;
	/** True while the first minute's limit still held at the start. */
	readonly slowStart: boolean;
	/** One of a series with fixed starts; null for a single run. */
	readonly trial: { readonly seriesId: string; readonly index: number; readonly seed: number } | null;
}

/** What is known when it ends. */
export interface PolicyRunEnd {
	readonly endedBy: RunEnd;
	/** Lab time in which the model drove, ms: pauses, holds and hands do not count. As exact as reports come, 100 ms. */
	readonly durationMs: number;
	readonly latency: RunLatency | null;
	/** Ticks in which the gate held something back, by its reason (keys of LIMITED_BY). */
	readonly limitedTicks: Readonly<Record<string, number>>;
	/** Chunks that came too late to be of use. */
	readonly lateChunks: number;
	/** Times that a hand took over; null in records of before this was kept. */
	readonly takeOvers: number | null;
	/** Sealed episode that this run was recorded as; null when it was not recorded. */
	readonly episodeId: string | null;
}

/** `person` overrules `sim_task`, never the other way round. */
export interface RunVerdict {
	readonly outcome: Exclude<RunOutcome, 'unknown'>;
	readonly judge: Exclude<RunJudge, 'nobody'>;
}

export interface PolicyRunRecord extends NewPolicyRun {
	readonly schemaVersion: typeof POLICY_RUN_VERSION;
	readonly id: string;
	readonly startedAtEpochMs: number;
	/** null while it runs, and for ever when the tab died before the end was known. */
	readonly end: (PolicyRunEnd & { readonly endedAtEpochMs: number }) | null;
	/** `unknown` until the task or a person said it. */
	readonly outcome: RunOutcome;
	readonly judge: RunJudge;
	/** 1 to 5; null until a person gave one. */
	readonly rating: number | null;
	/** What a person wrote. */
	readonly words: string;
}
