// What the screens of models show and what a person can ask for: plain data in, plain calls out. Knows no store, no worker
// and no runtime. null always means "not measured"; units are in the names.

import type {
	ErrorCode,
	PolicyBackend,
	PolicyComparison,
	PolicyListing,
	PolicyRunRecord,
	PolicyVerdict,
	RunOutcome
} from '$lib/contracts';

/** Counted, never estimated. */
export interface SuccessCount {
	readonly successes: number;
	readonly trials: number;
}

export interface PolicyCardView {
	readonly listing: PolicyListing;
	/** Of the runs on this computer that were judged; null when there are none. */
	readonly here: SuccessCount | null;
}

export interface PolicyCheckView {
	readonly comparisons: readonly PolicyComparison[];
	readonly verdict: PolicyVerdict;
	/** The policy's cameras in its order; `trainingUrl` null: no picture came with the package. */
	readonly cameras: readonly { readonly name: string; readonly trainingUrl: string | null }[];
}

/** `by_hand`: a person took over; the model may go on from there. */
export type PolicyRunState = 'ready' | 'starting' | 'running' | 'paused' | 'by_hand' | 'holding' | 'ended';

export type PolicyWaitView =
	/** Started, and the first answer is on its way. */
	| 'first'
	| 'no_picture'
	| 'old_picture'
	| 'old_state'
	| 'reopening'
	| 'no_answer'
	| 'failed'
	/** The arm holds for a reason of its own, which the lab says elsewhere. */
	| 'arm';

export interface PolicyJointView {
	/** LeRobot's name. */
	readonly name: string;
	readonly unit: 'degrees' | 'percent';
	/** What the policy wanted for the last tick, and what the arm was measured to do then. */
	readonly predicted: number | null;
	readonly executed: number | null;
}

export interface PolicyRunView {
	readonly state: PolicyRunState;
	readonly wait: PolicyWaitView | null;
	readonly elapsedS: number;
	/** 0.25 to 1. */
	readonly speed: number;
	/** Seconds of the first minute that are left; 0 when it is over. */
	readonly slowLeftS: number;
	readonly backend: PolicyBackend | null;
	readonly latency: { readonly lastMs: number; readonly medianMs: number; readonly p95Ms: number } | null;
	/** Answers per second. */
	readonly answersHz: number | null;
	readonly lateChunks: number;
	/** Ticks in which the gate held something back, by keys of LIMITED_BY; zeros are left out. */
	readonly limitedTicks: Readonly<Record<string, number>>;
	readonly joints: readonly PolicyJointView[];
}

export interface PolicyTrialView {
	/** Null: no series goes on. */
	readonly series: {
		readonly count: number;
		/** Of finished starts, in order. */
		readonly outcomes: readonly RunOutcome[];
		/** A person has to set up the next start. */
		readonly waitsForPerson: boolean;
		readonly running: boolean;
	} | null;
}

export type PolicyLoadPart = 'package' | 'runtime' | 'reference' | 'measure';

export interface PolicyProblem {
	readonly code: ErrorCode;
	readonly details: Readonly<Record<string, string | number>>;
}

/** Why it cannot start now; the button is never grey without a sentence. */
export type PolicyStartBlock = 'locked' | 'refused' | 'recording';

/** What was different from the training, as it was seen: before the start, and while it drove. */
export interface PolicyWhyView {
	readonly differences: readonly PolicyComparison[];
	/** Joints that came to where no demonstration ever was, LeRobot names. */
	readonly beyond: readonly string[];
}

/** The lab's panel. Which part of it is shown follows from `step`. */
export interface PolicyPanelView {
	readonly step: 'choose' | 'load' | 'check' | 'run' | 'rate';
	readonly problem: PolicyProblem | null;
	readonly policies: readonly PolicyCardView[];
	/** The bundled one can be fetched. */
	readonly canFetchBundled: boolean;
	readonly importing: ImportView | null;
	readonly chosen: PolicyCardView | null;
	readonly loading: PolicyLoadPart | null;
	readonly check: PolicyCheckView | null;
	readonly startBlocked: PolicyStartBlock | null;
	readonly run: PolicyRunView | null;
	readonly record: PolicyRunRecord | null;
	/** What may explain how the run went; null before one is over. */
	readonly why: PolicyWhyView | null;
	readonly trials: PolicyTrialView;
	/** Trials can judge themselves and set themselves up. */
	readonly simulated: boolean;
}

export interface PolicyPanelActions {
	readonly choose: (policyId: string) => void;
	readonly fetchBundled: () => void;
	readonly importFile: (file: File) => void;
	readonly back: () => void;
	readonly start: () => void;
	readonly pause: () => void;
	readonly resume: () => void;
	readonly end: () => void;
	readonly setSpeed: (speed: number) => void;
	readonly judge: (outcome: Exclude<RunOutcome, 'unknown'>) => void;
	readonly rate: (rating: number, words: string) => void;
	readonly again: () => void;
	readonly startTrials: (count: number) => void;
	readonly nextTrial: () => void;
	readonly stopTrials: () => void;
	readonly dismissProblem: () => void;
}

/** A package on its way in. `share` 0..1, null when nobody knows how much there is. */
export interface ImportView {
	readonly name: string;
	readonly step: 'fetching' | 'checking';
	readonly share: number | null;
}

/** What models run on, kept for when there is no network. Bytes as the server told them; null: nobody could say. */
export interface OfflineView {
	readonly state: 'unknown' | 'impossible' | 'missing' | 'fetching' | 'ready' | 'failed';
	readonly hereBytes: number;
	readonly totalBytes: number | null;
}

export interface PolicyLibraryView {
	readonly offline: OfflineView;
	readonly ready: boolean;
	/** The seat's store could not be opened. */
	readonly noStore: boolean;
	readonly policies: readonly PolicyCardView[];
	readonly importing: ImportView | null;
	/** What came of the last import. */
	readonly imported: { readonly name: string; readonly known: boolean } | null;
	readonly problem: PolicyProblem | null;
	readonly canFetchBundled: boolean;
	/** Name of what was deleted last and can come back. */
	readonly deleted: string | null;
	/** Ids, at most two. */
	readonly compared: readonly string[];
}

export interface PolicyLibraryActions {
	readonly importFile: (file: File) => void;
	readonly importAddress: (address: string) => void;
	/** `owner/name` on the Hub. */
	readonly importHub: (name: string) => void;
	readonly makeOffline: () => void;
	readonly fetchBundled: () => void;
	readonly remove: (policyId: string) => void;
	readonly undo: () => void;
	readonly dismissUndo: () => void;
	readonly save: (policyId: string) => void;
	readonly compare: (policyId: string, on: boolean) => void;
	readonly dismissProblem: () => void;
}
