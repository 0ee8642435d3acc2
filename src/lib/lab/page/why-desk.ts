// Asking why a run failed, as a page does it: what an earlier look found is shown at once, else a worker looks, and ends when it
// has answered. Knows the look's progress and result; knows no finding and no arm.

import { isErrorCode, type PolicyRunRecord, type WhyAnalysis } from '$lib/contracts';
import type { PolicyStore } from '$lib/inference/package';
import type { WhyActions, WhyFindingView, WhyView } from '$lib/ui/policies';
import type { WhyAnswer, WhyProgress, WhyRequest } from '../hosts/why-api';

/** One look in a worker of its own. */
export interface RunningLook {
	/** Null: the worker is gone. */
	readonly answer: Promise<WhyAnswer | null>;
	/** Ends the worker, with whatever it does. */
	end(): void;
}

export type StartLook = (request: WhyRequest, tell: (progress: WhyProgress) => void) => RunningLook;

export interface WhyDeskOptions {
	readonly seatId: string;
	readonly store: () => PolicyStore | null;
	readonly startLook: StartLook;
	/** Object URLs of PNG bytes. */
	readonly urls: { make(png: Uint8Array): string; drop(url: string): void };
	readonly onChange: () => void;
}

export class WhyDesk {
	readonly actions: WhyActions;
	readonly #options: WhyDeskOptions;
	#run: PolicyRunRecord | null = null;
	#look: RunningLook | null = null;
	#view: WhyView | null = null;

	constructor(options: WhyDeskOptions) {
		this.#options = options;
		this.actions = {
			ask: (run) => void this.ask(run),
			again: () => {
				if (this.#run !== null) void this.#start(this.#run);
			},
			close: () => this.close()
		};
	}

	/** Null while nobody asks. */
	get view(): WhyView | null {
		return this.#view;
	}

	/** Resolves when it is known whether somebody has to look. */
	async ask(run: PolicyRunRecord): Promise<void> {
		this.close();
		this.#run = run;
		this.#show(working(run));
		const known = await this.#options.store()?.why(run.id);
		if (this.#run !== run) return;
		if (known === undefined) void this.#start(run);
		else this.#done(known, true);
	}

	close(): void {
		this.#look?.end();
		this.#look = null;
		this.#run = null;
		this.#show(null);
	}

	async #start(run: PolicyRunRecord): Promise<void> {
		const { seatId, startLook } = this.#options;
		this.#look?.end();
		this.#show(working(run));
		const request = { seatId, policyId: run.policyId, episodeId: run.end?.episodeId ?? null, run };
		const look = startLook(request, ({ step, share }) => {
			if (this.#look === look && this.#view !== null) this.#show({ ...this.#view, step, share });
		});
		this.#look = look;
		const answer = await look.answer;
		// Somebody closed it or asked about another run meanwhile.
		if (this.#look !== look) return;
		look.end();
		this.#look = null;
		if (answer?.ok === true) this.#done(answer.analysis, answer.kept);
		else this.#failed(run, answer);
	}

	#failed(run: PolicyRunRecord, answer: Extract<WhyAnswer, { ok: false }> | null): void {
		const base = working(run);
		if (answer === null) this.#show({ ...base, state: 'failed' });
		else if (answer.code === 'no_episode') this.#show({ ...base, state: 'no_episode' });
		else if (answer.code === 'cancelled' || !isErrorCode(answer.code)) this.#show(null);
		else this.#show({ ...base, state: 'failed', problem: { code: answer.code, details: answer.details } });
	}

	#done({ findings, ...analysis }: WhyAnalysis, kept: boolean): void {
		const run = this.#run;
		if (run === null) return;
		const { urls } = this.#options;
		const shown = findings.map((finding): WhyFindingView => ({
			...finding,
			pictures: finding.pictures.map(({ png, ...picture }) => ({ ...picture, url: urls.make(png) }))
		}));
		this.#show({ ...working(run), state: 'done', analysis, findings: shown, kept });
	}

	#show(view: WhyView | null): void {
		const old = this.#view?.findings ?? [];
		if (view?.findings !== old)
			for (const { pictures } of old) for (const { url } of pictures) this.#options.urls.drop(url);
		this.#view = view;
		this.#options.onChange();
	}
}

function working(run: PolicyRunRecord): WhyView {
	return {
		runId: run.id,
		policyId: run.policyId,
		policyName: run.policyName,
		state: 'working',
		step: 'model',
		share: null,
		problem: null,
		analysis: null,
		findings: [],
		kept: true
	};
}
