/**
 * Who drives the arm. One mailbox per source that keeps only the newest wish, one active source, one epoch. Knows no
 * joints and no speeds: whether a wish is sane and fresh is the gate's question.
 *
 * The epoch is the number that makes a stop final: it is raised by every stop and by everything else that voids what was
 * planned, and a wish of an older epoch is refused, however late it arrives from whatever queue.
 */
import type { Setpoint, SetpointSource } from '$lib/contracts';

export interface ArbiterCounters {
	/** Wishes taken into a mailbox. */
	readonly posted: number;
	/** Wishes of another epoch: dropped on arrival. */
	readonly wrongEpoch: number;
	/** Wishes of a source that is not driving: kept, not acted on. */
	readonly notActive: number;
}

export interface Arbiter {
	readonly epoch: number;
	readonly active: SetpointSource | null;
	readonly stopped: boolean;
	readonly counters: ArbiterCounters;
	/** Latest value wins. Returns false for a wish of another epoch, which is dropped. */
	post(setpoint: Setpoint): boolean;
	/** Newest wish of the active source; null while stopped or when it has not spoken in this epoch. */
	newest(): Setpoint | null;
	/** Makes a source drive. What it wished before stays in its mailbox: age decides. Refused while stopped. */
	select(source: SetpointSource | null): boolean;
	/** Latches: nothing drives until `clear`. Returns the new epoch. May be called any number of times. */
	stop(): number;
	/** A person said "go on": the latch opens, no source drives yet. */
	clear(): void;
	/** Voids everything wished so far without stopping (wake from sleep, new connection). Returns the new epoch. */
	drop(): number;
}

export function createArbiter(): Arbiter {
	const mailboxes = new Map<SetpointSource, Setpoint>();
	const counters = { posted: 0, wrongEpoch: 0, notActive: 0 };
	let epoch = 1;
	let active: SetpointSource | null = null;
	let stopped = false;

	const drop = (): number => {
		mailboxes.clear();
		epoch += 1;
		return epoch;
	};

	return {
		counters,
		get epoch() {
			return epoch;
		},
		get active() {
			return active;
		},
		get stopped() {
			return stopped;
		},
		post(setpoint) {
			if (setpoint.epoch !== epoch) {
				counters.wrongEpoch += 1;
				return false;
			}
			counters.posted += 1;
			if (setpoint.source !== active) counters.notActive += 1;
			mailboxes.set(setpoint.source, setpoint);
			return true;
		},
		newest() {
			return stopped || active === null ? null : (mailboxes.get(active) ?? null);
		},
		select(source) {
			if (stopped && source !== null) return false;
			active = source;
			return true;
		},
		stop() {
			stopped = true;
			active = null;
			return drop();
		},
		clear() {
			stopped = false;
		},
		drop
	};
}
