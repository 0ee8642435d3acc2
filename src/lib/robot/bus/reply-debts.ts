// Replies that a servo still owes. The protocol has no sequence numbers: a reply that comes after its request was given
// up looks exactly like the answer to the next request for the same bytes. So when a request is given up, its (id, reply
// length) is owed, and nobody may ask that servo for a reply of an owed length: the bus asks for a byte more instead.
//
// A debt ends
//  - when the owed reply comes after all: it is dropped and counted, and everything older is settled with it;
//  - when the servo has answered a later request and HOLD_MS have passed. A servo answers in the order it was asked, but a
//    request that was damaged on its way may sit half read in a servo's receiver and be completed by later bytes;
//  - after `memoryMs` in any case: a servo that was silent for so long has lost the request.

const LENGTHS = 128;
const HOLD_MS = 100;

interface ServoDebts {
	/** Per parameter count: when the debt was made, -1 for none. */
	readonly madeAt: Float64Array;
	/** Until when that length must not be asked for. */
	readonly barredUntil: Float64Array;
}

export class ReplyDebts {
	readonly #memoryMs: number;
	readonly #servos: (ServoDebts | undefined)[] = [];

	constructor(memoryMs: number) {
		this.#memoryMs = memoryMs;
	}

	owes(id: number, length: number, nowMs: number): boolean {
		return nowMs < (this.#servos[id]?.barredUntil[length] ?? 0);
	}

	incur(id: number, length: number, nowMs: number): void {
		const debts = (this.#servos[id] ??= {
			madeAt: new Float64Array(LENGTHS).fill(-1),
			barredUntil: new Float64Array(LENGTHS)
		});
		debts.madeAt[length] = nowMs;
		debts.barredUntil[length] = nowMs + this.#memoryMs;
	}

	/** The servo answered a request made after all of these. `atOnce`: that request was made to settle them. */
	settle(id: number, atOnce: boolean): void {
		const debts = this.#servos[id];
		if (debts === undefined) return;
		const { madeAt, barredUntil } = debts;
		for (let length = 0; length < LENGTHS; length++) {
			const made = madeAt[length] ?? -1;
			if (made < 0) continue;
			barredUntil[length] = atOnce ? 0 : Math.min(barredUntil[length] ?? 0, made + HOLD_MS);
		}
	}

	/** A reply nobody waits for came in. True when it was owed: then it and everything older is settled. */
	payLate(id: number, length: number, nowMs: number): boolean {
		const debts = this.#servos[id];
		const made = debts?.madeAt[length] ?? -1;
		if (debts === undefined || made < 0 || nowMs - made > this.#memoryMs) return false;
		for (let index = 0; index < LENGTHS; index++) {
			if ((debts.madeAt[index] ?? -1) > made) continue;
			debts.madeAt[index] = -1;
			debts.barredUntil[index] = 0;
		}
		return true;
	}
}
