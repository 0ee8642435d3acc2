// What a page and the WHY worker say to each other (comlink, rare): one look at one episode, with progress and a way out. Types
// only.

import type { ErrorCode, PolicyRunRecord, WhyAnalysis } from '$lib/contracts';
import type { WhyHost } from './why-host';

export interface WhyRequest {
	readonly seatId: string;
	readonly policyId: string;
	/** Null: the episode that shows `run`. */
	readonly episodeId: string | null;
	/** Null for a demonstration: nothing is kept of that look. */
	readonly run: PolicyRunRecord | null;
}

export interface WhyProgress {
	readonly step: 'model' | 'answers' | 'findings';
	/** 0..1 where it can be counted. */
	readonly share: number | null;
}

export type WhyAnswer =
	| { readonly ok: true; readonly analysis: WhyAnalysis; readonly kept: boolean }
	| {
			readonly ok: false;
			/** `no_episode`: the run was not recorded, or its episode is gone. `cancelled`: by `cancel`. */
			readonly code: ErrorCode | 'no_episode' | 'cancelled';
			readonly details: Readonly<Record<string, string | number>>;
	  };

export type WhyApi = Pick<WhyHost, 'hello' | 'analyse' | 'cancel'>;
