// One run of a policy: its player, its tally, and what INFER's answers mean for it. Answers are judged here and nowhere else;
// what follows from them for the arm (hold, end) is the line's to do.

import type { InferToRobot, PolicyChunk, PolicyFailed, PolicyRunReason, PolicyWait } from '$lib/contracts';
import { createChunkPlayer, type ChunkPlayer } from '$lib/inference/play';
import { SO101_GATE_LIMITS } from '$lib/robot/safety';
import { playerFacts, type StartPolicy } from './policy-start';
import { PolicyTally } from './policy-tally';

/** After a failure INFER gets time to come back. */
const AFTER_FAILURE_MS = 250;
const SILENT_S = 2;
/** So many answers without a usable chunk in a row, and nobody believes in the next one. */
const BAD_ANSWERS = 3;

export interface RunFrame {
	readonly nowMs: number;
	/** Between two record ticks. */
	readonly recordMs: number;
	/** Lockstep: the record tick that is over; null on the wall clock. */
	readonly step: number | null;
	/** The policy would drive if the arm let it. */
	readonly asks: boolean;
}

/** What the arm has to do about an answer; null: nothing. */
export type RunVerdict = {
	readonly to: 'held' | 'ended';
	readonly reason: PolicyRunReason;
	readonly camera: string;
} | null;

const ended = (reason: PolicyRunReason): RunVerdict => ({ to: 'ended', reason, camera: '' });

export class PolicyRun {
	readonly player: ChunkPlayer;
	readonly tally: PolicyTally;
	speed: number;
	slowLeftMs: number;
	/** No want before that. */
	askAfterMs = Number.NEGATIVE_INFINITY;
	/** What keeps answers from coming, for when the arm has run dry. */
	trouble: PolicyRunReason = '';
	#badAnswers = 0;
	/** Lockstep: answers whose time has not come. */
	#late: { readonly dueStep: number; readonly chunk: PolicyChunk }[] = [];

	constructor(
		readonly start: StartPolicy,
		/** Of the arbiter; another one voids the run. */
		public epoch: number,
		given: { readonly nowMs: number; readonly stepS: number; readonly firstTick: number }
	) {
		const { stepS, firstTick } = given;
		this.player = createChunkPlayer(playerFacts(start), { stepS, firstTick, ensemble: start.ensemble });
		this.player.setSpeed(start.speed);
		this.tally = new PolicyTally(given.nowMs);
		this.speed = start.speed;
		this.slowLeftMs = start.slowLeftMs ?? SO101_GATE_LIMITS.newPolicyMs;
	}

	/** Why there is nothing to play. */
	get emptyBecause(): PolicyRunReason {
		if (this.trouble !== '') return this.trouble;
		return (this.player.waitedS ?? 0) > SILENT_S ? 'silent' : 'dry';
	}

	/** Who was asked is gone; perhaps somebody new is there. */
	gone(reason: PolicyRunReason): void {
		this.player.forget();
		this.#late = [];
		this.trouble = reason;
		this.askAfterMs = Number.NEGATIVE_INFINITY;
	}

	/** An answer for this policy; null: one that could not be read. */
	hear(message: InferToRobot | null, latencyMs: number | null, frame: RunFrame): RunVerdict {
		if (message === null) {
			this.player.forget();
			return this.#refuse(frame, AFTER_FAILURE_MS);
		}
		if (latencyMs !== null) this.tally.latency.add(latencyMs);
		if (message.ch === 'policy-chunk') {
			const { latencyTicks } = this.start;
			if (frame.step === null || latencyTicks === 0) return this.#take(message.body, frame);
			this.#late = [...this.#late, { dueStep: frame.step + latencyTicks, chunk: message.body }];
			return null;
		}
		// An answer to what is no longer asked (before a hold) changes nothing.
		if (!this.player.unanswered(message.body.tick) || !frame.asks) return null;
		return message.ch === 'policy-wait'
			? this.#waits(message.body, frame)
			: this.#failed(message.body, frame);
	}

	/** Lockstep: answers that count from this step on. */
	hearDue(frame: RunFrame): RunVerdict {
		const { step } = frame;
		if (step === null) return null;
		const due = this.#late.filter(({ dueStep }) => dueStep <= step);
		this.#late = this.#late.filter(({ dueStep }) => dueStep > step);
		let verdict: RunVerdict = null;
		for (const { chunk } of due) verdict = this.#take(chunk, frame) ?? verdict;
		return verdict;
	}

	#waits({ reason, camera }: PolicyWait, { nowMs, recordMs }: RunFrame): RunVerdict {
		if (reason === 'old-state') return null;
		// The next record tick, whatever adding periods loses.
		this.askAfterMs = nowMs + 0.99 * recordMs;
		this.trouble = reason;
		return reason === 'reopening' ? null : { to: 'held', reason, camera };
	}

	#failed({ code }: PolicyFailed, frame: RunFrame): RunVerdict {
		if (code === 'policy_observation_wrong') return ended(code);
		if (code === 'policy_output_invalid') return this.#refuse(frame, 0);
		this.trouble = code;
		this.askAfterMs = frame.nowMs + AFTER_FAILURE_MS;
		return null;
	}

	#take(chunk: PolicyChunk, frame: RunFrame): RunVerdict {
		const fate = this.player.answer(chunk);
		switch (fate) {
			case 'taken':
				this.tally.chunk(chunk, frame.nowMs);
				this.#badAnswers = 0;
				this.trouble = '';
				return null;
			case 'void':
			case 'late':
				return null;
			case 'unknown':
			case 'twice':
				// Says nothing of the answers that were asked for.
				this.tally.refused += 1;
				return null;
			case 'shape':
			case 'rate':
			case 'not-finite':
			case 'out-of-range':
				return this.#refuse(frame, 0);
		}
	}

	/** An answer that is none. The approved part is played on; after some in a row the run is over. */
	#refuse({ nowMs, asks }: RunFrame, waitMs: number): RunVerdict {
		this.tally.refused += 1;
		this.#badAnswers += 1;
		this.trouble = 'policy_output_invalid';
		this.askAfterMs = nowMs + waitMs;
		return this.#badAnswers >= BAD_ANSWERS && asks ? ended('policy_output_invalid') : null;
	}
}
