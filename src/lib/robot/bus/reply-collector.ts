// Decides which status packets are the answer to the request in flight. An 8-bit checksum alone does not protect a
// reading: a packet that lost or gained a byte can add up all the same, and then it swallows or leaves a byte at its end.
// So a packet counts only if it comes from a servo that was asked, has exactly the length asked, and is followed directly
// by another whole packet or by silence. A packet with damage right behind it is withdrawn and asked for again.
// Knows no time and no transport.

import type { Exchange } from './exchange';
import type { RequestPlan } from './request-plan';

/** `stuck`: nothing more can come, but the parser still holds bytes; flush it and ask again. */
export type Verdict = 'waiting' | 'complete' | 'failed' | 'stuck';

const NONE = -1;

export class ReplyCollector {
	/** Some answer was damaged, as opposed to absent. */
	damaged = false;
	/** An unexpected servo answered. */
	wrongId = false;

	readonly #overhead: number;
	readonly #plan: RequestPlan;
	#exchange: Exchange | null = null;
	#attempt = 0;
	#answered = 0;
	/** Some answer has arrived, even if it was withdrawn since. */
	#begun = false;
	#arrived = 0;
	/** The last servo asked has answered: behind it nobody follows. */
	#lastAnswered = false;
	/** Servo whose answer is the newest thing on the line, or NONE. */
	#newest = NONE;

	/** `plan` says whom the attempt asks, in which order and for how many bytes. */
	constructor(statusOverhead: number, plan: RequestPlan) {
		this.#overhead = statusOverhead;
		this.#plan = plan;
	}

	begin(exchange: Exchange, attempt: number): void {
		this.#exchange = exchange;
		this.#attempt = attempt;
		this.#answered = 0;
		this.#begun = false;
		this.#arrived = 0;
		this.#lastAnswered = false;
		this.#newest = NONE;
		this.damaged = false;
		this.wrongId = false;
	}

	/** Bytes of the whole answer. */
	get expectedBytes(): number {
		return this.#plan.askCount * (this.#overhead + this.#plan.askedLength);
	}

	/** Takes a packet that belongs to this attempt; false when it does not. */
	accept(id: number, errorBits: number, data: Uint8Array, offset: number, length: number): boolean {
		if (length !== this.#plan.askedLength) return false;
		const position = this.#take(id, errorBits, data, offset);
		if (position === this.#plan.askCount - 1) this.#lastAnswered = true;
		return position !== NONE;
	}

	/**
	 * Takes a packet that answers an earlier attempt of the same exchange: asked and answered within it, so it counts.
	 * The servo's answer to the attempt in flight is still to come; the caller books it as owed.
	 */
	acceptEarlier(id: number, errorBits: number, data: Uint8Array, offset: number): boolean {
		return !this.#plan.settling && this.#take(id, errorBits, data, offset) !== NONE;
	}

	#take(id: number, errorBits: number, data: Uint8Array, offset: number): number {
		const exchange = this.#exchange;
		const position = exchange === null ? NONE : this.#positionOf(exchange, id);
		if (exchange === null || position === NONE) return NONE;
		// Noise in front of the very first answer touches nothing and stands for no answer.
		if (!this.#begun) this.#arrived = 0;
		this.#begun = true;
		this.#arrived += this.#overhead + this.#plan.askedLength;
		this.#answered += 1;
		if (this.#plan.settling) return position;
		const index = this.#plan.ask[position] ?? 0;
		for (let byte = 0; byte < exchange.length; byte++)
			exchange.data[index * exchange.length + byte] = data[offset + byte] ?? 0;
		exchange.errorBits[index] = errorBits;
		exchange.got[index] = this.#attempt;
		this.#newest = index;
		return position;
	}

	/** Bytes that are in no packet. */
	garbage(count: number): void {
		this.damaged = true;
		this.#doubt(count);
	}

	/** A whole packet that nobody asked for and nobody owes. */
	stray(length: number): void {
		this.wrongId = true;
		this.#doubt(this.#overhead + length);
	}

	/** A whole packet that belongs to an older request. */
	late(): void {
		this.#newest = NONE;
	}

	/** `heldBytes` wait in the parser. */
	verdict(heldBytes: number): Verdict {
		const all = this.#answered === this.#plan.askCount;
		const ended = all || this.#lastAnswered || this.#arrived + heldBytes >= this.expectedBytes;
		if (!ended) return 'waiting';
		if (heldBytes > 0) return 'stuck';
		return all ? 'complete' : 'failed';
	}

	/** What stands right in front of damaged bytes may have lost or gained one itself. */
	#doubt(bytes: number): void {
		this.#arrived += bytes;
		if (this.#newest === NONE || this.#exchange === null) return;
		this.#exchange.got[this.#newest] = 0;
		this.#answered -= 1;
		this.#newest = NONE;
	}

	/** Place of `id` among those asked who have not answered yet, or NONE. */
	#positionOf(exchange: Exchange, id: number): number {
		const { ask, askCount, settling } = this.#plan;
		for (let position = 0; position < askCount; position++) {
			const index = ask[position] ?? 0;
			if (exchange.ids[index] !== id) continue;
			const open = settling ? this.#answered === 0 : exchange.got[index] === 0;
			return open ? position : NONE;
		}
		return NONE;
	}
}
