// Which picture belongs to a record tick: the one taken nearest to it. Two clocks that both mean 30 Hz slip against each
// other, so now and then a tick gets the picture of the tick before (`dup`) or a picture is passed over (`skip`); both
// are counted, neither is hidden. To know the nearest, a tick waits until one picture younger than itself is there
// (look-ahead of one) or until the caller says it waited long enough. Knows times, not pixels.

import type { I420Frame } from '$lib/contracts';

/** `frame` null: no picture has been taken yet at all. */
export type OnPick = (tickId: number, frame: I420Frame | null) => void;

export interface FramePicker {
	/** Pictures in order of capture; one that is not younger than its predecessor is counted as skipped. */
	frame(frame: I420Frame): void;
	/** Ticks in order. `onPick` is called once per tick, in order, from within `frame`, `tick` or `settle`. */
	tick(tickId: number, tMs: number): void;
	/** Decides every tick up to `tMs` with the pictures that are there. */
	settle(tMs?: number): void;
	readonly dup: number;
	readonly skip: number;
	/** Capture time of the youngest picture; NaN before the first. */
	readonly newestMs: number;
}

interface WaitingTick {
	readonly id: number;
	readonly tMs: number;
}

/** Pictures held at most: without ticks only the youngest matter. */
const HELD_FRAMES = 4;
/**
 * Two pictures whose distances differ by less than this are equally near: two clocks that agree but jitter would otherwise
 * trade doubled for skipped pictures whenever they stand half a period apart.
 */
const TIE_MS = 3;

export function createFramePicker(onPick: OnPick): FramePicker {
	const frames: I420Frame[] = [];
	const ticks: WaitingTick[] = [];
	let used: I420Frame | null = null;
	let started = false;
	let newestMs = NaN;
	let dup = 0;
	let skip = 0;

	/** Removes the oldest picture; one that no tick took since recording began was skipped. */
	const dropOldest = (): void => {
		const gone = frames.shift();
		if (started && gone && gone !== used) skip += 1;
	};

	const nearer = (candidate: I420Frame, current: I420Frame, tMs: number): boolean => {
		const gain = Math.abs(current.tMs - tMs) - Math.abs(candidate.tMs - tMs);
		// On a tie the fresh picture wins, so that equal clocks half a period apart stay one to one.
		return Math.abs(gain) <= TIE_MS ? current === used : gain > 0;
	};

	const pick = (tick: WaitingTick): void => {
		for (let next = frames[1]; next && frames[0] && nearer(next, frames[0], tick.tMs); next = frames[1])
			dropOldest();
		const chosen = frames[0] ?? null;
		if (chosen && chosen === used) dup += 1;
		started ||= chosen !== null;
		used = chosen;
		onPick(tick.id, chosen);
	};

	const decide = (untilMs: number): void => {
		for (let tick = ticks[0]; tick; tick = ticks[0]) {
			if (!(newestMs >= tick.tMs || tick.tMs <= untilMs)) return;
			ticks.shift();
			pick(tick);
		}
	};

	return {
		frame(frame) {
			if (!(frame.tMs > newestMs || Number.isNaN(newestMs)) || Number.isNaN(frame.tMs)) {
				if (started) skip += 1;
				return;
			}
			newestMs = frame.tMs;
			frames.push(frame);
			decide(-Infinity);
			while (frames.length > HELD_FRAMES) dropOldest();
		},
		tick(id, tMs) {
			ticks.push({ id, tMs });
			decide(-Infinity);
		},
		settle: (tMs = Infinity) => decide(tMs),
		get dup() {
			return dup;
		},
		get skip() {
			return skip;
		},
		get newestMs() {
			return newestMs;
		}
	};
}
