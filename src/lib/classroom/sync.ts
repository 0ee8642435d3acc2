// Sending the outbox: one batch at a time, oldest first, again after a pause that grows while nothing comes through. Whoever
// answers in anything but the class's own words (a proxy's page, a server on its knees) counts as nobody. Knows a transport
// and a clock, no browser.

import type { Scheduler, Timer } from '$lib/core';
import type { LabEvent } from '$lib/contracts';
import type { Outbox } from './outbox';

/**
 * `taken`: the class has everything up to `lastSeq`. `away`: no answer, or none that makes sense; later. `signed_out`: the
 * session of this seat is over, a person has to join again. `refused`: the seat is not this pupil's any more, or the batch
 * makes no sense there: kept, tried again rarely.
 */
export type SendAnswer =
	{ readonly kind: 'taken'; readonly lastSeq: number } | { readonly kind: 'away' | 'signed_out' | 'refused' };

export type SyncState = 'idle' | 'sending' | 'away' | 'signed_out' | 'refused';

export interface SyncOptions {
	readonly outbox: Outbox;
	readonly send: (events: readonly LabEvent[]) => Promise<SendAnswer>;
	readonly scheduler: Scheduler;
	/** 0 to 1: spreads a class that comes back at once. */
	readonly random: () => number;
	readonly onChange: () => void;
}

const BATCH = 50;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Refused or signed out: somebody may have let the seat in again. */
const RARELY_MS = 10 * 60_000;

export class OutboxSync {
	readonly #options: SyncOptions;
	#state: SyncState = 'idle';
	#waiting = 0;
	#busy = false;
	#again = false;
	#failures = 0;
	#timer: Timer | null = null;
	#stopped = false;

	constructor(options: SyncOptions) {
		this.#options = options;
	}

	get state(): SyncState {
		return this.#state;
	}

	/** Events the class does not have yet. */
	get waiting(): number {
		return this.#waiting;
	}

	/** Something was noted, the network came back, or a person asked: send now. */
	kick(): void {
		this.#failures = 0;
		this.#now();
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
	}

	#now(): void {
		if (this.#stopped) return;
		this.#timer?.cancel();
		this.#timer = null;
		if (this.#busy) this.#again = true;
		else void this.#run();
	}

	async #run(): Promise<void> {
		this.#busy = true;
		this.#again = false;
		let next: SyncState;
		try {
			next = await this.#sendAll();
		} catch {
			next = 'away'; // the store would not answer: nothing was lost, later
		}
		this.#busy = false;
		this.#set(next);
		if (this.#wasKicked() && next === 'idle') this.#now();
		else if (next !== 'idle') this.#later(next);
	}

	async #sendAll(): Promise<SyncState> {
		const { outbox, send } = this.#options;
		let lastTaken = -1;
		while (!this.#stopped) {
			const batch = await outbox.oldest(BATCH);
			this.#waiting = Math.max(batch.length, await outbox.waiting());
			const first = batch[0];
			if (first === undefined) return 'idle';
			this.#set('sending');
			const answer = await send(batch);
			if (answer.kind !== 'taken') return answer.kind;
			// A class that takes nothing of what it is sent would be asked for ever.
			if (answer.lastSeq < first.seq || answer.lastSeq <= lastTaken) return 'refused';
			lastTaken = answer.lastSeq;
			this.#failures = 0;
			await outbox.confirmed(answer.lastSeq);
		}
		return 'idle';
	}

	/** Kicked while it was busy. */
	#wasKicked(): boolean {
		return this.#again;
	}

	#later(state: SyncState): void {
		if (this.#stopped) return;
		const grown = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
		const pauseMs = state === 'away' ? grown : RARELY_MS;
		this.#failures += 1;
		const { scheduler, random } = this.#options;
		this.#timer = scheduler.at(scheduler.now() + pauseMs * (0.5 + random()), () => this.#now());
	}

	#set(state: SyncState): void {
		if (state === this.#state) return;
		this.#state = state;
		this.#options.onChange();
	}
}
