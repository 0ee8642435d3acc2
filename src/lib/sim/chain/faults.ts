// What may go wrong on the wire, drawn from a seed. At most one fault befalls a packet, so that a test can say exactly
// what was done to it.

import type { Random } from '$lib/core';

/** Probabilities per answer (or per request where it says so), all 0 when left out. */
export interface FaultRates {
	/** One byte changed. */
	readonly corrupt?: number;
	readonly dropByte?: number;
	readonly doubleByte?: number;
	readonly dropPacket?: number;
	/** The answer comes `lateMs` late, after everything else; later answers of the same servo wait for it. */
	readonly late?: number;
	/** Bytes nobody sent in front of the answer. */
	readonly noise?: number;
	/** Per request: the chain hears it damaged. */
	readonly corruptRequest?: number;
	/** Per request: the adapter keeps everything back for `stallMs`. */
	readonly stallPipe?: number;
	readonly lateMs?: readonly [low: number, high: number];
	readonly stallMs?: readonly [low: number, high: number];
}

export type AnswerFault = 'none' | 'corrupt' | 'dropByte' | 'doubleByte' | 'dropPacket' | 'late' | 'noise';

const ORDER = ['corrupt', 'dropByte', 'doubleByte', 'dropPacket', 'late', 'noise'] as const;

export class FaultDice {
	/** How often each fault was dealt. */
	readonly dealt: Record<string, number> = {};
	rates: FaultRates;
	readonly #random: Random;

	constructor(rates: FaultRates, random: Random) {
		this.rates = rates;
		this.#random = random;
	}

	answer(): AnswerFault {
		let draw = this.#random.next();
		for (const fault of ORDER) {
			draw -= this.rates[fault] ?? 0;
			if (draw >= 0) continue;
			this.#count(fault);
			return fault;
		}
		return 'none';
	}

	corruptsRequest(): boolean {
		const hit = this.#random.next() < (this.rates.corruptRequest ?? 0);
		if (hit) this.#count('corruptRequest');
		return hit;
	}

	stallMs(): number {
		if (this.#random.next() >= (this.rates.stallPipe ?? 0)) return 0;
		this.#count('stallPipe');
		const [low, high] = this.rates.stallMs ?? [2, 40];
		return this.#random.between(low, high);
	}

	lateMs(): number {
		const [low, high] = this.rates.lateMs ?? [0.2, 2];
		return this.#random.between(low, high);
	}

	index(bound: number): number {
		return this.#random.int(bound);
	}

	/** A change that really changes: 1..255. */
	flip(): number {
		return 1 + this.#random.int(255);
	}

	#count(fault: string): void {
		this.dealt[fault] = (this.dealt[fault] ?? 0) + 1;
	}
}
