// Letting a model drive, behind the page: choose, load, check, run, judge, also as a fixed series of starts. Loaded when a
// person first asks for it; nothing of models is in the lab before.

import type { ArmReport, PolicyListing, PolicyRunRecord, RunEnd, RunOutcome } from '$lib/contracts';
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
import { OneStart, type AskedStart } from './asked-start';
import { handOut } from './hand-out';
import type { LabCore } from './lab-core';
import { PolicyDrive } from './policy-drive';
import { FirstMinute, PLACE } from './policy-first-minute';
import { InferLink } from './policy-infer';
import { checkView, driveHome, isArmed, isRecording } from './policy-lab';
import { nextPolicyFlow, type PolicyEvent, type PolicyFlow } from './policy-machine';
import { TrainingPictures } from './policy-pictures';
import { openProblem, unopened } from './policy-problems';
import { ShownRun } from './policy-record';
import { PolicyShelf } from './policy-shelf';
import type { Film } from './run-film';
import { openSeatPolicies } from './policy-store';
import {
	beginSeries,
	breakOff,
	dueStart,
	endStart,
	isOver,
	judgeLast,
	seriesView,
	startLimitS,
	type TrialSeries
} from './policy-trials';

/** Starts of series are those of these seeds, the same on every computer. */
const FIRST_SEED = 5000;

const isFree = ({ status }: ArmReport): boolean => status === 'armed';

export class PolicyPage {
	readonly actions: PolicyPanelActions;
	readonly #core: LabCore;
	readonly #shelf: PolicyShelf;
	readonly #infer: InferLink;
	readonly #drive: PolicyDrive;
	#flow: PolicyFlow = { step: 'choose' };
	#loading: PolicyLoadPart | null = null;
	#problem: PolicyProblem | null = null;
	readonly #pictures = new TrainingPictures();
	/** INFER holds the chosen model, and looks through the cameras of this arm. */
	#opened = false;
	readonly #shown = new ShownRun(() => this.#shelf.store);
	#why: PolicyWhyView | null = null;
	#series: TrialSeries | null = null;
	readonly #starting: OneStart;
	#seed: number;
	/** Raised by every choice: what an older one brings is not wanted any more. */
	#turn = 0;

	constructor(core: LabCore, film: Film | null = null) {
		this.#core = core;
		this.#starting = new OneStart(core);
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
			film,
			onChange,
			onOver: (...over) => void this.#over(...over)
		});
		core.cameras.workers.died.on((name) => {
			if (name === 'infer') this.#inferDied();
		});
		core.armGone.on((why) => {
			if (why === 'switched') this.#armChanged();
			else this.#robotGone('worker_died');
		});
		this.actions = {
			choose: (policyId) => void this.choose(policyId),
			fetchBundled: () => void this.#shelf.fetchBundled(),
			importFile: (file) => void this.#shelf.importFile(file),
			back: () => this.#back(),
			start: () => void this.#start(),
			pause: () => this.#drive.pause(),
			resume: () => void this.#resume(),
			end: () => this.#end(),
			setSpeed: (speed) => this.#drive.setSpeed(speed),
			judge: (outcome) => void this.#judge(outcome),
			rate: (rating, words) => void this.#rate(rating, words),
			again: () => this.#again(),
			startTrials: (count) => void this.#startSeries(count),
			nextTrial: () => void this.#nextStart(),
			stopTrials: () => this.#end(),
			dismissProblem: () => {
				this.#problem = null;
				this.#shelf.dismissProblem();
			}
		};
	}

	/** A run goes on, perhaps paused or with a hand in charge: who unlocks the arm then takes nothing over. */
	get running(): boolean {
		return this.#flow.step === 'run';
	}

	get store(): PolicyShelf['store'] {
		return this.#shelf.store;
	}

	async open(): Promise<void> {
		await this.#shelf.open();
	}

	dispose(): void {
		this.#pictures.forget();
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
			record: this.#shown.record,
			why: this.#why,
			trials: { series: seriesView(this.#series, this.#core.kind === 'real' && step !== 'run') },
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
		this.#opened = problem === null;
		this.#go({ type: problem === null ? 'loaded' : 'failed' });
	}

	async #load(policyId: string, turn: number): Promise<PolicyProblem | null> {
		const store = await this.#shelf.open();
		const opened = await store?.open(policyId);
		const listing = this.#listing(policyId);
		if (opened === undefined || listing === null) return { code: 'policy_package_damaged', details: {} };
		if (!opened.ok) return { code: opened.error.code, details: { part: opened.error.part } };
		await this.#pictures.take(listing.manifest, await opened.value.pictures());
		this.#say('runtime');
		const source = this.#core.kind === 'virtual' ? 'virtual' : 'device';
		const answer = await this.#infer.open(listing, opened.value, source, (event) => {
			if (turn === this.#turn) this.#onInfer(event);
		});
		if (!answer.ok) return openProblem(answer.error);
		this.#drive.backend = answer.value.choice.chosen.backend;
		return null;
	}

	#onInfer(event: InferEvent): void {
		if (event.stage === 'measuring') this.#say('measure');
		else if (event.stage === 'opening') this.#say('runtime');
		else if (event.stage === 'reopened') this.#drive.backend = event.candidate.backend;
		else if (event.stage === 'broken') {
			this.#problem = unopened(event.failure.detail);
			this.#closed('fault');
		}
		this.#core.changed.emit();
	}

	#inferDied(): void {
		this.#infer.gone();
		this.#closed('worker_died');
	}

	/** What was open is gone for good: a run ends, what was to be judged still can be. */
	#closed(by: RunEnd): void {
		this.#opened = false;
		this.#starting.takeBack(by);
		if (this.#flow.step === 'run') this.#drive.end(by);
		else if (this.#flow.step !== 'rate') this.#go({ type: 'failed' });
	}

	/** A ROBOT that is gone answers no start. */
	#robotGone(by: RunEnd): void {
		this.#drive.lost(by);
		this.#starting.takeBack(by);
	}

	/** The model looked through the other arm's cameras, and was checked against that arm. */
	#armChanged(): void {
		const { step } = this.#flow;
		this.#robotGone('arm_changed');
		if (step === 'choose') return;
		this.#turn += 1;
		this.#loading = null;
		this.#breakOff();
		this.#problem = { code: 'policy_arm_changed', details: {} };
		this.#opened = false;
		if (step === 'load' || step === 'check') this.#go({ type: 'failed' });
		void this.#infer.close();
		this.#core.changed.emit();
	}

	async #resume(): Promise<void> {
		this.#problem = await this.#drive.resume();
		this.#core.changed.emit();
	}

	/** Once more with the same model, which may have to be opened anew. */
	#again(): void {
		const flow = this.#flow;
		this.#starting.takeBack('stopped');
		this.#series = null;
		if (this.#opened || flow.step === 'choose') this.#go({ type: 'again' });
		else {
			this.#back();
			void this.choose(flow.policyId);
		}
	}

	#end(): void {
		this.#breakOff();
		this.#starting.takeBack('stopped');
		this.#drive.end();
		this.#core.changed.emit();
	}

	#breakOff(): void {
		this.#series = this.#series === null ? null : breakOff(this.#series);
	}

	/** A single start: what stands on the virtual table stays, unless the exercise is over already. */
	async #start(): Promise<void> {
		const chosen = this.#chosen();
		if (chosen === null || this.#blocked(this.#check(chosen.listing)) !== null) return;
		await this.#starting.run(isFree, async (asked) => {
			this.#series = null;
			const stands = await this.#core.plant?.taskStands();
			if (asked.takenBack === null && stands != null && (stands.success || stands.failed))
				this.#reset(++this.#seed);
			await this.#begin(asked, chosen.listing, null, null);
		});
	}

	async #startSeries(count: number): Promise<void> {
		const chosen = this.#chosen();
		if (chosen === null || this.#starting.pending || !isArmed(this.#core.report)) return;
		if (!this.#opened) {
			this.#again();
			return;
		}
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
		// An arm that changes hands holds for a moment: that ends no series.
		await this.#starting.run(isArmed, async (asked) => {
			if (this.#core.kind === 'virtual') {
				const there = await driveHome(this.#core);
				if (!there) asked.takeBack('stopped');
				else if (asked.takenBack === null) this.#reset(due.seed);
			}
			const { slowLeftS } = this.#drive.view(chosen.listing);
			const limitS = this.#core.kind === 'virtual' ? startLimitS(slowLeftS, this.#drive.speed) : null;
			await this.#begin(asked, chosen.listing, { seriesId: series.seriesId, ...due }, limitS);
		});
	}

	/** However it was asked for: what the check refuses, and what is not open any more, does not start. */
	async #begin(
		asked: AskedStart,
		listing: PolicyListing,
		trial: PolicyRunRecord['trial'],
		limitS: number | null
	): Promise<void> {
		const check = this.#check(listing);
		const wanted = asked.takenBack === null && this.#opened && check.verdict !== 'refuse';
		if (wanted) {
			this.#shown.record = null;
			const differences = check.comparisons.filter(({ verdict }) => verdict !== 'same');
			this.#why = { differences, beyond: [] };
			this.#problem = null;
		}
		const problem = wanted ? await this.#drive.start({ listing, trial, limitS, asked }) : asked.problem;
		this.#problem = problem ?? this.#problem; // what took it back may have said why
		if (wanted && problem === null && asked.takenBack === null) this.#go({ type: 'started' });
		else this.#breakOff();
		this.#core.changed.emit();
	}

	async #over(
		record: PolicyRunRecord,
		beyond: readonly string[],
		problem: PolicyProblem | null
	): Promise<void> {
		this.#shown.record = record;
		this.#problem = problem ?? this.#problem;
		this.#why = { differences: this.#why?.differences ?? [], beyond };
		if (record.trial !== null && this.#series?.seriesId === record.trial.seriesId)
			this.#series = endStart(this.#series, record.outcome);
		this.#go({ type: 'over' });
		await this.#shelf.refresh();
		if (this.#core.kind === 'virtual' && this.#series !== null && !isOver(this.#series))
			await this.#nextStart();
	}

	async #judge(outcome: Exclude<RunOutcome, 'unknown'>): Promise<void> {
		this.#problem = await this.#shown.judge(outcome);
		if (this.#series !== null && this.#series.seriesId === this.#shown.record?.trial?.seriesId)
			this.#series = judgeLast(this.#series, outcome);
		await this.#shelf.refresh();
	}

	async #rate(rating: number, words: string): Promise<void> {
		this.#problem = await this.#shown.rate(rating, words);
		this.#core.changed.emit();
	}

	#back(): void {
		this.#turn += 1;
		this.#starting.takeBack('stopped');
		this.#series = null;
		this.#loading = null;
		this.#opened = false;
		this.#pictures.forget();
		this.#go({ type: 'back' });
		if (this.#flow.step === 'choose') void this.#infer.close();
	}

	#reset(seed: number): void {
		void this.#core.plant?.resetTask(seed);
	}

	#blocked(check: PolicyCheckView | null): PolicyPanelView['startBlocked'] {
		if (this.#flow.step === 'choose') return isRecording(this.#core) ? 'recording' : null;
		if (check?.verdict === 'refuse') return 'refused';
		return isFree(this.#core.report) ? null : 'locked';
	}

	#check({ manifest }: PolicyListing): PolicyCheckView {
		return checkView(this.#core, manifest, this.#pictures.all);
	}

	#chosen(): PolicyCardView | null {
		const flow = this.#flow;
		if (flow.step === 'choose') return null;
		return this.#shelf.cards.find(({ listing }) => listing.id === flow.policyId) ?? null;
	}

	#listing(policyId: string): PolicyListing | null {
		return this.#shelf.cards.find(({ listing }) => listing.id === policyId)?.listing ?? null;
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
