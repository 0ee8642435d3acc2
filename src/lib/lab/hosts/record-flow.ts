// From loop ticks to record ticks: every tick of the lab clock whose number is a multiple of k, lossless, in batches, against
// credits. A record tick whose state was not read, or that the loop missed, is sent as such: it has no values.

import { PROTOCOL_VERSION, TICK_FLAGS, isEnvelope, type RecordTick, type TickBatch } from '$lib/contracts';

/** Batches RECORDER may be behind before the first grant arrives. */
const FIRST_CREDITS = 20;
const TOO_SLOW_AFTER_MS = 1000;

export interface RecordFlowOptions {
	readonly port: MessagePort;
	readonly joints: number;
	/** Loop ticks per record tick. */
	readonly ticksPerRow: number;
	/** RECORDER has not taken anything for a second: recording must end, the arm goes on. */
	readonly onTooSlow: () => void;
	/** A person had taken over from a policy at this time of the arm's clock. */
	readonly corrects?: (tMs: number) => boolean;
}

const NOTHING = new Float32Array(0);

export class RecordFlow {
	readonly #options: RecordFlowOptions;
	#active = false;
	#startTick = -1;
	#nextIndex = 0;
	#queue: RecordTick[] = [];
	#credits = FIRST_CREDITS;
	#emptySinceMs = Number.NaN;
	#seq = 0;
	/** Newest record tick that RECORDER has finished (lockstep), and who waits for which. */
	#recorded = -1;
	#waiters: { readonly index: number; readonly resolve: () => void }[] = [];

	constructor(options: RecordFlowOptions) {
		this.#options = options;
		options.port.onmessage = (event: MessageEvent<unknown>) => this.#fromRecorder(event.data);
	}

	get active(): boolean {
		return this.#active;
	}

	/** Index of the newest record tick handed over; -1 before the first. */
	get lastIndex(): number {
		return this.#nextIndex - 1;
	}

	start(): void {
		this.#active = true;
		this.#startTick = -1;
		this.#nextIndex = 0;
		this.#queue = [];
		this.#credits = FIRST_CREDITS;
		this.#emptySinceMs = Number.NaN;
		this.#recorded = -1;
	}

	stop(): void {
		this.#flush(Number.NEGATIVE_INFINITY);
		this.#active = false;
		this.#wake(Number.POSITIVE_INFINITY);
	}

	/** Takes what belongs to the record out of a batch of loop ticks. */
	take(batch: TickBatch, nowMs: number): void {
		if (!this.#active || batch.count === 0) return;
		const { joints, ticksPerRow, corrects } = this.#options;
		// On the grid of the lab clock, where pictures are taken too in lockstep; and the first tick that began after recording
		// was asked for: the one before may have had its picture when nobody was there to take it.
		if (this.#startTick < 0) this.#startTick = (Math.floor(batch.firstTick / ticksPerRow) + 1) * ticksPerRow;
		for (let i = 0; i < batch.count; i++) {
			const since = batch.firstTick + i - this.#startTick;
			if (since < 0 || since % ticksPerRow !== 0) continue;
			const index = since / ticksPerRow;
			// Ticks the loop missed leave a hole in the numbering; the hole is told, not closed.
			while (this.#nextIndex < index)
				this.#push({ index: this.#nextIndex, tMs: Number.NaN, read: false, state: NOTHING, action: NOTHING });
			const read = ((batch.flags[i] ?? 0) & TICK_FLAGS.read) !== 0;
			const sent = ((batch.flags[i] ?? 0) & TICK_FLAGS.sent) !== 0;
			const row = (values: Float32Array): Float32Array => values.slice(i * joints, (i + 1) * joints);
			const usable = read && sent;
			this.#push({
				index,
				tMs: batch.tMs[i] ?? Number.NaN,
				read: usable,
				state: usable ? row(batch.state) : NOTHING,
				action: usable ? row(batch.goal) : NOTHING,
				...(usable && corrects?.(batch.tMs[i] ?? Number.NaN) === true ? { correction: true } : {})
			});
		}
		this.#flush(nowMs);
	}

	/** Resolves once RECORDER has finished record tick `index` (lockstep), or recording has ended. */
	whenRecorded(index: number): Promise<void> {
		if (!this.#active || index <= this.#recorded) return Promise.resolve();
		return new Promise((resolve) => this.#waiters.push({ index, resolve }));
	}

	close(): void {
		this.#active = false;
		this.#options.port.close();
		this.#wake(Number.POSITIVE_INFINITY);
	}

	#wake(recorded: number): void {
		for (const waiter of this.#waiters) if (waiter.index <= recorded) waiter.resolve();
		this.#waiters = this.#waiters.filter(({ index }) => index > recorded);
	}

	#push(tick: RecordTick): void {
		this.#queue.push(tick);
		this.#nextIndex = tick.index + 1;
	}

	#flush(nowMs: number): void {
		if (this.#queue.length === 0) return;
		if (this.#credits === 0) {
			if (Number.isNaN(this.#emptySinceMs)) this.#emptySinceMs = nowMs;
			if (nowMs - this.#emptySinceMs > TOO_SLOW_AFTER_MS) {
				this.#active = false;
				this.#options.onTooSlow();
			}
			return;
		}
		this.#credits -= 1;
		const ticks = this.#queue;
		this.#queue = [];
		this.#options.port.postMessage({
			v: PROTOCOL_VERSION,
			ch: 'record',
			seq: this.#seq++,
			t: nowMs,
			body: { ticks }
		});
	}

	#fromRecorder(data: unknown): void {
		if (!isEnvelope(data, ['credit', 'recorded'])) return;
		if (data.ch === 'credit') {
			this.#credits = (data.body as { batches: number }).batches;
			this.#emptySinceMs = Number.NaN;
			return;
		}
		const { index } = data.body as { index: number };
		this.#recorded = Math.max(this.#recorded, index);
		this.#wake(index);
	}
}
