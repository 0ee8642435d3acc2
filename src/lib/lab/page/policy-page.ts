// Letting a model drive, behind the page: choose, load, check, run, judge, also as a fixed series of starts. Loaded when a
// person first asks for it; nothing of models is in the lab before.

import { isErrorCode, type PolicyListing, type PolicyRunRecord, type RunOutcome } from '$lib/contracts';
import type { PackageProblem } from '$lib/inference/package';
import type { LoadProblem } from '$lib/inference/run';
import { comparePolicyWithLab, policyVerdict, type LabFacts } from '$lib/inference/check';
import type {
	PolicyCardView,
	PolicyCheckView,
	PolicyLoadPart,
	PolicyPanelActions,
	PolicyPanelView,
	PolicyProblem,
	PolicyWhyView
} from '$lib/ui/policies';
import type { InferEvent } from '../hosts/infer-api';
import { handOut } from './hand-out';
import type { LabCore } from './lab-core';
import { PolicyDrive } from './policy-drive';
import { FirstMinute, type TextPlace } from './policy-first-minute';
import { InferLink } from './policy-infer';
import { driveHome, isArmed, isRecording, labFacts } from './policy-lab';
import { nextPolicyFlow, type PolicyEvent, type PolicyFlow } from './policy-machine';
import { PolicyShelf } from './policy-shelf';
import { openSeatPolicies } from './policy-store';
import {
	beginSeries,
	breakOff,
	dueStart,
	endStart,
	isOver,
	judgeLast,
	type TrialSeries
} from './policy-trials';

/** A start of a series that takes longer has failed; twice that in the slow first minute. */
const START_LIMIT_S = 60;
/** Starts of series are those of these seeds, the same on every computer. */
const FIRST_SEED = 5000;

const PLACE: TextPlace = {
	getItem: (key) => localStorage.getItem(key),
	setItem: (key, value) => localStorage.setItem(key, value)
};

interface Picture {
	readonly url: string;
	readonly width: number;
	readonly height: number;
}

export class PolicyPage {
	readonly actions: PolicyPanelActions;
	readonly #core: LabCore;
	readonly #shelf: PolicyShelf;
	readonly #infer: InferLink;
	readonly #drive: PolicyDrive;
	#flow: PolicyFlow = { step: 'choose' };
	#loading: PolicyLoadPart | null = null;
	#problem: PolicyProblem | null = null;
	/** Training pictures of the chosen model, by camera. */
	#pictures: Readonly<Record<string, Picture>> = {};
	#record: PolicyRunRecord | null = null;
	#why: PolicyWhyView | null = null;
	#series: TrialSeries | null = null;
	#starting = false;
	#seed: number;
	/** Raised by every choice: what an older one brings is not wanted any more. */
	#turn = 0;

	constructor(core: LabCore) {
		this.#core = core;
		this.#seed = core.options.seed;
		const onChange = (): void => core.changed.emit();
		this.#shelf = new PolicyShelf({
			openStore: () => openSeatPolicies(core.options.seatId),
			fetch: (...request) => fetch(...request),
			origin: location.origin,
			handOut,
			onChange
		});
		this.#infer = new InferLink(core.cameras, PLACE);
		this.#drive = new PolicyDrive({
			core,
			store: () => this.#shelf.store,
			first: new FirstMinute(PLACE),
			onChange,
			onOver: (record, beyond) => void this.#over(record, beyond)
		});
		core.cameras.workers.died.on((name) => {
			if (name !== 'infer') return;
			this.#infer.gone();
			if (this.#flow.step === 'run') this.#drive.end('fault');
			else this.#go({ type: 'failed' });
		});
		this.actions = {
			choose: (policyId) => void this.choose(policyId),
			fetchBundled: () => void this.#shelf.fetchBundled(),
			importFile: (file) => void this.#shelf.importFile(file),
			back: () => this.#back(),
			start: () => void this.#start(),
			pause: () => this.#drive.pause(),
			resume: () => this.#drive.resume(),
			end: () => {
				this.#series = this.#series === null ? null : breakOff(this.#series);
				this.#drive.end();
			},
			setSpeed: (speed) => this.#drive.setSpeed(speed),
			judge: (outcome) => void this.#judge(outcome),
			rate: (rating, words) => void this.#rate(rating, words),
			again: () => {
				this.#series = null;
				this.#go({ type: 'again' });
			},
			startTrials: (count) => void this.#startSeries(count),
			nextTrial: () => void this.#nextStart(),
			stopTrials: () => {
				this.#series = this.#series === null ? null : breakOff(this.#series);
				this.#drive.end();
				onChange();
			},
			dismissProblem: () => {
				this.#problem = null;
				this.#shelf.dismissProblem();
			}
		};
	}

	async open(): Promise<void> {
		await this.#shelf.open();
	}

	dispose(): void {
		this.#forgetPictures();
		this.#shelf.dispose();
	}

	view(): PolicyPanelView {
		const { step } = this.#flow;
		const chosen = this.#chosen();
		const check = step === 'check' && chosen !== null ? this.#check(chosen.listing) : null;
		return {
			step,
			problem: this.#problem ?? this.#shelf.problem,
			policies: this.#shelf.cards,
			canFetchBundled: this.#shelf.canFetchBundled,
			importing: this.#shelf.importing,
			chosen,
			loading: this.#loading,
			check,
			startBlocked: this.#blocked(check),
			run: chosen === null ? null : this.#drive.view(chosen.listing),
			record: this.#record,
			why: this.#why,
			trials: { series: this.#seriesView() },
			simulated: this.#core.kind === 'virtual'
		};
	}

	/** Opens the model and, when it computes as it should, goes on to the check. */
	async choose(policyId: string): Promise<void> {
		if (this.#flow.step !== 'choose' || isRecording(this.#core)) return;
		const turn = ++this.#turn;
		this.#problem = null;
		this.#loading = 'package';
		this.#go({ type: 'choose', policyId });
		const problem = await this.#load(policyId, turn).catch((error: unknown) => unopened(String(error)));
		if (turn !== this.#turn) return;
		this.#loading = null;
		this.#problem = problem;
		this.#go({ type: problem === null ? 'loaded' : 'failed' });
	}

	async #load(policyId: string, turn: number): Promise<PolicyProblem | null> {
		const store = await this.#shelf.open();
		const opened = await store?.open(policyId);
		const listing = this.#listing(policyId);
		if (opened === undefined || listing === null) return { code: 'policy_package_damaged', details: {} };
		if (!opened.ok) return { code: opened.error.code, details: { part: opened.error.part } };
		await this.#takePictures(listing, await opened.value.pictures());
		this.#say('runtime');
		const source = this.#core.kind === 'virtual' ? 'virtual' : 'device';
		const answer = await this.#infer.open(listing, opened.value, source, (event) => {
			if (turn === this.#turn) this.#onInfer(event);
		});
		if (!answer.ok) {
			const { code } = answer.error;
			return isErrorCode(code) ? { code, details: detailsOf(answer.error) } : unopened(code);
		}
		this.#drive.backend = answer.value.choice.chosen.backend;
		return null;
	}

	#onInfer(event: InferEvent): void {
		if (event.stage === 'measuring') this.#say('measure');
		else if (event.stage === 'opening') this.#say('runtime');
		else if (event.stage === 'reopened') this.#drive.backend = event.candidate.backend;
		else if (event.stage === 'broken') {
			this.#problem = unopened(event.failure.detail);
			if (this.#flow.step === 'run') this.#drive.end('fault');
			else this.#go({ type: 'failed' });
		}
		this.#core.changed.emit();
	}

	/** A single start: what stands on the virtual table stays, unless the exercise is over already. */
	async #start(): Promise<void> {
		const chosen = this.#chosen();
		if (chosen === null || this.#blocked(this.#check(chosen.listing)) !== null) return;
		this.#series = null;
		const stands = await this.#core.plant?.taskStands();
		if (stands != null && (stands.success || stands.failed)) this.#reset(++this.#seed);
		await this.#begin(chosen.listing, null, null);
	}

	async #startSeries(count: number): Promise<void> {
		const chosen = this.#chosen();
		if (chosen === null || !isArmed(this.#core.report)) return;
		this.#series = beginSeries(crypto.randomUUID(), count, FIRST_SEED);
		if (this.#flow.step === 'rate') this.#go({ type: 'again' });
		await this.#nextStart();
	}

	/** On the virtual arm the table is laid by itself; on a real one a person has done it. */
	async #nextStart(): Promise<void> {
		const chosen = this.#chosen();
		const series = this.#series;
		const due = series === null ? null : dueStart(series);
		if (chosen === null || series === null || due === null) return;
		if (this.#core.kind === 'virtual') {
			const there = await driveHome(this.#core);
			if (this.#series !== series) return;
			if (!there) {
				this.#series = breakOff(series);
				this.#core.changed.emit();
				return;
			}
			this.#reset(due.seed);
		}
		const slow = this.#drive.view(chosen.listing).slowLeftS > 0;
		const limitS = (START_LIMIT_S * (slow ? 2 : 1)) / this.#drive.speed;
		const trial = { seriesId: series.seriesId, index: due.index, seed: due.seed };
		await this.#begin(chosen.listing, trial, this.#core.kind === 'virtual' ? limitS : null);
	}

	async #begin(
		listing: PolicyListing,
		trial: PolicyRunRecord['trial'],
		limitS: number | null
	): Promise<void> {
		// However it was asked for: what the check refuses does not start, and one start at a time.
		const check = this.#check(listing);
		if (this.#starting) return;
		if (check.verdict === 'refuse') {
			this.#series = this.#series === null ? null : breakOff(this.#series);
			this.#core.changed.emit();
			return;
		}
		this.#starting = true;
		try {
			await this.#beginChecked(listing, check, trial, limitS);
		} finally {
			this.#starting = false;
		}
	}

	async #beginChecked(
		listing: PolicyListing,
		check: PolicyCheckView,
		trial: PolicyRunRecord['trial'],
		limitS: number | null
	): Promise<void> {
		this.#record = null;
		const differences = check.comparisons.filter(({ verdict }) => verdict !== 'same');
		this.#why = { differences, beyond: [] };
		this.#problem = await this.#drive.start({ listing, trial, limitS });
		if (this.#problem === null) this.#go({ type: 'started' });
		else {
			this.#series = this.#series === null ? null : breakOff(this.#series);
			this.#core.changed.emit();
		}
	}

	async #over(record: PolicyRunRecord, beyond: readonly string[]): Promise<void> {
		this.#record = record;
		this.#why = { differences: this.#why?.differences ?? [], beyond };
		if (record.trial !== null && this.#series?.seriesId === record.trial.seriesId)
			this.#series = endStart(this.#series, record.outcome);
		this.#go({ type: 'over' });
		await this.#shelf.refresh();
		if (this.#core.kind === 'virtual' && this.#series !== null && !isOver(this.#series))
			await this.#nextStart();
	}

	async #judge(outcome: Exclude<RunOutcome, 'unknown'>): Promise<void> {
		const { store } = this.#shelf;
		if (store === null || this.#record === null) return;
		this.#record = await store.judgeRun(this.#record.id, { outcome, judge: 'person' });
		if (this.#series?.seriesId === this.#record.trial?.seriesId && this.#series !== null)
			this.#series = judgeLast(this.#series, outcome);
		await this.#shelf.refresh();
	}

	async #rate(rating: number, words: string): Promise<void> {
		const { store } = this.#shelf;
		if (store === null || this.#record === null) return;
		this.#record = await store.rateRun(this.#record.id, rating, words);
		this.#core.changed.emit();
	}

	#back(): void {
		this.#turn += 1;
		this.#series = null;
		this.#loading = null;
		this.#forgetPictures();
		this.#go({ type: 'back' });
		if (this.#flow.step === 'choose') void this.#infer.close();
	}

	#reset(seed: number): void {
		void this.#core.plant?.resetTask(seed);
	}

	#blocked(check: PolicyCheckView | null): PolicyPanelView['startBlocked'] {
		if (this.#flow.step === 'choose') return isRecording(this.#core) ? 'recording' : null;
		if (check?.verdict === 'refuse') return 'refused';
		return this.#core.report.status === 'armed' ? null : 'locked';
	}

	#check({ manifest }: PolicyListing): PolicyCheckView {
		const sizes: LabFacts['trainingPictures'] = this.#pictures;
		const comparisons = comparePolicyWithLab(manifest, labFacts(this.#core, sizes));
		return {
			comparisons,
			verdict: policyVerdict(comparisons),
			cameras: manifest.cameras.map(({ name }) => ({ name, trainingUrl: this.#pictures[name]?.url ?? null }))
		};
	}

	#seriesView(): PolicyPanelView['trials']['series'] {
		const series = this.#series;
		if (series === null) return null;
		const running = !isOver(series);
		const waitsForPerson = running && this.#core.kind === 'real' && this.#flow.step !== 'run';
		return { count: series.count, outcomes: series.outcomes, waitsForPerson, running };
	}

	#chosen(): PolicyCardView | null {
		const flow = this.#flow;
		if (flow.step === 'choose') return null;
		return this.#shelf.cards.find(({ listing }) => listing.id === flow.policyId) ?? null;
	}

	#listing(policyId: string): PolicyListing | null {
		return this.#shelf.cards.find(({ listing }) => listing.id === policyId)?.listing ?? null;
	}

	async #takePictures(
		{ manifest }: PolicyListing,
		answer: { readonly ok: boolean; readonly value?: readonly Blob[] }
	): Promise<void> {
		this.#forgetPictures();
		const found: Record<string, Picture> = {};
		for (const [at, blob] of (answer.value ?? []).entries()) {
			const name = manifest.cameras[at]?.name;
			const bitmap = await createImageBitmap(blob).catch(() => null);
			if (name === undefined || bitmap === null) continue;
			found[name] = { url: URL.createObjectURL(blob), width: bitmap.width, height: bitmap.height };
			bitmap.close();
		}
		this.#pictures = found;
	}

	#forgetPictures(): void {
		for (const { url } of Object.values(this.#pictures)) URL.revokeObjectURL(url);
		this.#pictures = {};
	}

	#say(part: PolicyLoadPart): void {
		this.#loading = part;
		this.#core.changed.emit();
	}

	#go(event: PolicyEvent): void {
		this.#flow = nextPolicyFlow(this.#flow, event);
		this.#core.changed.emit();
	}
}

/** `reason` is for the log and the probe, not for words. */
const unopened = (reason: string): PolicyProblem => ({ code: 'policy_did_not_open', details: { reason } });

function detailsOf(error: LoadProblem | PackageProblem): Readonly<Record<string, string | number>> {
	if ('part' in error) return { part: error.part, reason: error.reason };
	return { ...error.figures, reason: error.detail };
}
