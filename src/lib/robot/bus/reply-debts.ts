// Replies that a servo still owes. The protocol has no sequence numbers: a reply that comes after its request was given
// up looks exactly like the answer to the next request for the same bytes. So when a request is given up, its (id, reply
// length) is owed, and nobody may ask that servo for a reply of an owed length: the bus asks for a byte more instead.
//
// A debt ends
//  - when the owed reply comes after all: it is dropped and counted, and everything older of that servo is settled too;
//  - when anybody has answered a later request and HOLD_MS have passed. Bytes stay in order on their way, so what the
//    adapter held back has come by then; a servo itself may hold a request that was damaged half read in its receiver,
//    until later bytes complete it;
//  - when the servo has answered a request that was made to settle its debts;
//  - after `memoryMs` in any case: what was silent for so long has lost the request.

const LENGTHS = 128;
const HOLD_MS = 100;
const NEVER = Number.NEGATIVE_INFINITY;

export class ReplyDebts {
	readonly #memoryMs: number;
	/** Per servo, per parameter count: when the debt was made, NEVER for none. */
	readonly #servos: (Float64Array | undefined)[] = [];
	/** When the newest request was sent that anybody answered. */
	#answeredMs = NEVER;

	constructor(memoryMs: number) {
		this.#memoryMs = memoryMs;
	}

	owes(id: number, length: number, nowMs: number): boolean {
		// A retry goes out at the very instant its predecessor is given up: hence "or equal".
		const made = this.#servos[id]?.[length] ?? NEVER;
		return nowMs < made + (made <= this.#answeredMs ? HOLD_MS : this.#memoryMs);
	}

	/** True when that reply is owed to a request that was given up after `sinceMs`. */
	owedSince(id: number, length: number, sinceMs: number): boolean {
		return (this.#servos[id]?.[length] ?? NEVER) > sinceMs;
	}

	incur(id: number, length: number, nowMs: number): void {
		const debts = (this.#servos[id] ??= new Float64Array(LENGTHS).fill(NEVER));
		debts[length] = nowMs;
	}

	/** Somebody answered a request sent at `sentMs`. */
	answered(sentMs: number): void {
		if (sentMs > this.#answeredMs) this.#answeredMs = sentMs;
	}

	/** The servo answered a request that was made to settle its debts. */
	settle(id: number): void {
		this.#servos[id]?.fill(NEVER);
	}

	/** A reply nobody waits for came in. True when it was owed: then it and everything older is settled. */
	payLate(id: number, length: number, nowMs: number): boolean {
		const debts = this.#servos[id];
		const made = debts?.[length] ?? NEVER;
		if (debts === undefined || nowMs - made > this.#memoryMs) return false;
		for (let index = 0; index < LENGTHS; index++) if ((debts[index] ?? NEVER) <= made) debts[index] = NEVER;
		return true;
	}
}
