// Virtual time across workers: lets ROBOT's clock run event by event, and waits in between until PLANT has answered every
// byte and has had its picture drawn. Knows the order of things; knows nothing of what the events do.

import { PROTOCOL_VERSION, isEnvelope } from '$lib/contracts';
import type { VirtualScheduler } from '$lib/core';

/** Far below a tick and far above what adding periods loses to rounding. */
const ROUNDING_MS = 1e-3;

export interface LockstepOptions {
	readonly virtual: VirtualScheduler;
	readonly fps: number;
	/** To PLANT: `shoot`, answered by `shot`. */
	readonly sync: MessagePort;
	/** Resolves when no byte is under way. */
	readonly settle: () => Promise<void>;
}

export class Lockstep {
	readonly #options: LockstepOptions;
	#stepCount = 0;
	#seq = 0;
	#shot: ((tick: number) => void) | null = null;

	constructor(options: LockstepOptions) {
		this.#options = options;
		options.sync.onmessage = (event: MessageEvent<unknown>) => {
			if (isEnvelope(event.data, ['shot'])) this.#shot?.((event.data.body as { tick: number }).tick);
		};
	}

	/** Work that waits for the bus needs virtual time to pass meanwhile. */
	async withTime<T>(work: Promise<T>): Promise<T> {
		const { virtual, settle } = this.#options;
		let done = false;
		const finished = work.finally(() => (done = true));
		while (!(done as boolean)) {
			await settle();
			await new Promise((resolve) => setTimeout(resolve, 0));
			if (!(done as boolean)) virtual.runNext(Number.POSITIVE_INFINITY);
		}
		this.#stepCount = Math.max(this.#stepCount, this.#passedSteps());
		return finished;
	}

	/** The next instant on the grid of record periods. */
	nextStepMs(): number {
		return ((this.#passedSteps() + 1) * 1000) / this.#options.fps;
	}

	/** One record period: every event in it, every byte answered, its picture drawn and on its way. Answers its number and end. */
	async step(): Promise<{ readonly step: number; readonly atMs: number }> {
		const { virtual, fps, settle } = this.#options;
		this.#stepCount += 1;
		const untilMs = (this.#stepCount * 1000) / fps;
		for (;;) {
			await settle();
			if (!virtual.runNext(untilMs + ROUNDING_MS)) break;
		}
		virtual.advanceTo(untilMs);
		await this.#shoot(untilMs);
		return { step: this.#stepCount, atMs: untilMs };
	}

	/** Whole record periods since the clock began. */
	#passedSteps(): number {
		const { virtual, fps } = this.#options;
		return Math.floor(((virtual.now() + ROUNDING_MS) * fps) / 1000);
	}

	/** PLANT steps to the instant, has it drawn, and answers when the pictures are on their way. */
	async #shoot(atMs: number): Promise<void> {
		const tick = this.#stepCount;
		const drawn = new Promise<void>((resolve) => {
			this.#shot = (done) => {
				if (done >= tick) resolve();
			};
		});
		const body = { tick };
		this.#options.sync.postMessage({ v: PROTOCOL_VERSION, ch: 'shoot', seq: this.#seq++, t: atMs, body });
		await drawn;
	}
}
