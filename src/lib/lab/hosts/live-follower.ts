// The follower whose line is open: from `enter` on it is read and, once armed, driven; what was read is handed out in
// batches; one that says nothing any more is given up. Knows nothing of ports and of what the page is told.

import type { Calibration, LoopCounters, TickBatch } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import type { ControlLoop } from '$lib/robot';
import type { SafetyGate, SafetyGateOutput } from '$lib/robot/safety';
import type { ArmControl } from './arm-control';
import type { FollowerLine } from './follower-line';
import { createWatchedLoop } from './watched-loop';

/** While nothing is read. */
export const NO_COUNTERS: LoopCounters = {
	ticks: 0,
	missedTicks: 0,
	failedTicks: 0,
	retries: 0,
	badPackets: 0,
	refusedSetpoints: 0,
	eepromWrites: 0,
	wireMs: 0
};
/** Before it has read this much, silence is a slow start. */
const TICKS_BEFORE_SILENCE = 100;

export interface LiveFollowerOptions {
	readonly scheduler: Scheduler;
	readonly gate: SafetyGate;
	readonly control: ArmControl;
	readonly fps: number;
	/** When the first step of the loop is due; the scheduler's now unless somebody else keeps time. */
	readonly firstStepMs: () => number;
	readonly onBatch: (batch: TickBatch, nowMs: number) => void;
	/** What the gate said in a step, whoever drove. */
	readonly onGate: (output: SafetyGateOutput) => void;
}

export class LiveFollower {
	readonly #options: LiveFollowerOptions;
	#line: FollowerLine | null = null;
	#loop: ControlLoop | null = null;
	/** When the arm said anything at all. */
	#heardMs = Number.NEGATIVE_INFINITY;
	#goal: Float32Array | null = null;

	constructor(options: LiveFollowerOptions) {
		this.#options = options;
	}

	get line(): FollowerLine | null {
		return this.#line;
	}

	get counters(): LoopCounters {
		return this.#loop?.counters ?? NO_COUNTERS;
	}

	/** What was read last, LeRobot units; null before the first reading. */
	get state(): Float32Array | null {
		return this.#loop?.state ?? null;
	}

	/** When `state` was read. */
	get stateMs(): number {
		return this.#loop?.stateMs ?? Number.NEGATIVE_INFINITY;
	}

	/** 0 while nothing is read. */
	get periodMs(): number {
		return this.#loop?.periodMs ?? 0;
	}

	/** What the gate sent last, null while it sends nothing. Re-used by the gate. */
	get goal(): Float32Array | null {
		return this.#goal;
	}

	enter(
		line: FollowerLine,
		{ calibration, energised }: { readonly calibration: Calibration; readonly energised: boolean }
	): void {
		const { scheduler, gate, control, fps, firstStepMs, onGate } = this.#options;
		const onGoal = (goal: Float32Array | null): void => void (this.#goal = goal);
		const loop = createWatchedLoop({ line, calibration, scheduler, gate, control, fps, onGoal, onGate });
		this.#loop = loop;
		this.#line = line;
		line.transport.onBytes(() => (this.#heardMs = scheduler.now()));
		line.transport.onLost((reason) => control.lost(reason));
		loop.start(firstStepMs());
		control.connected(loop, line.session, energised);
	}

	/** Nothing is read any more; what was read is handed out. */
	leave(): void {
		this.#loop?.stop();
		this.drain();
		this.#loop = null;
		this.#line = null;
		this.#goal = null;
	}

	/** Hands every finished tick out. */
	drain(): void {
		const loop = this.#loop;
		if (loop === null) return;
		const { scheduler, onBatch } = this.#options;
		for (let batch = loop.takeBatch(); batch !== null; batch = loop.takeBatch())
			onBatch(batch, scheduler.now());
	}

	noticeLoss(): void {
		const loop = this.#loop;
		const line = this.#line;
		if (loop === null || line === null || !loop.running) return;
		// Answers that come too late to be used are failed reads, but nobody has pulled the cable.
		const silentMs = this.#options.scheduler.now() - Math.max(loop.stateMs, this.#heardMs);
		if (silentMs > line.lostAfterMs && loop.counters.ticks > TICKS_BEFORE_SILENCE)
			line.transport.abandon('silent');
	}
}
