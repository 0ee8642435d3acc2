// Decides which status packets are the answer to the request in flight. An 8-bit checksum alone does not protect a
// reading: a packet that lost a byte can swallow the next header and still add up. So an answer counts only if the whole
// reply stream has the expected shape: the servos in the order asked, each with exactly the length asked, and between
// them either nothing or exactly as many damaged bytes as the missing packets had. Anything else and the attempt is
// distrusted as a whole. Knows no time and no transport.

import type { Exchange } from './exchange';
import type { RequestPlan } from './request-plan';

export type Verdict = 'waiting' | 'complete' | 'failed' | 'stuck';

export class ReplyCollector {
	/** Some answer was damaged, as opposed to absent. */
	damaged = false;
	/** An unexpected servo answered. */
	wrongId = false;

	readonly #overhead: number;
	readonly #plan: RequestPlan;
	#exchange: Exchange | null = null;
	#attempt = 0;
	#next = 0;
	#matched = 0;
	#gap = 0;
	#dirty = false;

	/** `plan` says whom the attempt asks, in which order and for how many bytes. */
	constructor(statusOverhead: number, plan: RequestPlan) {
		this.#overhead = statusOverhead;
		this.#plan = plan;
	}

	begin(exchange: Exchange, attempt: number): void {
		this.#exchange = exchange;
		this.#attempt = attempt;
		this.#next = 0;
		this.#matched = 0;
		this.#gap = 0;
		this.#dirty = false;
		this.damaged = false;
		this.wrongId = false;
	}

	/** Bytes of the whole answer. */
	get expectedBytes(): number {
		return this.#plan.askCount * this.#packetBytes;
	}

	get #packetBytes(): number {
		return this.#overhead + this.#plan.askedLength;
	}

	/** Takes a packet that belongs to this attempt; false when it does not. */
	accept(id: number, errorBits: number, data: Uint8Array, offset: number, length: number): boolean {
		const exchange = this.#exchange;
		if (exchange === null || length !== this.#plan.askedLength) return false;
		let position = this.#next;
		while (position < this.#plan.askCount && exchange.ids[this.#plan.ask[position] ?? 0] !== id)
			position += 1;
		if (position >= this.#plan.askCount) return false;
		const skipped = position - this.#next;
		// In front of the very first answer any noise may stand: it touches nothing.
		const leading = this.#next === 0 && skipped === 0;
		if (!leading && this.#gap !== 0 && this.#gap !== skipped * this.#packetBytes) this.#dirty = true;
		this.#gap = 0;
		this.#next = position + 1;
		this.#matched += 1;
		if (this.#plan.settling) return true;
		const index = this.#plan.ask[position] ?? 0;
		for (let byte = 0; byte < exchange.length; byte++)
			exchange.data[index * exchange.length + byte] = data[offset + byte] ?? 0;
		exchange.errorBits[index] = errorBits;
		exchange.got[index] = this.#attempt;
		return true;
	}

	/** Bytes that are in no packet. */
	garbage(count: number): void {
		this.#gap += count;
		this.damaged = true;
	}

	/** A whole packet that nobody asked for and nobody owes. */
	stray(length: number): void {
		this.#gap += this.#overhead + length;
		this.wrongId = true;
	}

	/** `heldBytes` wait in the parser; `stuck` asks for a flush because nothing more can come. */
	verdict(heldBytes: number): Verdict {
		if (this.#next === this.#plan.askCount) {
			if (heldBytes > 0) return 'stuck';
			if (this.#gap > 0) this.#dirty = true;
			return !this.#dirty && this.#matched === this.#plan.askCount ? 'complete' : 'failed';
		}
		const arrived = this.#matched * this.#packetBytes + this.#gap + heldBytes;
		if (arrived < this.expectedBytes) return 'waiting';
		return heldBytes > 0 ? 'stuck' : 'failed';
	}

	/** Closes a failed attempt: what a distrusted stream brought is withdrawn. */
	withdraw(): void {
		const exchange = this.#exchange;
		if (exchange === null || !(this.#dirty || (this.#next < this.#plan.askCount && this.#tailIsRagged())))
			return;
		for (let index = 0; index < exchange.got.length; index++)
			if (exchange.got[index] === this.#attempt) exchange.got[index] = 0;
	}

	/** Damaged bytes behind the last answer that are not exactly the missing packets. */
	#tailIsRagged(): boolean {
		return this.#next > 0 && this.#gap % this.#packetBytes !== 0;
	}
}
