// From what the person's hands do to this tick's wish. The page sends raw input 30 times a second; here it is turned into
// setpoints at the loop's own rate, stamped with the time of the page's last word, so that silence makes them stale.

import { type Setpoint, type SetpointSource, type Wish } from '$lib/contracts';
import type { LeaderReader } from './leader-reader';
import { createJog, type Jog } from './jog';

export class WishSources {
	readonly #leader: LeaderReader;
	readonly #jog: Jog = createJog();
	#wish: Wish | null = null;
	#atMs = Number.NEGATIVE_INFINITY;

	constructor(leader: LeaderReader) {
		this.#leader = leader;
	}

	take(wish: Wish | null, nowMs: number): void {
		this.#wish = wish;
		this.#atMs = nowMs;
	}

	/** Keyboard and gamepad go on from where the arm is. */
	startFrom(state: Float32Array | null): void {
		this.#jog.startFrom(state);
	}

	wish(source: SetpointSource, nowMs: number, epoch: number, state: Float32Array | null): Setpoint | null {
		const wish = this.#wish;
		if (wish === null || wish.source !== source) return null;
		switch (wish.source) {
			case 'sliders':
				return { v: 1, source, epoch, tMs: this.#atMs, q: wish.q };
			case 'keyboard':
			case 'gamepad': {
				const q = this.#jog.step(wish, nowMs, state);
				return q === null ? null : { v: 1, source, epoch, tMs: this.#atMs, q };
			}
			case 'leader': {
				const pose = this.#leader.pose(nowMs);
				// The page must be there too: a leader that moves under a closed lid drives nothing.
				return pose === null ? null : { v: 1, source, epoch, tMs: Math.min(pose.tMs, this.#atMs), q: pose.q };
			}
		}
	}
}
