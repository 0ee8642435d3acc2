// Time as a dependency. The control loop, the bus and the virtual chain only ever see a Scheduler; in the browser it
// is the wall clock, in tests and lockstep runs it is virtual time that jumps from event to event.
// [Note: callbacks, not promises] Events are plain callbacks so that a virtual run is fully synchronous and its order
// depends on nothing but the seed.

import { millis, type Millis } from './units';

export interface Timer {
	cancel(): void;
}

export interface Scheduler {
	now(): Millis;
	/** Calls `run` once `atMs` has been reached; a time in the past runs as soon as possible, never synchronously. */
	at(atMs: number, run: () => void): Timer;
}

/** Real time: `performance.now()` and `setTimeout` of the realm it is made in. */
export function createWallScheduler(): Scheduler {
	const now = (): Millis => millis(performance.now());
	return {
		now,
		at(atMs, run) {
			// setTimeout cuts fractions off: without rounding up, an event would run before its time.
			const handle = setTimeout(run, Math.max(0, Math.ceil(atMs - now())));
			return { cancel: () => clearTimeout(handle) };
		}
	};
}

export interface VirtualScheduler extends Scheduler {
	/** Time of the next pending event, or undefined when nothing is pending. */
	nextAt(): number | undefined;
	/** Runs the next pending event if it is due at or before `limitMs`; false when there is none. */
	runNext(limitMs: number): boolean;
	/** Runs every event due up to and including `untilMs`, then sets the clock to it. */
	advanceTo(untilMs: number): void;
	readonly pendingCount: number;
}

/** One event; it is its own timer, because a lockstep hour schedules millions. */
class Entry implements Timer {
	readonly at: number;
	readonly order: number;
	run: (() => void) | null;
	readonly #clock: { live: number };

	constructor(at: number, order: number, run: () => void, clock: { live: number }) {
		this.at = at;
		this.order = order;
		this.run = run;
		this.#clock = clock;
	}

	cancel(): void {
		if (this.run === null) return;
		this.run = null;
		this.#clock.live -= 1;
	}
}

/** Virtual time on a binary heap; events at the same instant run in the order they were scheduled. */
export function createVirtualScheduler(startMs = 0): VirtualScheduler {
	const heap: Entry[] = [];
	// In an object: a number that changes in a closure's own variable is a new one on the heap each time.
	const clock = { time: startMs, live: 0 };
	let order = 0;

	const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

	const push = (entry: Entry): void => {
		let index = heap.push(entry) - 1;
		while (index > 0) {
			const parent = (index - 1) >> 1;
			const above = heap[parent];
			if (above === undefined || !before(entry, above)) break;
			heap[index] = above;
			index = parent;
		}
		heap[index] = entry;
	};

	const pop = (): Entry | undefined => {
		const top = heap[0];
		const last = heap.pop();
		if (top === undefined || last === undefined || heap.length === 0) return top;
		let index = 0;
		for (;;) {
			let child = 2 * index + 1;
			const left = heap[child];
			if (left === undefined) break;
			const right = heap[child + 1];
			let least = left;
			if (right !== undefined && before(right, left)) {
				child += 1;
				least = right;
			}
			if (!before(least, last)) break;
			heap[index] = least;
			index = child;
		}
		heap[index] = last;
		return top;
	};

	const dropCancelled = (): Entry | undefined => {
		while (heap[0] !== undefined && heap[0].run === null) pop();
		return heap[0];
	};

	const runNext = (limitMs: number): boolean => {
		const entry = dropCancelled();
		if (entry === undefined || entry.at > limitMs) return false;
		pop();
		const run = entry.run;
		entry.run = null;
		clock.live -= 1;
		clock.time = Math.max(clock.time, entry.at);
		run?.();
		return true;
	};

	return {
		now: () => millis(clock.time),
		at(atMs, run) {
			const entry = new Entry(Math.max(atMs, clock.time), order++, run, clock);
			clock.live += 1;
			push(entry);
			return entry;
		},
		nextAt: () => dropCancelled()?.at,
		runNext,
		advanceTo(untilMs) {
			while (runNext(untilMs));
			clock.time = Math.max(clock.time, untilMs);
		},
		get pendingCount() {
			return clock.live;
		}
	};
}
