// The wire between host and chain: when each byte is where. Requests and answers share one line at the baud rate, the
// adapter hands bytes over only at USB frames (both directions), answers may meet a fault. Everything is worked out from
// the stamps handed in; nothing here waits and nothing reads a clock.

import { createRandom } from '$lib/core';
import { FaultDice, type FaultRates } from './faults';
import { overlay } from './overlay';
import type { ServoChain, VirtualServo } from './servo-chain';

export interface WireOptions {
	readonly chain: ServoChain;
	readonly baudRate?: number;
	/** Adapter's hand-over period, ms; 0: bytes are handed over as they arrive. */
	readonly usbFrameMs?: number;
	readonly faults?: FaultRates;
	readonly seed?: number;
}

/** A device that talks by itself, as a GPS does: the same bytes again and again, asked or not. */
export interface Chatter {
	readonly bytes: Uint8Array;
	readonly everyMs: number;
}

interface HeldAnswer {
	readonly servo: VirtualServo;
	readonly bytes: Uint8Array;
	readonly releaseMs: number;
}

const CAPACITY = 8192;
/** How differently two servos take their time before they answer, in bit times; an assumption. */
const REACTION_BITS = 12;

export class Wire {
	readonly dice: FaultDice;
	readonly #chain: ServoChain;
	readonly #usbFrameMs: number;
	#baudRate: number;
	#byteMs: number;
	/** The line is quiet from here on. */
	#freeMs = 0;
	/** The adapter hands nothing over before this. */
	#stalledUntilMs = 0;
	/** End of the request the chain hears right now. */
	#requestEndMs = 0;
	readonly #held: HeldAnswer[] = [];
	readonly #bytes = new Uint8Array(CAPACITY);
	readonly #arrivalMs = new Float64Array(CAPACITY);
	#head = 0;
	#count = 0;
	readonly #scratch = new Uint8Array(300);
	/** The answer said last, in case another one of the same id falls into it. */
	#newest: VirtualServo | null = null;
	readonly #newestBytes = new Uint8Array(300);
	#newestLength = 0;
	#newestStartMs = 0;
	#newestEndMs = 0;
	#chatter: Chatter | null = null;
	#chatterMs = 0;
	/**
	 * What a device that is no chain of servos says to a request (a printer, a board with other firmware, a plug that
	 * sends everything back); null: nothing.
	 */
	stranger: ((request: Uint8Array) => Uint8Array | null) | null = null;
	readonly #sink = (servo: VirtualServo, bytes: Uint8Array, length: number, readyMs: number): void =>
		this.#answer(servo, bytes, length, readyMs);

	constructor(options: WireOptions) {
		this.#chain = options.chain;
		this.#baudRate = options.baudRate ?? 1_000_000;
		this.#byteMs = 10_000 / this.#baudRate;
		this.#usbFrameMs = options.usbFrameMs ?? 0;
		this.dice = new FaultDice(options.faults ?? {}, createRandom(options.seed ?? 1));
	}

	set baudRate(baudRate: number) {
		this.#baudRate = baudRate;
		this.#byteMs = 10_000 / baudRate;
	}

	/** Begins (or with null ends) to talk unasked; the first bytes come after one period. */
	set chatter(chatter: Chatter | null) {
		this.#chatter = chatter;
		this.#chatterMs += chatter?.everyMs ?? 0;
	}

	/** The port was opened at `nowMs`: what was said before that nobody has heard. */
	opened(nowMs: number): void {
		const everyMs = this.#chatter?.everyMs ?? 0;
		if (everyMs > 0 && this.#chatterMs <= nowMs)
			this.#chatterMs += everyMs * (1 + Math.floor((nowMs - this.#chatterMs) / everyMs));
	}

	/** Takes the line for `length` bytes written at `atMs`; returns when the chain has heard the last one. */
	reserve(length: number, atMs: number): { startMs: number; endMs: number } {
		this.#releaseUntil(atMs);
		const startMs = Math.max(this.#frameAtOrAfter(atMs), this.#freeMs);
		this.#freeMs = startMs + length * this.#byteMs;
		return { startMs, endMs: this.#freeMs };
	}

	/** The chain hears the bytes reserved from `startMs` on; its answers go on the line. */
	hear(bytes: Uint8Array, startMs: number): void {
		const stall = this.dice.stallMs();
		if (stall > 0) this.#stalledUntilMs = Math.max(this.#stalledUntilMs, startMs + stall);
		let heard = bytes;
		if (bytes.length > 0 && this.dice.corruptsRequest()) {
			heard = bytes.slice();
			const index = this.dice.index(heard.length);
			heard[index] = (heard[index] ?? 0) ^ this.dice.flip();
		}
		this.#requestEndMs = startMs + bytes.length * this.#byteMs;
		this.#chain.receive(heard, startMs, this.#byteMs, this.#baudRate, this.#sink);
		const said = this.stranger?.(heard) ?? null;
		if (said !== null) this.#put(said, said.length, this.#requestEndMs);
	}

	/** Everything on the line by now is over at this time; what is handed over later waits for a late answer. */
	get horizonMs(): number {
		return this.#frameAtOrAfter(Math.max(this.#freeMs, this.#stalledUntilMs));
	}

	/** When the next bytes are handed to the host, or undefined when none are under way. */
	nextHandoverMs(): number | undefined {
		const said =
			this.#chatter === null ? Infinity : this.#chatterMs + this.#chatter.bytes.length * this.#byteMs;
		const release = this.#held.reduce((least, answer) => Math.min(least, answer.releaseMs), said);
		if (this.#count === 0) return release === Infinity ? undefined : release;
		// Without framing a burst is handed over when it has ended.
		const last = (this.#head + this.#count - 1) % CAPACITY;
		const due =
			this.#usbFrameMs > 0
				? this.#frameAtOrAfter(this.#arrivalMs[this.#head] ?? 0)
				: (this.#arrivalMs[last] ?? 0);
		return Math.max(this.#stalledUntilMs, Math.min(due, release));
	}

	/** Bytes handed over at `nowMs`, or null. A fresh array: the host may keep it. */
	take(nowMs: number): Uint8Array | null {
		this.#releaseUntil(nowMs);
		if (nowMs < this.#stalledUntilMs) return null;
		let count = 0;
		// A hair of slack: stamps are sums of tenths.
		while (count < this.#count && (this.#arrivalMs[(this.#head + count) % CAPACITY] ?? 0) <= nowMs + 1e-9)
			count += 1;
		if (count === 0) return null;
		const chunk = new Uint8Array(count);
		for (let k = 0; k < count; k++) chunk[k] = this.#bytes[(this.#head + k) % CAPACITY] ?? 0;
		this.#head = (this.#head + count) % CAPACITY;
		this.#count -= count;
		return chunk;
	}

	/** Forgets everything under way (cable out). */
	clear(): void {
		this.#held.length = 0;
		this.#count = 0;
	}

	#frameAtOrAfter(tMs: number): number {
		if (this.#usbFrameMs <= 0) return tMs;
		return Math.ceil(tMs / this.#usbFrameMs - 1e-9) * this.#usbFrameMs;
	}

	#answer(servo: VirtualServo, bytes: Uint8Array, length: number, readyMs: number): void {
		const fault = this.dice.answer();
		// One line for both directions: an answer in the middle of a request (a servo pieced one together from damaged
		// bytes) collides with it and is lost.
		if (fault === 'dropPacket' || readyMs < this.#requestEndMs - this.#byteMs / 2) return;
		// A servo answers in the order it was asked: behind a late answer the next one waits.
		let behind = Number.NEGATIVE_INFINITY;
		for (const held of this.#held) if (held.servo === servo) behind = Math.max(behind, held.releaseMs);
		if (fault === 'late' || behind > readyMs) {
			const releaseMs = Math.max(behind, fault === 'late' ? readyMs + this.dice.lateMs() : readyMs);
			this.#held.push({ servo, bytes: bytes.slice(0, length), releaseMs });
			return;
		}
		this.#releaseUntil(readyMs);
		const end = this.#damage(bytes, length, fault);
		if (this.#collides(servo, readyMs)) this.#overlay(servo, end, readyMs);
		else this.#say(servo, this.#scratch, end, readyMs);
	}

	/** Servos take turns by their ids; two with one id do not. */
	#collides(servo: VirtualServo, readyMs: number): boolean {
		const newest = this.#newest;
		if (newest === null || newest === servo || newest.id !== servo.id) return false;
		return readyMs < this.#newestEndMs && this.#newestLength <= this.#count;
	}

	/** Both talk at once: what was said is taken back and said again as a receiver hears the two together. */
	#overlay(servo: VirtualServo, length: number, readyMs: number): void {
		const startMs = this.#newestStartMs;
		const shift = Math.max(0, Math.round((10 * (readyMs - startMs)) / this.#byteMs));
		const heard = overlay(
			this.#newestBytes.subarray(0, this.#newestLength),
			this.#scratch.subarray(0, length),
			shift + this.dice.index(REACTION_BITS)
		);
		this.#count -= this.#newestLength;
		this.#freeMs = startMs;
		this.#say(servo, heard, heard.length, startMs);
	}

	#say(servo: VirtualServo, bytes: Uint8Array, length: number, readyMs: number): void {
		this.#newest = servo;
		this.#newestLength = Math.min(length, this.#newestBytes.length);
		for (let k = 0; k < this.#newestLength; k++) this.#newestBytes[k] = bytes[k] ?? 0;
		this.#newestStartMs = Math.max(readyMs, this.#freeMs);
		this.#put(bytes, length, readyMs);
		this.#newestEndMs = this.#freeMs;
	}

	/** Copies the answer into the scratch buffer with its fault; returns the new length. */
	#damage(bytes: Uint8Array, length: number, fault: string): number {
		const out = this.#scratch;
		let end = 0;
		if (fault === 'noise') for (let k = this.dice.index(6); k >= 0; k--) out[end++] = this.dice.index(256);
		const hit = fault === 'none' ? -1 : this.dice.index(length);
		for (let k = 0; k < length; k++) {
			const byte = bytes[k] ?? 0;
			if (k === hit && fault === 'dropByte') continue;
			out[end++] = k === hit && fault === 'corrupt' ? byte ^ this.dice.flip() : byte;
			if (k === hit && fault === 'doubleByte') out[end++] = byte;
		}
		return end;
	}

	#releaseUntil(tMs: number): void {
		const chatter = this.#chatter;
		while (chatter !== null && this.#chatterMs <= tMs) {
			this.#put(chatter.bytes, chatter.bytes.length, this.#chatterMs);
			// It cannot say more than the line carries.
			this.#chatterMs = Math.max(this.#chatterMs + chatter.everyMs, this.#freeMs);
		}
		for (let k = 0; k < this.#held.length; k++) {
			const answer = this.#held[k];
			if (answer === undefined || answer.releaseMs > tMs) continue;
			this.#held.splice(k, 1);
			k -= 1;
			this.#put(answer.bytes, answer.bytes.length, answer.releaseMs);
		}
	}

	#put(bytes: Uint8Array, length: number, readyMs: number): void {
		const startMs = Math.max(readyMs, this.#freeMs);
		for (let k = 0; k < length && this.#count < CAPACITY; k++) {
			const slot = (this.#head + this.#count) % CAPACITY;
			this.#bytes[slot] = bytes[k] ?? 0;
			this.#arrivalMs[slot] = startMs + (k + 1) * this.#byteMs;
			this.#count += 1;
		}
		this.#freeMs = startMs + length * this.#byteMs;
	}
}
