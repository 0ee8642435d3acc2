/**
 * What the page wishes, whatever it drives with -> one setpoint per tick. Chooses the source by the newest wish and lets
 * each start from where the arm is. Knows the page's wishes as they cross the port; knows no gate and no arbiter.
 */
import { assertNever } from '$lib/core';
import type { RobotSpec, Setpoint, Wish } from '$lib/contracts';
import { SO101 } from '$lib/contracts';
import { createGamepad } from './gamepad';
import type { JogMotionOptions } from './jog-motion';
import { createJogMotion } from './jog-motion';
import { createKeyboard } from './keyboard';
import { createLeader } from './leader';
import { createSliders } from './sliders';

export interface PageDrive {
	/** Source of the newest wish; null before the first. */
	readonly source: Wish['source'] | null;
	/** A wish arrived. `state`: where the arm stands, null when not read; a source that takes over starts from it. */
	take(wish: Wish, atMs: number, state: ArrayLike<number> | null): void;
	/** The leader was read (null: the read failed). */
	leaderState(state: ArrayLike<number> | null, atMs: number): void;
	/** Forgets where the wishes stood: after a stop, a hold or arming they start from the arm again. */
	restart(): void;
	/** Setpoint of this tick, or null. Its stamp is that of the raw input, so that a silent page grows old. */
	setpoint(dtS: number, nowMs: number, epoch: number, goal: ArrayLike<number> | null): Setpoint | null;
}

export function createPageDrive(options: JogMotionOptions = {}): PageDrive {
	const spec: RobotSpec = options.spec ?? SO101;
	const sliders = createSliders(spec);
	const keyboard = createKeyboard(createJogMotion(options));
	const gamepad = createGamepad(createJogMotion(options));
	const leader = createLeader(spec);
	const sources = { sliders, keyboard, gamepad, leader };
	let source: Wish['source'] | null = null;
	let begun = false;

	const feed = (wish: Wish, atMs: number): void => {
		switch (wish.source) {
			case 'sliders':
				sliders.input(wish.q, atMs);
				return;
			case 'keyboard':
				keyboard.input(wish.held, atMs);
				return;
			case 'gamepad':
				gamepad.input(wish, atMs);
				return;
			case 'leader':
				return;
			default:
				assertNever(wish);
		}
	};

	return {
		get source() {
			return source;
		},
		take(wish, atMs, state) {
			if (wish.source !== source) begun = false;
			source = wish.source;
			if (!begun && state !== null) {
				sources[wish.source].begin(state);
				begun = true;
			}
			if (begun) feed(wish, atMs);
		},
		leaderState(state, atMs) {
			leader.input(state, atMs);
		},
		restart() {
			begun = false;
		},
		setpoint(dtS, nowMs, epoch, goal) {
			if (source === null || !begun) return null;
			const active = sources[source];
			const q = active.advance(dtS, nowMs, goal);
			return q && { v: 1, source, epoch, tMs: active.inputMs, q };
		}
	};
}
