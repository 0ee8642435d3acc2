// One run of the control loop on the bench: its turns taken down as they come, and the figures they make.

import type { Scheduler } from '$lib/core';
import type { ControlLoop } from '$lib/robot';
import { figure, quantile, type BenchFigure } from './bench-types';

/** So many failed turns in a row are silence. */
export const SILENT_TICKS = 3;

export interface LoopRun {
	readonly loop: ControlLoop;
	/** From the beginning of one turn to that of the next. */
	readonly periodsMs: number[];
	reads: number;
	failedInARow: number;
	/** When that became SILENT_TICKS last. */
	silentMs: number;
	firstReadMs: number;
}

/** Starts a loop and takes down its turns. A turn is complete when the next one begins. */
export function startRun(loop: ControlLoop, scheduler: Scheduler): LoopRun {
	const run: LoopRun = {
		loop,
		periodsMs: [],
		reads: 0,
		failedInARow: 0,
		silentMs: Number.NaN,
		firstReadMs: Number.NaN
	};
	let failedBefore = 0;
	let beganMs: number | null = null;
	loop.committed.on(() => {
		const now = scheduler.now();
		// The last turn is closed by stopping, not by the next one.
		if (beganMs !== null && loop.running) run.periodsMs.push(now - beganMs);
		beganMs = now;
		const { failedTicks } = loop.counters;
		const failed = failedTicks > failedBefore;
		failedBefore = failedTicks;
		run.failedInARow = failed ? run.failedInARow + 1 : 0;
		if (run.failedInARow === SILENT_TICKS) run.silentMs = now;
		if (failed) return;
		if (run.reads === 0) run.firstReadMs = loop.stateMs;
		run.reads += 1;
	});
	loop.start();
	return run;
}

export function loopFigures({ loop, periodsMs }: LoopRun): BenchFigure[] {
	const { ticks, missedTicks, failedTicks, retries, badPackets } = loop.counters;
	return [
		figure('cycles', ticks),
		figure('period_p50_ms', quantile(periodsMs, 0.5)),
		figure('period_p99_ms', quantile(periodsMs, 0.99)),
		figure('period_p999_ms', quantile(periodsMs, 0.999)),
		figure('period_max_ms', quantile(periodsMs, 1)),
		figure('missed', missedTicks),
		figure('failed', failedTicks),
		figure('retries', retries),
		figure('bad_packets', badPackets)
	];
}
