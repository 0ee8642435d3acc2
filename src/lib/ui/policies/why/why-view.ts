// What the panel "Why?" shows and what a person can ask for: plain data in, plain calls out. Knows no worker and no store.

import type { PolicyRunRecord, WhyAnalysis, WhyFinding, WhyPicture } from '$lib/contracts';
import type { PolicyProblem } from '../policy-view';

/** A picture that can be shown. */
export type WhyPictureView = Omit<WhyPicture, 'png'> & { readonly url: string };

export type WhyFindingView = WhyFinding extends infer F
	? F extends WhyFinding
		? Omit<F, 'pictures'> & { readonly pictures: readonly WhyPictureView[] }
		: never
	: never;

export interface WhyView {
	readonly runId: string;
	readonly policyId: string;
	readonly policyName: string;
	readonly state: 'working' | 'done' | 'failed' | 'no_episode';
	readonly step: 'model' | 'answers' | 'findings';
	/** 0..1 where it can be counted. */
	readonly share: number | null;
	/** Null with `failed`: the worker that looked is gone. */
	readonly problem: PolicyProblem | null;
	readonly analysis: Omit<WhyAnalysis, 'findings'> | null;
	readonly findings: readonly WhyFindingView[];
	/** False: the result could not be written down. */
	readonly kept: boolean;
}

export interface WhyActions {
	readonly ask: (run: PolicyRunRecord) => void;
	readonly again: () => void;
	/** Ends a look that goes on, and closes what is shown. */
	readonly close: () => void;
}
