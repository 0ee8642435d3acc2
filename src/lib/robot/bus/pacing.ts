// How long the bus waits for an answer and how often it asks a line that says nothing. Learns from the answers of the fast
// lane; knows no bytes.

/** After so many requests without any answer the line counts as dead, and is asked less and less often. */
const SILENT_TRIES = 6;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 320;

export interface PacingOptions {
	readonly usbFrameMs: number;
	readonly returnDelayMs: number;
	readonly marginMs: number;
	readonly fastMarginMs: number;
}

export class Pacing {
	readonly #options: PacingOptions;
	/** What answers of the fast lane take beyond their wire time: smoothed mean and deviation, as TCP keeps them. */
	#meanMs: number;
	#deviationMs = 0;
	#silentTries = 0;
	#askedMs = 0;

	constructor(options: PacingOptions) {
		this.#options = options;
		this.#meanMs = 2 * options.usbFrameMs;
	}

	/** When the newest question was asked. */
	get askedMs(): number {
		return this.#askedMs;
	}

	/** Into a dead line the fast lane asks rarely, or it would run out of questions whose answers it could trust. */
	mustWait(now: number): boolean {
		if (this.#silentTries < SILENT_TRIES) return false;
		const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#silentTries - SILENT_TRIES));
		return now < this.#askedMs + pauseMs;
	}

	asked(now: number): void {
		this.#askedMs = now;
	}

	/** Somebody answered. */
	heard(): void {
		this.#silentTries = 0;
	}

	unanswered(): void {
		this.#silentTries += 1;
	}

	/** An answer of the fast lane, to the first attempt, took this much longer than its bytes. */
	took(overheadMs: number): void {
		const difference = overheadMs - this.#meanMs;
		this.#meanMs += difference / 8;
		this.#deviationMs += (Math.abs(difference) - this.#deviationMs) / 4;
	}

	/** How long a rare request without answer may physically still be answered, from when it was sent. */
	physicalMs(wireMs: number): number {
		return wireMs + 2 * this.#options.usbFrameMs + this.#options.returnDelayMs;
	}

	/** When a rare request sent at `now` to `servos` servos counts as unanswered. */
	patientUntil(now: number, wireMs: number, servos: number): number {
		const { usbFrameMs, returnDelayMs, marginMs } = this.#options;
		return now + wireMs + 2 * usbFrameMs + returnDelayMs * servos + marginMs;
	}

	/**
	 * The same for the fast lane: at least what answers took lately, and longer while the period still has room for one
	 * more question, because most late answers are only a little late.
	 */
	fastPatientUntil(now: number, wireMs: number, deadlineMs: number): number {
		const { usbFrameMs, fastMarginMs } = this.#options;
		const usualMs = wireMs + this.#meanMs + 4 * this.#deviationMs;
		return Math.max(now + usualMs + fastMarginMs, deadlineMs - wireMs - this.#meanMs - usbFrameMs);
	}
}
