// Virtual time for programs that know nothing of it: replaces the realm's timers and clocks by a VirtualScheduler's, so
// that a peer's waits cost what it wrote and nothing else, whatever this machine is doing. For a process of its own.
//
// A browser gives a nested timer at least 4 ms (HTML, "timer initialisation steps": nesting level above 5). The level
// belongs to the running task and its microtasks; a task that is no timer starts again from nothing.

import type { Timer, VirtualScheduler } from '$lib/core';

export interface VirtualTime {
	/** Lets virtual time run while `work` is open. */
	drive<T>(work: Promise<T>): Promise<T>;
}

const NESTED = 5;
const NESTED_LEAST_MS = 4;

/** `clamp`: keep the browser's rule above; without it a timer of 0 ms takes no time at all. */
export function installVirtualTime(scheduler: VirtualScheduler, clamp: boolean): VirtualTime {
	const realImmediate = setImmediate;
	const timers = new Map<number, Timer>();
	let nextHandle = 1;
	let level = 0;

	const add = (run: () => void, ms: unknown, repeats: boolean): number => {
		const handle = nextHandle++;
		const own = level + 1;
		const asked = typeof ms === 'number' && ms > 0 ? ms : 0;
		const waitMs = clamp && own > NESTED ? Math.max(NESTED_LEAST_MS, asked) : asked;
		const fire = (): void => {
			if (repeats) timers.set(handle, scheduler.at(scheduler.now() + Math.max(1, waitMs), fire));
			else timers.delete(handle);
			level = own;
			run();
		};
		timers.set(handle, scheduler.at(scheduler.now() + waitMs, fire));
		return handle;
	};
	const clear = (handle: number): void => {
		timers.get(handle)?.cancel();
		timers.delete(handle);
	};
	const realm = globalThis as unknown as Record<string, unknown>;
	realm['setTimeout'] = (run: () => void, ms?: number) => add(run, ms, false);
	realm['setInterval'] = (run: () => void, ms?: number) => add(run, ms, true);
	realm['clearTimeout'] = clear;
	realm['clearInterval'] = clear;
	Date.now = () => 1_700_000_000_000 + Math.floor(scheduler.now());
	performance.now = () => scheduler.now();

	/** Everything a task left to do at once: promise steps, however many, and streams' own. */
	const settle = async (): Promise<void> => {
		for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => realImmediate(resolve));
	};

	return {
		async drive(work) {
			let open = true;
			const done = work.finally(() => (open = false));
			done.catch(() => undefined);
			await settle();
			while (open) {
				level = 0;
				if (!scheduler.runNext(Number.POSITIVE_INFINITY)) throw new Error('virtual time ran dry');
				await settle();
			}
			return done;
		}
	};
}
