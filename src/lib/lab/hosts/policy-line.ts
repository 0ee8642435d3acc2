// A policy as one more source of wishes: asks INFER, plays its chunks, holds when it should not move, and tells the page.
// Runs in ROBOT, on its clock. Its wishes pass the arbiter and the gate like everybody's; stop, lock, a silent page and a
// hand that takes over win because they never ask it.
//
// [Note: fresh] After every hold it goes on only from an observation that was made after the hold began (the player's rule).
// What the arm went through decides whether it goes on by itself: a page that was silent or a read that failed ends by
// itself; what needs a person leaves the policy paused; a stop, and all that voids wishes, ends the run.

import {
	STATE_MAX_AGE_MS,
	type InferToRobot,
	type PolicyReport,
	type PolicyRunReason,
	type PolicyRunState,
	type Setpoint,
	type SetpointSource
} from '$lib/contracts';
import { SELF_CLEARING, type ArmingState, type SafetyGate, type SafetyGateOutput } from '$lib/robot/safety';
import type { ArmAnswer } from './api';
import { PolicyAsker } from './policy-asker';
import { PolicyRun, type RunFrame, type RunVerdict } from './policy-run';
import { startRefusal, type StartPolicy } from './policy-start';

/** What the line needs of the arm. */
export interface PolicyArm {
	readonly state: ArmingState;
	readonly epoch: number;
	select(source: SetpointSource): void;
}

export interface PolicyLineOptions {
	readonly now: () => number;
	/** Record ticks per second. */
	readonly fps: number;
	/** In virtual time the lab asks by `afterStep`, else the line does so itself. */
	readonly lockstep: boolean;
	readonly arm: PolicyArm;
	readonly gate: Pick<SafetyGate, 'introducePolicy'>;
	/** Newest state, LeRobot units, and when it was read; null before the first. */
	readonly pose: () => { readonly q: Float32Array; readonly atMs: number } | null;
	/** Seconds between two wishes. */
	readonly periodS: () => number;
	/** Row of the running recording that comes next; null while none runs. */
	readonly nextRow: () => number | null;
	readonly onReport: (report: PolicyReport) => void;
}

const REPORT_EVERY_MS = 100;
/** Adding periods loses far less, a tick is far more. */
const ROUNDING_MS = 1e-3;

export class PolicyLine {
	readonly #options: PolicyLineOptions;
	readonly #asker: PolicyAsker;
	#run: PolicyRun | null = null;
	#state: PolicyRunState = 'off';
	#reason: PolicyRunReason = '';
	#camera = '';
	#gate: SafetyGateOutput | null = null;
	#wish: Float32Array | null = null;
	#reportedMs = Number.NEGATIVE_INFINITY;
	#step = 0;
	/** Counts through all runs: an answer to an earlier one finds no observation. */
	#nextTick = 0;

	constructor(options: PolicyLineOptions) {
		this.#options = options;
		this.#asker = new PolicyAsker({ now: options.now, onAnswer: (...answer) => this.#heard(...answer) });
	}

	/** A policy would drive if the arm let it. */
	get #asks(): boolean {
		return this.#state === 'waiting' || this.#state === 'driving' || this.#state === 'held';
	}

	/** The port to INFER; null when that worker is gone. The approved part of a chunk is played on. */
	attach(port: MessagePort | null): void {
		this.#asker.attach(port);
		this.#run?.gone(port === null ? 'no-policy-worker' : '');
	}

	/** Refused unless the arm is armed, INFER is there and the policy is one for this arm. */
	start(start: StartPolicy): ArmAnswer {
		const refused = startRefusal(start) ?? this.#notReady();
		if (refused !== null) return refused;
		if (this.#asks || this.#state === 'paused' || this.#state === 'taken-over') this.#end('asked');
		const { arm, gate, periodS, now } = this.#options;
		gate.introducePolicy(start.slowLeftMs ?? undefined);
		this.#asker.forget();
		this.#asker.policyId = start.policyId;
		this.#run = new PolicyRun(start, arm.epoch, {
			nowMs: now(),
			stepS: periodS(),
			firstTick: this.#nextTick
		});
		arm.select('policy');
		this.#become('waiting');
		return { ok: true };
	}

	pause(): void {
		if (this.#asks) this.#hold('paused', 'asked');
	}

	/** Goes on from a fresh observation, also after a hand took over. */
	resume(): ArmAnswer {
		const run = this.#run;
		if (run === null || !(this.#state === 'paused' || this.#state === 'taken-over'))
			return { ok: false, code: 'policy_not_paused', details: {} };
		const refused = this.#notReady();
		if (refused !== null) return refused;
		run.epoch = this.#options.arm.epoch;
		run.player.hold();
		run.tally.givenBack(this.#tick(), this.#options.now(), this.#options.nextRow());
		this.#options.arm.select('policy');
		this.#become('waiting');
		return { ok: true };
	}

	/** 0.25..1; anything else is refused. */
	setSpeed(speed: number): boolean {
		const run = this.#run;
		if (run?.player.setSpeed(speed) !== true) return false;
		run.speed = speed;
		return true;
	}

	/** The arm holds where it is until somebody else is chosen. */
	stop(): void {
		if (this.#run !== null && this.#state !== 'ended') this.#end('asked');
	}

	/** A person had taken over from the newest policy at this time of the arm's clock. */
	corrects(tMs: number): boolean {
		return this.#run?.tally.corrects(tMs) === true;
	}

	/** A person chose who drives. */
	selected(source: SetpointSource): void {
		const run = this.#run;
		if (run === null || source === 'policy' || !(this.#asks || this.#state === 'paused')) return;
		run.tally.takenOver(this.#tick(), this.#options.now(), this.#options.nextRow());
		this.#hold('taken-over', 'asked');
	}

	/** The arm's own state changed. */
	armChanged(): void {
		if (this.#asks || this.#state === 'paused' || this.#state === 'taken-over') this.#armAllows();
	}

	/** This tick's wish; asked once per tick while the policy is the chosen source. */
	next(nowMs: number, dtS: number): Setpoint | null {
		this.#wish = null;
		const run = this.#run;
		if (run === null || !this.#asks || !this.#armAllows()) return null;
		const pose = this.#options.pose();
		if (pose === null || !(nowMs - pose.atMs <= STATE_MAX_AGE_MS)) {
			this.#hold('held', 'old-state');
			return null;
		}
		if (!this.#options.lockstep && run.player.wantsObservation && nowMs >= run.askAfterMs)
			this.#ask(run, pose, null);
		this.#wish = run.player.advance(dtS, this.#gate);
		if (this.#wish === null) {
			this.#noticeDry(run);
			return null;
		}
		if (this.#state !== 'driving') this.#become('driving');
		return { v: 1, source: 'policy', epoch: run.epoch, tMs: nowMs, q: this.#wish };
	}

	/** What the gate said in this tick, whoever drove. */
	gateSaid(output: SafetyGateOutput): void {
		this.#gate = output;
		const run = this.#run;
		if (run === null) return;
		if (this.#wish !== null) run.tally.driven(output.limitedBy);
		run.slowLeftMs = output.policySlowMs;
		if (this.#state !== 'ended' && this.#options.now() - this.#reportedMs >= REPORT_EVERY_MS) this.#report();
	}

	/**
	 * Lockstep: record tick `step` is over and its picture on its way. Answers that are due now are heard, the next is asked
	 * for, and waited for, so that the outcome does not depend on how long INFER takes.
	 */
	async afterStep(step: number, atMs: number): Promise<void> {
		this.#step = step;
		const run = this.#run;
		if (run === null) return;
		this.#obey(run.hearDue(this.#frame()));
		const pose = this.#options.pose();
		if (!this.#asks || !this.#armAllows() || pose === null || !run.player.wantsObservation) return;
		if (!this.#asker.attached || atMs < run.askAfterMs || atMs - pose.atMs > STATE_MAX_AGE_MS) return;
		const answered = this.#asker.whenAnswered();
		this.#ask(run, pose, atMs);
		await answered;
	}

	#notReady(): Extract<ArmAnswer, { ok: false }> | null {
		if (!this.#asker.attached) return { ok: false, code: 'policy_no_worker', details: {} };
		return this.#options.arm.state.phase === 'armed' ? null : { ok: false, code: 'not_armed', details: {} };
	}

	/** False while the arm itself keeps the policy from driving, which it then is told of. */
	#armAllows(): boolean {
		const run = this.#run;
		const { state, epoch } = this.#options.arm;
		if (run === null) return false;
		const taken = this.#state === 'taken-over';
		// A hand that took over may unlock, hold and go on; a stop ends the run, and so does an arm that is gone: the next one on
		// the cable may be another, and was never checked.
		const gone = state.phase === 'stopped' || state.torque === 'unknown';
		if (taken ? gone : epoch !== run.epoch) this.#end('arm');
		else if (taken || state.phase === 'armed') return true;
		else if (state.phase !== 'holding') this.#end('arm');
		else if (this.#asks && !state.reasons.every((reason) => SELF_CLEARING.has(reason)))
			this.#hold('paused', 'arm');
		else if (this.#asks) this.#hold('held', 'arm');
		return false;
	}

	#ask(
		run: PolicyRun,
		pose: { readonly q: Float32Array; readonly atMs: number },
		picturesAtMs: number | null
	): void {
		if (!this.#asker.attached) {
			run.trouble = 'no-policy-worker';
			return;
		}
		const tick = run.player.observe();
		this.#nextTick = tick + 1;
		this.#asker.ask({ tick, tMs: pose.atMs, state: pose.q.slice(), picturesAtMs });
	}

	#heard(message: InferToRobot | null, latencyMs: number | null): void {
		const run = this.#run;
		if (run !== null) this.#obey(run.hear(message, latencyMs, this.#frame()));
	}

	#obey(verdict: RunVerdict): void {
		if (verdict?.to === 'held') this.#hold('held', verdict.reason, verdict.camera);
		else if (verdict?.to === 'ended') this.#end(verdict.reason);
	}

	#frame(): RunFrame {
		const { now, fps, lockstep } = this.#options;
		return { nowMs: now(), recordMs: 1000 / fps, step: lockstep ? this.#step : null, asks: this.#asks };
	}

	#noticeDry(run: PolicyRun): void {
		const reason = run.emptyBecause;
		if (run.player.dry) {
			if (this.#state !== 'held' || this.#reason !== reason) this.#become('held', reason);
		} else if (this.#state === 'driving') this.#become('held', reason);
		else if (this.#state === 'waiting' && reason !== 'dry' && this.#reason !== reason)
			this.#become('waiting', reason);
	}

	#hold(state: 'held' | 'paused' | 'taken-over', reason: PolicyRunReason, camera = ''): void {
		this.#run?.player.hold();
		if (this.#state !== state || this.#reason !== reason || this.#camera !== camera)
			this.#become(state, reason, camera);
	}

	#end(reason: PolicyRunReason): void {
		const run = this.#run;
		run?.player.hold();
		run?.tally.givenBack(this.#tick(), this.#options.now(), this.#options.nextRow());
		this.#asker.forget();
		this.#asker.policyId = null;
		this.#wish = null;
		this.#become('ended', reason);
	}

	#become(state: PolicyRunState, reason: PolicyRunReason = '', camera = ''): void {
		this.#state = state;
		this.#reason = reason;
		this.#camera = camera;
		this.#report();
	}

	/** Record tick of the lab clock. */
	#tick(): number {
		return Math.floor(((this.#options.now() + ROUNDING_MS) * this.#options.fps) / 1000);
	}

	#report(): void {
		const run = this.#run;
		if (run === null) return;
		const { now, pose, onReport } = this.#options;
		this.#reportedMs = now();
		const { player, tally, start, speed } = run;
		const { chunks, lateChunks, droppedActions, dry } = player.counters;
		onReport({
			policyId: start.policyId,
			state: this.#state,
			reason: this.#reason,
			camera: this.#camera,
			speed,
			pace: this.#wish === null ? 0 : player.pace,
			predicted: this.#wish?.slice() ?? null,
			executed: pose()?.q.slice() ?? null,
			chunks,
			lateChunks,
			droppedActions,
			dryHolds: dry,
			slowLeftMs: run.slowLeftMs,
			...tally.figures(this.#reportedMs)
		});
	}
}
