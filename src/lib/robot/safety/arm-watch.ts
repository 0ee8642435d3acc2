/**
 * Turns what is measured about page, clock, supply and computer into events of the arming table. One call per tick or
 * slower; edges only, so that a cause that lasts is told once. Knows thresholds; knows nothing of phases and effects.
 */
import type { ArmingEvent, HoldReason } from './arming';
import { HEALTH } from './health';

export interface WatchInput {
	readonly nowMs: number;
	/** Age of the page's last beat. */
	readonly pageBeatAgeMs: number;
	readonly pageVisible: boolean;
	/** Time since the state was last read; Infinity before the first read. */
	readonly stateAgeMs: number;
	/** Bits of HEALTH. */
	readonly health: number;
	/** 0..1 of the computer's battery while it is not charging; null when charging or not told. */
	readonly batteryLevel: number | null;
}

export interface WatchOptions {
	/** May the arm park itself when nobody is there? A teacher may say no. Then it holds for as long as it takes. */
	readonly parkAllowed: boolean;
}

export const WATCH_LIMITS = {
	pageSilentMs: 100,
	pageGoneMs: 3000,
	unreadMs: 100,
	clockJumpMs: 500,
	batteryLow: 0.1
} as const;

export interface ArmWatch {
	update(input: WatchInput): readonly ArmingEvent[];
	/**
	 * A person said "go on": what still lasts (heat, a hidden page) is told again. Only a low battery is not: the person
	 * has seen it and may finish.
	 */
	resumed(): void;
	reset(): void;
}

export function createArmWatch(options: WatchOptions): ArmWatch {
	const on = new Set<HoldReason | 'gone'>();
	let lastMs: number | null = null;

	/** Level to edges; some causes have no end of their own. */
	const edge = (events: ArmingEvent[], reason: HoldReason, present: boolean, ends: boolean): void => {
		if (present === on.has(reason)) return;
		if (present) on.add(reason);
		else on.delete(reason);
		if (present) events.push({ kind: 'hold', reason });
		else if (ends) events.push({ kind: 'clear', reason });
	};

	const once = (key: HoldReason | 'gone', present: boolean): boolean => {
		const isNew = present && !on.has(key);
		if (present) on.add(key);
		else on.delete(key);
		return isNew;
	};

	return {
		update(input) {
			const events: ArmingEvent[] = [];
			const gapMs = lastMs === null ? 0 : input.nowMs - lastMs;
			lastMs = input.nowMs;
			if (gapMs < 0 || gapMs > WATCH_LIMITS.clockJumpMs) {
				on.clear();
				return [{ kind: 'wake' }];
			}
			edge(events, 'page_silent', !(input.pageBeatAgeMs <= WATCH_LIMITS.pageSilentMs), true);
			edge(events, 'tab_hidden', !input.pageVisible, false);
			edge(events, 'reads_failing', !(input.stateAgeMs <= WATCH_LIMITS.unreadMs), true);
			edge(events, 'voltage', (input.health & HEALTH.brownOut) !== 0, true);
			const park: [HoldReason | 'gone', boolean, HoldReason][] = [
				['gone', !(input.pageBeatAgeMs <= WATCH_LIMITS.pageGoneMs), 'page_silent'],
				['overheat', (input.health & HEALTH.park) !== 0, 'overheat'],
				[
					'battery_low',
					input.batteryLevel !== null && input.batteryLevel <= WATCH_LIMITS.batteryLow,
					'battery_low'
				]
			];
			for (const [key, present, reason] of park)
				if (once(key, present)) events.push({ kind: options.parkAllowed ? 'park' : 'hold', reason });
			return events;
		},
		resumed() {
			const battery = on.has('battery_low');
			on.clear();
			if (battery) on.add('battery_low');
		},
		reset() {
			on.clear();
			lastMs = null;
		}
	};
}
