// What the training page shows and what a person can ask for: plain data in, plain calls out. Knows no worker and no store.

import type { ErrorCode, TrainingStatus } from '$lib/contracts';

/** One dataset of the seat that could be learned from. */
export interface TrainingSourceView {
	readonly id: string;
	readonly name: string;
	readonly episodes: number;
	readonly seconds: number;
	readonly simulated: boolean;
}

export type TrainingLength = 'short' | 'normal' | 'long';

/** `expert`: the scripted expert shows it. */
export type TrainingChoice = { readonly kind: 'expert' } | { readonly kind: 'dataset'; readonly id: string };

export interface TrainingPageView {
	/** The seat's recordings and unfinished trainings have been looked through. */
	readonly ready: boolean;
	readonly sources: readonly TrainingSourceView[];
	readonly choice: TrainingChoice;
	/** Demonstrations of the expert. */
	readonly expertEpisodes: number;
	readonly length: TrainingLength;
	/** The newest training that was not finished; null while one runs. */
	readonly unfinished: {
		readonly name: string;
		readonly step: number;
		readonly steps: number;
		readonly savedAtEpochMs: number;
	} | null;
	/** The training of this visit; null before the first. */
	readonly run: { readonly name: string; readonly status: TrainingStatus } | null;
	/** The policy that came of it, once it is kept; `heldOutDegrees` as its manifest says. */
	readonly made: { readonly policyId: string; readonly name: string; readonly heldOutDegrees: number } | null;
	readonly problem: {
		readonly code: ErrorCode;
		readonly details: Readonly<Record<string, string | number>>;
	} | null;
}

export interface TrainingPageActions {
	readonly choose: (choice: TrainingChoice) => void;
	readonly chooseEpisodes: (episodes: number) => void;
	readonly chooseLength: (length: TrainingLength) => void;
	readonly start: () => void;
	readonly pause: () => void;
	readonly resume: () => void;
	/** With the best so far. */
	readonly stop: () => void;
	readonly cancel: () => void;
	readonly continueUnfinished: () => void;
	readonly forgetUnfinished: () => void;
	/** Back to the choice. */
	readonly another: () => void;
	readonly dismissProblem: () => void;
}
