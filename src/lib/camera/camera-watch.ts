// Is this camera alive, and does it show anything? Names the fault within a second of it: unplugged, black, frozen, slow,
// dim (slow because it is dark). Pictures come with their capture times, silence is measured by `check`. Pure, no clock.

import type { CameraCondition } from './device-types';
import type { PictureGist } from './picture-gist';

/** No picture, or the same one, for this long: frozen. */
const STILL_MS = 800;
/** Nothing but black for this long. */
const BLACK_MS = 600;
/** The rate is that of this last stretch. */
const RATE_WINDOW_MS = 900;
/** A single look counts at most this much silence: a worker that was blocked itself finds the pictures waiting. */
const LONGEST_LOOK_MS = 200;
/** Limited range black is 16; noise and a lit cover lift it a little. */
const BLACK_MEAN = 28;
const BLACK_SPREAD = 40;
const DARK_MEAN = 70;
const SLOW_BELOW = 0.75;
const WELL_ABOVE = 0.85;

export type WatchedFrame = Pick<PictureGist, 'meanLuma' | 'spread' | 'checksum'> & {
	/** Capture time, ms. */
	readonly tMs: number;
};

export interface CameraWatch {
	frame(frame: WatchedFrame): void;
	/** The device said that it is gone. */
	ended(): void;
	/** To be called several times a second. */
	check(nowMs: number): void;
	readonly condition: Exclude<CameraCondition, 'swapped'>;
	/** Pictures per second over the last stretch; null until it is full, 0 when none comes. */
	readonly fps: number | null;
	/** The scene is dark. */
	readonly dark: boolean;
}

/** `fps`: what the device was asked for. */
export function createCameraWatch(fps: number): CameraWatch {
	const times: number[] = [];
	let firstMs = NaN;
	let last: WatchedFrame | null = null;
	let changedMs = NaN;
	let litMs = NaN;
	let silentMs = 0;
	let lookedMs = NaN;
	let gone = false;
	let slow = false;

	const rate = (): number | null => {
		if (last === null || last.tMs - firstMs < RATE_WINDOW_MS) return silentMs >= STILL_MS ? 0 : null;
		if (silentMs >= STILL_MS) return 0;
		const span = last.tMs - (times[0] ?? last.tMs);
		return span > 0 ? ((times.length - 1) * 1000) / span : 0;
	};

	const condition = (): CameraWatch['condition'] => {
		if (gone) return 'unplugged';
		if (silentMs >= STILL_MS) return 'frozen';
		if (last === null) return 'starting';
		if (last.tMs - litMs >= BLACK_MS) return 'black';
		if (last.tMs - changedMs >= STILL_MS) return 'frozen';
		if (slow) return last.meanLuma < DARK_MEAN ? 'dim' : 'slow';
		return rate() === null ? 'starting' : 'live';
	};

	return {
		frame(frame) {
			silentMs = 0;
			if (last === null) firstMs = changedMs = litMs = frame.tMs;
			if (frame.checksum !== last?.checksum) changedMs = frame.tMs;
			if (frame.meanLuma >= BLACK_MEAN || frame.spread >= BLACK_SPREAD) litMs = frame.tMs;
			last = frame;
			times.push(frame.tMs);
			while ((times[0] ?? Infinity) < frame.tMs - RATE_WINDOW_MS) times.shift();
			const now = rate();
			if (now !== null) slow = now < (slow ? WELL_ABOVE : SLOW_BELOW) * fps;
		},
		ended: () => (gone = true),
		check(nowMs) {
			if (!Number.isNaN(lookedMs)) silentMs += Math.min(LONGEST_LOOK_MS, Math.max(0, nowMs - lookedMs));
			lookedMs = nowMs;
		},
		get condition() {
			return condition();
		},
		get fps() {
			return rate();
		},
		get dark() {
			return last !== null && last.meanLuma < DARK_MEAN;
		}
	};
}
