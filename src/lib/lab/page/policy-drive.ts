// One run of a model, from the start to the record of what came of it: starts ROBOT, listens to its reports, lets the
// exercise judge, ends. Knows no panel and no series.

import type {
	PolicyBackend,
	PolicyListing,
	PolicyReport,
	PolicyRunEnd,
	PolicyRunRecord,
	RunEnd,
	RunOutcome
} from '$lib/contracts';
import { jointsBeyondTraining } from '$lib/inference/check';
import type { PolicyStore } from '$lib/inference/package';
import type { PolicyProblem, PolicyRunView } from '$lib/ui/policies';
import type { ArmAnswer } from '../hosts/api';
import type { AskedStart } from './asked-start';
import type { FirstMinute } from './policy-first-minute';
import { armIdOf, readPolicyReport, startFacts } from './policy-lab';
import { notKept, refusal } from './policy-problems';
import { endedBy, readyView, runEnd, runView } from './policy-run-view';
import type { LabCore } from './lab-core';
import type { Film } from './run-film';

const JUDGE_EVERY_MS = 250;

interface DriveOptions {
	readonly core: LabCore;
	readonly store: () => PolicyStore | null;
	readonly first: FirstMinute;
	/** Records single runs; starts of a series are judged, not looked at. */
	readonly film?: Film | null;
	readonly onChange: () => void;
	/** It is over; the exercise has judged it if it could. `problem`: why the record in the store lacks what this one says. */
	readonly onOver: (
		record: PolicyRunRecord,
		beyond: readonly string[],
		problem: PolicyProblem | null
	) => void;
}

interface Going {
	readonly listing: PolicyListing;
	readonly armId: string;
	readonly record: PolicyRunRecord;
	/** Seconds of driving after which the exercise counts as failed; null: no limit. */
	readonly limitS: number | null;
	report: PolicyReport | null;
	readonly asked: AskedStart;
	/** ROBOT has answered the start. */
	started: boolean;
	/** ROBOT will not answer the start any more. */
	readonly giveUp: () => void;
	/** Lab time that it drove, ms, up to `sinceMs`: since then it drives on; null while it does not. */
	drivenMs: number;
	sinceMs: number | null;
	slowestMs: number;
	/** Why it is being ended, where ROBOT does not know. */
	by: RunEnd | null;
	verdict: Exclude<RunOutcome, 'unknown'> | null;
	/** Joints that came to where no demonstration ever was. */
	readonly beyond: Set<string>;
	over: boolean;
}

interface StartRun {
	readonly listing: PolicyListing;
	readonly trial: PolicyRunRecord['trial'];
	readonly limitS: number | null;
	/** Whether it is still wanted. */
	readonly asked: AskedStart;
}

export class PolicyDrive {
	readonly #options: DriveOptions;
	#port: MessagePort | null = null;
	#going: Going | null = null;
	speed = 1;
	backend: PolicyBackend | null = null;

	constructor(options: DriveOptions) {
		this.#options = options;
		const { cameras } = options.core;
		cameras.joined.on(() => this.#listen());
		this.#listen();
	}

	/** What the panel shows; before the start what is known then. */
	view(listing: PolicyListing): PolicyRunView {
		const { core, first } = this.#options;
		const going = this.#going;
		if (going?.report != null && going.listing.id === listing.id)
			return runView(going.report, this.#elapsedMs(going) / 1000, this.backend);
		const leftMs = first.left(listing.id, armIdOf(core)) ?? FIRST_MINUTE_MS;
		return readyView(this.speed, leftMs, this.backend);
	}

	/** Null when it drives, or when the panel took it back (`asked`); else why it does not. */
	async start({ listing, trial, limitS, asked }: StartRun): Promise<PolicyProblem | null> {
		const { core, store, first, onChange } = this.#options;
		const robot = core.robot;
		const kept = store();
		if (robot === null || kept === null) return { code: 'robot_worker_died', details: {} };
		const armId = armIdOf(core);
		const slowLeftMs = first.left(listing.id, armId);
		// The record is begun first: a tab that dies leaves a run without an end, not an arm that moved without a record.
		let record: PolicyRunRecord;
		try {
			record = await kept.beginRun({
				policyId: listing.id,
				policyName: listing.manifest.name,
				dataset: listing.manifest.training.dataset,
				armId,
				simulated: core.kind === 'virtual',
				speed: this.speed,
				slowStart: slowLeftMs === null || slowLeftMs > 0,
				trial
			});
		} catch (error) {
			return notKept(error);
		}
		let giveUp = (): void => undefined;
		const gone = new Promise<null>((resolve) => (giveUp = () => resolve(null)));
		const going: Going = {
			listing,
			armId,
			record,
			limitS,
			asked,
			report: null,
			started: false,
			giveUp,
			drivenMs: 0,
			sinceMs: null,
			slowestMs: 0,
			by: null,
			verdict: null,
			beyond: new Set(),
			over: false
		};
		this.#going = going;
		// Seconds, perhaps: what was pressed meanwhile counts.
		await this.#options.film?.begin(record, listing.manifest, trial === null);
		if (going.by !== null || asked.isTakenBack()) return this.#unstarted(going, kept, null);
		asked.lookNoMore();
		const start = robot.startPolicy({
			policyId: listing.id,
			manifest: startFacts(listing.manifest),
			slowLeftMs,
			speed: this.speed,
			ensemble: null,
			latencyTicks: 0
		});
		const answer = await Promise.race([start, gone]);
		if (answer?.ok !== true) return this.#unstarted(going, kept, answer);
		if (asked.isTakenBack()) {
			void robot.stopPolicy();
			// The model that is chosen next must not find the arm given to one.
			void core.selectSource('sliders');
			return this.#unstarted(going, kept, null);
		}
		going.started = true;
		if (core.kind === 'virtual') void this.#judgeWhileItDrives(going);
		onChange();
		return null;
	}

	/** It never drove: its record is closed as that. What a person is told of it; null: nothing. */
	async #unstarted(going: Going, kept: PolicyStore, answer: ArmAnswer | null): Promise<PolicyProblem | null> {
		const { asked, record } = going;
		going.over = true;
		this.#going = null;
		const refused = answer?.ok === false ? refusal(answer) : null;
		const by = going.by ?? asked.takenBack ?? (refused === null ? 'worker_died' : 'not_started');
		await this.#options.film?.drop();
		// Why it did not start is what a person needs to know now, whether or not it could be written down.
		await kept.endRun(record.id, neverDrove(by)).catch(() => undefined);
		if (going.by !== null) return { code: LOST[going.by] ?? 'robot_worker_died', details: {} };
		return asked.takenBack === null ? refused : asked.problem;
	}

	pause(): void {
		void this.#options.core.robot?.pausePolicy();
	}

	/** Null when it goes on, or nobody is there to ask; else why not. */
	async resume(): Promise<PolicyProblem | null> {
		const answer = await this.#options.core.robot?.resumePolicy();
		return answer === undefined || answer.ok ? null : refusal(answer);
	}

	setSpeed(speed: number): void {
		this.speed = speed;
		void this.#options.core.robot?.setPolicySpeed(speed);
		this.#options.onChange();
	}

	/** @param by why, where ROBOT cannot know */
	end(by: RunEnd | null = null): void {
		const going = this.#going;
		if (going === null) return;
		if (!going.started) going.asked.takeBack(by ?? 'stopped');
		else going.by ??= by;
		void this.#options.core.robot?.stopPolicy();
	}

	/** ROBOT is gone, and with it whatever it would still have said. */
	lost(by: RunEnd): void {
		const going = this.#going;
		if (going === null) return;
		going.by ??= by;
		if (going.started) void this.#finish(going, going.by);
		else going.giveUp();
	}

	#listen(): void {
		const port = this.#options.core.cameras.side?.robotPort ?? null;
		if (port === this.#port) return;
		this.#port?.removeEventListener('message', this.#onMessage);
		if (this.#port !== null) this.lost('arm_lost');
		this.#port = port;
		port?.addEventListener('message', this.#onMessage);
	}

	readonly #onMessage = ({ data }: MessageEvent<unknown>): void => {
		const report = readPolicyReport(data);
		const going = this.#going;
		if (report === null || going?.listing.id !== report.policyId) return;
		// The end of the run before may still be on its way.
		if (report.state === 'ended' && going.report === null) return;
		const before = going.report;
		going.report = report;
		const { core, first, onChange } = this.#options;
		this.#count(going, report.state === 'driving');
		for (const joint of jointsBeyondTraining(going.listing.manifest, report.executed ?? []))
			going.beyond.add(joint);
		going.slowestMs = Math.max(going.slowestMs, report.latencyMs?.last ?? 0);
		first.told(going.listing.id, going.armId, report.slowLeftMs);
		if (report.state === 'ended') void this.#finish(going, going.by ?? endedBy(report, before, core.report));
		else if (going.limitS !== null && this.#elapsedMs(going) > going.limitS * 1000) {
			going.verdict ??= 'failed';
			this.end('time_up');
		}
		onChange();
	};

	async #judgeWhileItDrives(going: Going): Promise<void> {
		const isOver = (): boolean => going.over;
		while (!isOver()) {
			await new Promise((resolve) => setTimeout(resolve, JUDGE_EVERY_MS));
			const stands = await this.#options.core.plant?.taskStands().catch(() => null);
			if (isOver() || stands == null || !hasDriven(going)) continue;
			if (!stands.success && !stands.failed) continue;
			// What a hand has helped with is not the model's: a person says how it went.
			if ((going.report?.takeOvers.length ?? 0) > 0) continue;
			going.verdict ??= stands.success ? 'succeeded' : 'failed';
			this.end(stands.success ? 'task_done' : 'exercise_failed');
		}
	}

	async #finish(going: Going, by: RunEnd): Promise<void> {
		if (going.over) return;
		going.over = true;
		const { core, onOver } = this.#options;
		const { report } = going;
		const end =
			report === null
				? neverDrove(by)
				: runEnd(report, by, Math.round(this.#elapsedMs(going)), going.slowestMs);
		const episodeId = (await this.#options.film?.end()) ?? null;
		const { done, problem } = await this.#keep(going, { ...end, episodeId });
		if (this.#going === going) this.#going = null;
		// Whoever takes over from here starts where the arm stands.
		if (core.report.source === 'policy') await core.selectSource('sliders');
		onOver(done, [...going.beyond], problem);
	}

	/** What was written, or what could not be: a full disk hides neither the end nor the verdict. */
	async #keep(
		{ record, verdict }: Going,
		end: PolicyRunEnd
	): Promise<{ readonly done: PolicyRunRecord; readonly problem: PolicyProblem | null }> {
		const kept = this.#options.store();
		const judged = verdict === null ? {} : ({ outcome: verdict, judge: 'sim_task' } as const);
		const done = { ...record, ...judged, end: { ...end, endedAtEpochMs: Date.now() } };
		if (kept === null) return { done, problem: null };
		try {
			const ended = await kept.endRun(record.id, end);
			if (verdict === null) return { done: ended, problem: null };
			const written = await kept.judgeRun(record.id, { outcome: verdict, judge: 'sim_task' });
			return { done: written, problem: null };
		} catch (error) {
			return { done, problem: notKept(error) };
		}
	}

	/** A report came: what was driven since the last one counts. */
	#count(going: Going, drives: boolean): void {
		going.drivenMs = this.#elapsedMs(going);
		going.sinceMs = drives ? this.#options.core.telemetry.newestMs : null;
	}

	#elapsedMs({ drivenMs, sinceMs }: Going): number {
		const { newestMs } = this.#options.core.telemetry;
		// A new ROBOT has a new clock: what it says is no time of this run.
		return sinceMs === null || newestMs === null ? drivenMs : drivenMs + Math.max(0, newestMs - sinceMs);
	}
}

const FIRST_MINUTE_MS = 60_000;

/** What is said where a start was lost together with ROBOT; every other loss is that of the worker. */
const LOST: Partial<Record<RunEnd, PolicyProblem['code']>> = { arm_changed: 'policy_arm_changed' };

const hasDriven = ({ drivenMs, sinceMs }: Going): boolean => sinceMs !== null || drivenMs > 0;

const neverDrove = (endedBy: RunEnd): PolicyRunEnd => ({
	endedBy,
	durationMs: 0,
	latency: null,
	limitedTicks: {},
	lateChunks: 0,
	takeOvers: 0,
	episodeId: null
});
