// Replies that a servo still owes. The protocol has no sequence numbers: a reply that comes after its request was given
// up looks exactly like the answer to the next request for the same bytes. What is certain: one servo answers in the
// order it was asked. So when a request is given up, its (id, reply length) is owed, and
//  - nobody may ask that servo for a reply of an owed length (the bus asks for a byte more, or settles first);
//  - an answer to any later request settles everything that servo owed before;
//  - an owed reply that does come is dropped and counted, and settles what is older.
// A debt expires after `memoryMs`: a servo that was silent for so long has lost the request.

const LENGTHS = 128;

export class ReplyDebts {
	readonly #memoryMs: number;
	/** Per servo, per parameter count: when the debt was made; -1 means none. */
	readonly #madeAt: (Float64Array | undefined)[] = [];

	constructor(memoryMs: number) {
		this.#memoryMs = memoryMs;
	}

	owes(id: number, length: number, nowMs: number): boolean {
		const made = this.#madeAt[id]?.[length] ?? -1;
		return made >= 0 && nowMs - made < this.#memoryMs;
	}

	incur(id: number, length: number, nowMs: number): void {
		const debts = (this.#madeAt[id] ??= new Float64Array(LENGTHS).fill(-1));
		debts[length] = nowMs;
	}

	/** The servo answered a request made after all of these. */
	settle(id: number): void {
		this.#madeAt[id]?.fill(-1);
	}

	/** A reply nobody waits for came in. True when it was owed: then it and everything older is settled. */
	payLate(id: number, length: number): boolean {
		const debts = this.#madeAt[id];
		const made = debts?.[length] ?? -1;
		if (debts === undefined || made < 0) return false;
		for (let index = 0; index < LENGTHS; index++) if ((debts[index] ?? -1) <= made) debts[index] = -1;
		return true;
	}
}
