// What ROBOT tells the page about the policy that drives the arm, over its raw port as `policy`, at most ten times a second
// and once more when the state changes. Numbers are counted or measured by ROBOT; what nobody measured is null.

import type { PolicyFailureCode } from './policy';
import type { PolicyWaitReason } from './policy-protocol';
import type { LIMITED_BY } from './tick';
import type { Envelope } from './worker-protocol';

export type PolicyRunState =
	/** No policy was started since ROBOT began. */
	| 'off'
	/** Started or resumed; the first chunk is awaited. The arm holds. */
	| 'waiting'
	| 'driving'
	/** The arm holds for `reason`; it goes on by itself from a fresh observation. */
	| 'held'
	/** The arm holds until a person resumes. */
	| 'paused'
	/** A person drives by hand; may be resumed. */
	| 'taken-over'
	/** Over; only a new start lets a policy drive again. */
	| 'ended';

/** Why it holds, is paused or has ended; '' while it drives. */
export type PolicyRunReason =
	| ''
	/** A person paused or stopped it. */
	| 'asked'
	/** The arm itself holds, was locked, stopped or lost: its own report says why. */
	| 'arm'
	/** The chunk was played before the next one came. */
	| 'dry'
	/** The same, and the policy has not answered for a long time. */
	| 'silent'
	/** Nobody who could answer is connected. */
	| 'no-policy-worker'
	/** A picture or the state was too old, or the policy is being opened anew. */
	| PolicyWaitReason
	| PolicyFailureCode;

/** One time that a person took over: rows of this span are corrections. */
export interface PolicyTakeOver {
	/** Record ticks of the lab clock (floor of time times rate); null: until now. */
	readonly fromTick: number;
	readonly untilTick: number | null;
	/** ROBOT clock, ms. */
	readonly atMs: number;
	/** Row of the running recording that is the first of the correction, and the first that is none again; null: not recorded. */
	readonly fromRow: number | null;
	readonly untilRow: number | null;
}

export interface PolicyReport {
	readonly policyId: string;
	readonly state: PolicyRunState;
	readonly reason: PolicyRunReason;
	/** The camera that `reason` is about, else ''. */
	readonly camera: string;
	/** 0.25..1, as chosen; and what it comes to with the gate and late answers, 0..1. */
	readonly speed: number;
	readonly pace: number;
	/** Where the policy wants the joints now, and where they are; dataset units. Null before the first. */
	readonly predicted: Float32Array | null;
	readonly executed: Float32Array | null;
	/** From the want to its answer, of the newest hundred; null before the first. */
	readonly latencyMs: {
		readonly last: number;
		readonly median: number;
		readonly p95: number;
		readonly count: number;
	} | null;
	/** The network's share of the newest answer, and how old its oldest picture was when it was asked for; null before. */
	readonly runMs: number | null;
	readonly pictureAgeMs: number | null;
	/** Chunks taken per second over the last five seconds of the run; null in the first. */
	readonly chunksPerS: number | null;
	readonly chunks: number;
	/** Chunks that came too late in whole, actions dropped of others, answers refused for what they held, times it ran dry. */
	readonly lateChunks: number;
	readonly droppedActions: number;
	readonly refusedAnswers: number;
	readonly dryHolds: number;
	/** Ticks in which the policy drove, and in how many of them the gate changed what it wanted, by reason. */
	readonly drivenTicks: number;
	readonly limited: Readonly<Record<keyof typeof LIMITED_BY, number>>;
	/** What is left of the first minute at 100 mm/s, ms of driving: to be remembered per policy and arm. */
	readonly slowLeftMs: number;
	readonly takeOvers: readonly PolicyTakeOver[];
}

/** ROBOT -> PAGE. */
export type PolicyReportMessage = Envelope<'policy', PolicyReport>;
