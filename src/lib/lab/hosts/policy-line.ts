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
	type PolicyChunk,
	type PolicyReport,
	type PolicyRunReason,
	type PolicyRunState,
	type Setpoint,
	type SetpointSource
} from '$lib/contracts';
import { createChunkPlayer, type ChunkPlayer } from '$lib/inference/play';
import {
	SELF_CLEARING,
	SO101_GATE_LIMITS,
	type ArmingState,
	type SafetyGate,
	type SafetyGateOutput
} from '$lib/robot/safety';
import type { ArmAnswer } from './api';
import { PolicyAsker } from './policy-asker';
import { playerFacts, startRefusal, type StartPolicy } from './policy-start';
import { PolicyTally } from './policy-tally';

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
/** After a failure INFER gets time to come back. */
const AFTER_FAILURE_MS = 250;
const SILENT_S = 2;
/** So many answers without a usable chunk in a row, and nobody believes in the next one. */
const BAD_ANSWERS = 3;
/** Adding periods loses far less, a tick is far more. */
const ROUNDING_MS = 1e-3;

interface Run {
	readonly start: StartPolicy;
	readonly player: ChunkPlayer;
	readonly tally: PolicyTally;
	epoch: number;
	speed: number;
	slowLeftMs: number;
	badAnswers: number;
	/** What keeps answers from coming, for when the arm has run dry. */
	trouble: PolicyRunReason;
	/** No want before that. */
	askAfterMs: number;
	/** Lockstep: answers whose time has not come. */
	late: { readonly dueStep: number; readonly chunk: PolicyChunk }[];
}

export class PolicyLine {
	readonly #options: PolicyLineOptions;
	readonly #asker: PolicyAsker;
	#run: Run | null = null;
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
		const run = this.#run;
		if (run === null) return;
		run.player.forget();
		run.late = [];
		run.trouble = port === null ? 'no-policy-worker' : '';
		run.askAfterMs = Number.NEGATIVE_INFINITY;
	}

	/** Refused unless the arm is armed, INFER is there and the policy is one for this arm. */
	start(start: StartPolicy): ArmAnswer {
		const refused = startRefusal(start) ?? this.#notReady();
		if (refused !== null) return refused;
		if (this.#asks || this.#state === 'paused' || this.#state === 'taken-over') this.#end('asked');
		const { arm, gate, periodS, now } = this.#options;
		gate.introducePolicy(start.slowLeftMs ?? undefined);
		const player = createChunkPlayer(playerFacts(start), {
			stepS: periodS(),
			ensemble: start.ensemble,
			firstTick: this.#nextTick
		});
		player.setSpeed(start.speed);
		this.#asker.forget();
		this.#asker.policyId = start.policyId;
		this.#run = {
			start,
			player,
			tally: new PolicyTally(now()),
			epoch: arm.epoch,
			speed: start.speed,
			slowLeftMs: start.slowLeftMs ?? SO101_GATE_LIMITS.newPolicyMs,
			badAnswers: 0,
			trouble: '',
			askAfterMs: Number.NEGATIVE_INFINITY,
			late: []
		};
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
		run.tally.givenBack(this.#tick(), this.#options.nextRow());
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
		const due = run.late.filter(({ dueStep }) => dueStep <= step);
		run.late = run.late.filter(({ dueStep }) => dueStep > step);
		for (const { chunk } of due) this.#take(run, chunk, null);
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
		// A hand that took over may unlock, hold and go on; it ends the run only by a stop.
		if (taken ? state.phase === 'stopped' : epoch !== run.epoch) this.#end('arm');
		else if (taken || state.phase === 'armed') return true;
		else if (state.phase !== 'holding') this.#end('arm');
		else if (this.#asks && !state.reasons.every((reason) => SELF_CLEARING.has(reason)))
			this.#hold('paused', 'arm');
		else if (this.#asks) this.#hold('held', 'arm');
		return false;
	}

	#ask(
		run: Run,
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
		if (run === null) return;
		if (message === null) {
			run.player.forget();
			this.#refuse(run, AFTER_FAILURE_MS);
			return;
		}
		if (latencyMs !== null) run.tally.latency.add(latencyMs);
		if (message.ch === 'policy-chunk') {
			const { latencyTicks } = run.start;
			if (this.#options.lockstep && latencyTicks > 0)
				run.late = [...run.late, { dueStep: this.#step + latencyTicks, chunk: message.body }];
			else this.#take(run, message.body, latencyMs);
			return;
		}
		// An answer to what is no longer asked (before a hold, another run) changes nothing.
		if (!run.player.unanswered(message.body.tick) || !this.#asks) return;
		const nowMs = this.#options.now();
		if (message.ch === 'policy-wait') {
			const { reason, camera } = message.body;
			if (reason === 'old-state') return;
			run.askAfterMs = nowMs + 1000 / this.#options.fps - ROUNDING_MS;
			run.trouble = reason;
			if (reason !== 'reopening') this.#hold('held', reason, camera);
			return;
		}
		const { code } = message.body;
		run.trouble = code;
		if (code === 'policy_observation_wrong') this.#end(code);
		else if (code === 'policy_output_invalid') this.#refuse(run, 0);
		else run.askAfterMs = nowMs + AFTER_FAILURE_MS;
	}

	#take(run: Run, chunk: PolicyChunk, latencyMs: number | null): void {
		const fate = run.player.answer(chunk);
		if (fate === 'taken') {
			run.tally.chunk(chunk, this.#options.now());
			run.badAnswers = 0;
			run.trouble = '';
		} else if (fate !== 'void' && fate !== 'late') {
			// An answer that was never asked for says nothing of those that were.
			if (latencyMs === null && (fate === 'unknown' || fate === 'twice')) run.tally.refused += 1;
			else this.#refuse(run, 0);
		}
	}

	/** An answer that is none. The approved part is played on; after some in a row the run is over. */
	#refuse(run: Run, waitMs: number): void {
		run.tally.refused += 1;
		run.badAnswers += 1;
		run.trouble = 'policy_output_invalid';
		run.askAfterMs = this.#options.now() + waitMs;
		if (run.badAnswers >= BAD_ANSWERS && this.#asks) this.#end('policy_output_invalid');
	}

	#noticeDry(run: Run): void {
		const silent = (run.player.waitedS ?? 0) > SILENT_S;
		const reason = run.trouble !== '' ? run.trouble : silent ? 'silent' : 'dry';
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
		run?.tally.givenBack(this.#tick(), this.#options.nextRow());
		if (run !== null) run.late = [];
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
