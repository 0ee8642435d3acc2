// How a servo hears instructions: FF FF | id | length | instruction | parameters | check. Written from the servo's side,
// independent of the host's code. A byte that fits nothing is passed over.

export interface Instruction {
	readonly id: number;
	readonly instruction: number;
	/** Parameters; valid only during the call. */
	readonly data: Uint8Array;
	readonly offset: number;
	readonly length: number;
}

const CAPACITY = 512;
const MAX_LENGTH = 250;

export class InstructionParser {
	readonly #buffer = new Uint8Array(CAPACITY);
	#count = 0;
	/** Packets whose check byte was wrong. */
	badPackets = 0;

	/** Feeds one byte; returns an instruction when it completes one. */
	feed(byte: number): Instruction | null {
		this.#buffer[this.#count++] = byte;
		for (;;) {
			const need = this.#need();
			if (need > 0) return null;
			if (need < 0) {
				this.#drop();
				continue;
			}
			const total = 4 + (this.#buffer[3] ?? 0);
			let sum = 0;
			for (let k = 2; k < total; k++) sum += this.#buffer[k] ?? 0;
			if ((sum & 0xff) !== 0xff) {
				this.badPackets += 1;
				this.#drop();
				continue;
			}
			this.#count = 0;
			return {
				id: this.#buffer[2] ?? 0,
				instruction: this.#buffer[4] ?? 0,
				data: this.#buffer,
				offset: 5,
				length: total - 6
			};
		}
	}

	/** 1: more bytes needed; 0: one whole packet; -1: the first byte begins no packet. */
	#need(): -1 | 0 | 1 {
		const buffer = this.#buffer;
		if (this.#count > 0 && buffer[0] !== 0xff) return -1;
		if (this.#count > 1 && buffer[1] !== 0xff) return -1;
		if (this.#count > 2 && buffer[2] === 0xff) return -1;
		if (this.#count < 4) return 1;
		const length = buffer[3] ?? 0;
		if (length < 2 || length > MAX_LENGTH) return -1;
		return this.#count < 4 + length ? 1 : 0;
	}

	/** The line was quiet for long: what is half heard was never going to be a packet. */
	forget(): void {
		this.#count = 0;
	}

	#drop(): void {
		this.#buffer.copyWithin(0, 1, this.#count);
		this.#count -= 1;
	}
}
