// Incremental parser of Feetech status packets. It never discards more than it must: a header that turns out to be false
// costs one byte, then the search starts again behind it, so noise hides at most the packet it hits. Memory is a fixed
// buffer of one largest packet and one slice of the chunk at hand; nothing is allocated while parsing,
// unless a chunk is larger than the buffer.
// It does not know which replies are expected: see bus/servo-bus.

import type { ParserCounters, StatusHandler, StatusParser } from '../protocol';
import { HEADER_BYTE, MAX_STATUS_PARAMS } from './framing';

const LARGEST_PACKET = 4 + MAX_STATUS_PARAMS + 2;
const CAPACITY = 512;

class FeetechParser implements StatusParser {
	readonly counters: ParserCounters = { packets: 0, checksumErrors: 0, badHeaders: 0, garbageBytes: 0 };
	readonly #handler: StatusHandler;
	readonly #buffer = new Uint8Array(CAPACITY);
	#start = 0;
	#end = 0;

	constructor(handler: StatusHandler) {
		this.#handler = handler;
	}

	get heldBytes(): number {
		return this.#end - this.#start;
	}

	push(chunk: Uint8Array): void {
		let taken = 0;
		while (taken < chunk.length) {
			if (this.#start > 0) this.#compact();
			const room = Math.min(CAPACITY - this.#end, chunk.length - taken);
			this.#buffer.set(room === chunk.length ? chunk : chunk.subarray(taken, taken + room), this.#end);
			this.#end += room;
			taken += room;
			this.#parse();
		}
	}

	flush(): void {
		while (this.#end > this.#start) {
			this.#skip(1);
			this.#parse();
		}
	}

	#compact(): void {
		this.#buffer.copyWithin(0, this.#start, this.#end);
		this.#end -= this.#start;
		this.#start = 0;
	}

	#skip(count: number): void {
		this.#start += count;
		this.counters.garbageBytes += count;
		this.#handler.onGarbage(count);
	}

	/** Leaves fewer than LARGEST_PACKET bytes behind, so that the next slice always fits. */
	#parse(): void {
		const buffer = this.#buffer;
		for (;;) {
			const held = this.#end - this.#start;
			if (held === 0) return;
			if (buffer[this.#start] !== HEADER_BYTE) {
				this.#skip(1);
				continue;
			}
			if (held === 1) return;
			if (buffer[this.#start + 1] !== HEADER_BYTE) {
				this.#skip(1);
				continue;
			}
			if (held < 4) {
				// A third FF is no id: the header starts one byte later.
				if (held === 3 && buffer[this.#start + 2] === HEADER_BYTE) this.#skip(1);
				else return;
				continue;
			}
			const id = buffer[this.#start + 2] ?? 0;
			const length = buffer[this.#start + 3] ?? 0;
			if (id === HEADER_BYTE || length < 2 || 4 + length > LARGEST_PACKET) {
				this.counters.badHeaders += 1;
				this.#skip(1);
				continue;
			}
			if (held < 4 + length) return;
			this.#take(id, length);
		}
	}

	#take(id: number, length: number): void {
		const buffer = this.#buffer;
		const start = this.#start;
		let sum = 0;
		for (let index = start + 2; index < start + 4 + length; index++) sum += buffer[index] ?? 0;
		if ((sum & 0xff) !== 0xff) {
			this.counters.checksumErrors += 1;
			this.#skip(1);
			return;
		}
		this.counters.packets += 1;
		this.#start = start + 4 + length;
		this.#handler.onStatus(id, buffer[start + 4] ?? 0, buffer, start + 5, length - 2);
	}
}

export function createStatusParser(handler: StatusHandler): StatusParser {
	return new FeetechParser(handler);
}
