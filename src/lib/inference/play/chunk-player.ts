// Turns a policy's answers into one joint target per loop tick: asks for chunks, drops what came too late of them, blends one
// into the next, slows down rather than runs dry, holds when there is nothing to follow. Pure: time is what `advance` is
// told. Knows no workers, no arbiter and no gate beyond how fast it lets the arm follow.
//
// [Note: motion time] The player's clock counts motion, not time: it stands while the arm holds or still meets the policy,
// and it is as slow as the speed that was chosen, the gate and late answers make it. An observation is tied to an instant
// of motion, and action k of its chunk belongs k periods of motion later. So a path is stretched in time, never clipped.
//
// [Note: fresh] Whatever ended the motion (nothing left to play, an old state or picture, a pause) voids the plan and every
// answer still under way: it goes on only from an observation that was taken after the hold began.

import type { ActionChunk } from '$lib/contracts';
import { chunkFault, type ChunkFacts, type ChunkFault } from './chunk-check';
import { createLatencyBook, type LatencyFigures } from './latency-book';
import { askBelow, bearablePace, type PaceTimes } from './pace';
import { Plan } from './plan';
import { createSeam } from './seam';

export interface PlayerFacts extends ChunkFacts {
	/** After how many actions a new chunk is wanted at the latest. */
	readonly actionSteps: number;
}

export interface PlayerOptions {
	/** `temporal_ensemble_coeff`; null or left out: the newest chunk alone. */
	readonly ensemble?: number | null;
	/** Seconds between two calls of `advance`. */
	readonly stepS: number;
	/** Number of the first observation (default 0): a late answer to an earlier player must find no observation here. */
	readonly firstTick?: number;
}

/** What the gate said in the tick before. */
export interface PlayerGate {
	/** The arm has not met the policy yet. */
	readonly handover: boolean;
	/** How much of the asked step the gate made, 0..1. */
	readonly stretch: number;
}

export type ChunkFate =
	| 'taken'
	/** Answers an observation that nobody made: another run, or the future. */
	| 'unknown'
	| 'twice'
	/** Answers an observation from before a hold. */
	| 'void'
	/** All of it lies in the past. */
	| 'late'
	| ChunkFault;

export interface PlayerCounters {
	readonly chunks: number;
	/** Chunks that came too late in whole, and actions that were dropped of others. */
	readonly lateChunks: number;
	readonly droppedActions: number;
	/** Answers that were refused for what they held. */
	readonly refused: number;
	/** How often the arm had to stop because nothing was left to play. */
	readonly dry: number;
}

export interface ChunkPlayer {
	/** There is a plan: `advance` gives targets. */
	readonly playing: boolean;
	/** It ran dry since the last chunk was taken. */
	readonly dry: boolean;
	/** Pace of the last step, 0..1. */
	readonly pace: number;
	/** Chunks that the targets are made of. */
	readonly overlap: number;
	readonly counters: PlayerCounters;
	/** In seconds as `advance` counted them. */
	readonly latencyS: LatencyFigures | null;
	/** How long the answer under way has been waited for, s; null when none is. */
	readonly waitedS: number | null;
	/** An observation should be made now. */
	readonly wantsObservation: boolean;
	/** One is made now; the answer has to carry this number. */
	observe(): number;
	answer(chunk: ActionChunk): ChunkFate;
	/** There will be no answer to this observation. False when nobody waits for one. */
	unanswered(tick: number): boolean;
	/** Voids the answer under way and plays on what there is: who was asked is gone. */
	forget(): void;
	/** Voids plan and answers under way: the arm holds until a fresh observation is answered. */
	hold(): void;
	/** 0.25..1; anything else is refused. */
	setSpeed(speed: number): boolean;
	/** Targets of this tick, dataset units, or null for hold. The array is re-used. */
	advance(dtS: number, gate: PlayerGate | null): Float32Array | null;
}

export const LEAST_SPEED = 0.25;
/** Joint motion that a seam may add between two ticks, degrees (percent for a gripper): half a degree, less rounding. */
const SEAM_STEP = 0.49;
const SEAM_S = 0.1;
/** A hold lasts long enough for the gate to let the arm meet the policy anew (its `longHoldMs`). */
const LEAST_HOLD_S = 0.11;
/** From standing to full pace. */
const PACE_UP_S = 0.2;
/** An answer this late is not waited for any longer: another observation is made. */
const GIVEN_UP_S = 10;
const RECENT = 8;
/** Observations remembered, to tell a late answer from an invented one. */
const REMEMBERED = 32;

interface Observation {
	readonly motionS: number;
	readonly realS: number;
	fate: 'open' | 'void' | 'answered';
}

/** How much of the motion the arm makes, 0..1; what is no number is none. */
function follows(gate: PlayerGate | null): number {
	if (gate === null) return 1;
	return !gate.handover && gate.stretch > 0 ? Math.min(1, gate.stretch) : 0;
}

export function createChunkPlayer(facts: PlayerFacts, options: PlayerOptions): ChunkPlayer {
	return new Player(facts, options);
}

class Player implements ChunkPlayer {
	readonly #facts: PlayerFacts;
	readonly #plan: Plan;
	readonly #seam;
	readonly #latency = createLatencyBook();
	readonly #chunkS: number;
	readonly #wish: Float32Array;
	readonly #before: Float64Array;
	readonly #after: Float64Array;
	readonly #seen = new Map<number, Observation>();
	readonly #counters = { chunks: 0, lateChunks: 0, droppedActions: 0, refused: 0, dry: 0 };
	#speed = 1;
	#motionS = 0;
	#realS = 0;
	#heldS = 0;
	#tick: number;
	#open: Observation | null = null;
	/** When the first observation was made that no chunk has followed yet, s; failed answers and new tries do not move it. */
	#hopingSinceS: number | null = null;
	/** The observation that the newest chunk answers. */
	#planned: Observation | null = null;
	#pace = 0;
	#dry = false;

	constructor(facts: PlayerFacts, { ensemble = null, stepS, firstTick = 0 }: PlayerOptions) {
		const { joints, fps, chunkSize, actionSteps } = facts;
		const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
		if (!whole(joints) || !whole(chunkSize) || !whole(actionSteps) || !(fps > 0 && fps < Infinity))
			throw new RangeError('a policy answers with at least one action of one joint at a rate');
		this.#facts = facts;
		this.#tick = firstTick - 1;
		this.#chunkS = chunkSize / fps;
		this.#plan = new Plan({ joints, fps, chunkSize, ensemble });
		this.#seam = createSeam({ joints, blendS: SEAM_S, mostPerStep: SEAM_STEP, stepS });
		this.#wish = new Float32Array(joints);
		this.#before = new Float64Array(joints);
		this.#after = new Float64Array(joints);
	}

	get playing(): boolean {
		return !this.#plan.empty;
	}

	get dry(): boolean {
		return this.#dry;
	}

	get pace(): number {
		return this.#pace;
	}

	get overlap(): number {
		return this.#plan.overlap;
	}

	get counters(): PlayerCounters {
		return { ...this.#counters };
	}

	get latencyS(): LatencyFigures | null {
		return this.#latency.figures();
	}

	get waitedS(): number | null {
		return this.#open === null ? null : this.#realS - this.#open.realS;
	}

	get wantsObservation(): boolean {
		if (this.#open !== null && this.#realS - this.#open.realS < GIVEN_UP_S) return false;
		if (this.#plan.empty || this.#planned === null) return true;
		const { actionSteps, fps } = this.#facts;
		const intervalS = actionSteps / fps;
		return (
			this.#plan.endS - this.#motionS <= askBelow(this.#times()) ||
			this.#motionS - this.#planned.motionS >= intervalS ||
			// An arm that is held back for long should not act on an old picture of the world.
			this.#realS - this.#planned.realS >= 2 * intervalS
		);
	}

	observe(): number {
		this.#tick += 1;
		if (this.#open !== null) this.#open.fate = 'void';
		this.#open = { motionS: this.#motionS, realS: this.#realS, fate: 'open' };
		this.#hopingSinceS ??= this.#realS;
		this.#seen.set(this.#tick, this.#open);
		for (const old of this.#seen.keys()) {
			if (this.#seen.size <= REMEMBERED) break;
			this.#seen.delete(old);
		}
		return this.#tick;
	}

	answer(chunk: ActionChunk): ChunkFate {
		const seen = this.#seen.get(chunk.observationTick);
		if (seen === undefined) return 'unknown';
		if (seen.fate === 'answered') return 'twice';
		const wasVoid = seen.fate === 'void';
		seen.fate = 'answered';
		if (this.#open === seen) this.#open = null;
		this.#latency.add(this.#realS - seen.realS);
		if (wasVoid) return this.#missed('void');
		const fault = chunkFault(chunk, this.#facts);
		if (fault !== null) {
			this.#counters.refused += 1;
			return fault;
		}
		if (!this.#plan.reaches(seen.motionS, this.#motionS)) return this.#missed('late');
		this.#counters.chunks += 1;
		this.#counters.droppedActions += Math.floor((this.#motionS - seen.motionS) * this.#facts.fps);
		this.#dry = false;
		this.#planned = seen;
		this.#hopingSinceS = null;
		const first = this.#plan.empty;
		this.#plan.add({ fromS: seen.motionS, actions: chunk.actions.slice() });
		if (first) {
			this.#plan.update(this.#motionS);
			this.#seam.reset();
		} else this.#join();
		return 'taken';
	}

	unanswered(tick: number): boolean {
		const seen = this.#seen.get(tick);
		if (seen === undefined) return false;
		const waitedFor = this.#open === seen;
		seen.fate = 'answered';
		if (waitedFor) this.#open = null;
		return waitedFor;
	}

	forget(): void {
		if (this.#open !== null) this.#open.fate = 'void';
		this.#open = null;
	}

	hold(): void {
		this.#plan.clear();
		this.#seam.reset();
		this.forget();
		this.#hopingSinceS = null;
		this.#heldS = 0;
		this.#pace = 0;
		this.#dry = false;
	}

	setSpeed(speed: number): boolean {
		if (!(speed >= LEAST_SPEED && speed <= 1)) return false;
		this.#speed = speed;
		return true;
	}

	advance(dtS: number, gate: PlayerGate | null): Float32Array | null {
		const stepS = dtS > 0 && dtS < Infinity ? dtS : 0;
		this.#realS += stepS;
		if (this.#plan.empty || this.#heldS < LEAST_HOLD_S) {
			this.#heldS += stepS;
			return null;
		}
		const wanted = Math.min(this.#speed * follows(gate), this.#bearable());
		this.#pace = Math.min(wanted, this.#pace + stepS / PACE_UP_S);
		const motionS = stepS * this.#pace;
		this.#motionS += motionS;
		if (this.#motionS >= this.#plan.endS) {
			this.hold();
			this.#dry = true;
			this.#counters.dry += 1;
			return null;
		}
		// Also where no motion passes: a plan that saw the arm blocked must be heard, or it stays blocked.
		this.#seam.advance(stepS * this.#speed);
		if (this.#plan.outdated(this.#motionS)) this.#join();
		this.#plan.targets(this.#motionS, this.#after);
		this.#seam.apply(this.#after);
		this.#wish.set(this.#after);
		return this.#wish;
	}

	/** Other chunks speak from now on; the targets go on where they were. */
	#join(): void {
		this.#plan.targets(this.#motionS, this.#before);
		this.#plan.update(this.#motionS);
		this.#plan.targets(this.#motionS, this.#after);
		this.#seam.change(this.#before, this.#after);
	}

	#missed(fate: 'void' | 'late'): ChunkFate {
		this.#counters.lateChunks += 1;
		return fate;
	}

	#bearable(): number {
		const leftS = this.#plan.endS - this.#motionS;
		const hopingS = this.#hopingSinceS === null ? null : this.#realS - this.#hopingSinceS;
		return bearablePace(this.#times(), leftS, hopingS);
	}

	#times(): PaceTimes {
		return { chunkS: this.#chunkS, recentS: this.#latency.worst(RECENT) };
	}
}
