/**
 * Keys that are held -> wishes. Knows the jog keys by name; events, auto-repeat and focus are the page's business, which
 * tells every 33 ms what is held. Keys not told for 100 ms count as released: nothing runs on after the page.
 */
import { stillVelocity, velocityOfKeys } from './jog-keys';
import type { JogMotion } from './jog-motion';
import type { DriveSource } from './source';
import { INPUT_STALE_MS } from './source';

export function createKeyboard(motion: JogMotion): DriveSource<readonly string[]> {
	const velocity = stillVelocity(motion.wish.length);
	let inputMs = Number.NEGATIVE_INFINITY;

	return {
		source: 'keyboard',
		get inputMs() {
			return inputMs;
		},
		begin: (state) => motion.begin(state),
		input(held, atMs) {
			velocityOfKeys(held, velocity);
			inputMs = atMs;
		},
		advance(dtS, nowMs, goal) {
			if (!motion.ready) return null;
			if (nowMs - inputMs <= INPUT_STALE_MS) motion.advance(velocity, dtS, goal);
			return motion.wish;
		}
	};
}
