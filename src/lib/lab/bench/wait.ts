// Waiting on a Scheduler, so that a measurement takes minutes at a real arm and no time in a test.

import type { Scheduler } from '$lib/core';

const LOOK_EVERY_MS = 20;

export type Waited = 'yes' | 'late' | 'stopped';

export function pause(scheduler: Scheduler, ms: number): Promise<void> {
	return new Promise((resolve) => scheduler.at(scheduler.now() + ms, resolve));
}

/** Looks again and again until `seen`, for at most `limitMs`. */
export async function waitUntil(
	scheduler: Scheduler,
	limitMs: number,
	stopped: () => boolean,
	seen: () => boolean
): Promise<Waited> {
	const endMs = scheduler.now() + limitMs;
	for (;;) {
		if (seen()) return 'yes';
		if (stopped()) return 'stopped';
		if (scheduler.now() >= endMs) return 'late';
		await pause(scheduler, LOOK_EVERY_MS);
	}
}
