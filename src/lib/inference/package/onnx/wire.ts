// The protobuf wire format, as much of it as an ONNX file needs, over bytes that may be hostile: every length is checked
// against the message it lies in, every field counts against one budget, and groups do not exist. Knows no ONNX.
// Source: protobuf's "Encoding" page.

import { damaged, unsafe } from '../refusal';

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const PART = 'onnx';
const TWO_32 = 2 ** 32;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Shared by all readers of one file, so that nested messages cannot multiply the work. */
export interface WireBudget {
	fields: number;
}

/** One message: call `next` until it is false; after each, read the value once or `skip` it. */
export class Wire {
	/** Of the field that `next` found. */
	field = 0;
	type = 0;
	private readonly view: DataView;

	constructor(
		private readonly bytes: Uint8Array,
		private at: number,
		private readonly end: number,
		private readonly budget: WireBudget
	) {
		this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	next(): boolean {
		if (this.at === this.end) return false;
		if (this.budget.fields-- <= 0) unsafe(PART, 'too many fields');
		const key = this.uint();
		this.field = Math.floor(key / 8);
		this.type = key % 8;
		if (this.field === 0 || this.field > 0x1fffffff) damaged(PART, `field number ${this.field}`);
		return true;
	}

	/** A varint as an unsigned number; one that a double cannot hold is refused. */
	uint(): number {
		const value = this.int();
		return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : damaged(PART, `a size of ${value}`);
	}

	/** A varint as a signed 64-bit number; beyond 2^53 only about right, as "to the end" in a slice may be. */
	int(): number {
		let low = 0;
		let high = 0;
		for (let n = 0; n < 10; n++) {
			if (this.at >= this.end) damaged(PART, 'ends inside a number');
			const byte = this.bytes[this.at++] ?? 0;
			const bits = byte & 0x7f;
			if (n < 4) low += bits * 2 ** (7 * n);
			else if (n === 4) {
				low += (bits & 0x0f) * 2 ** 28;
				high += bits >>> 4;
			} else if (n < 9) high += bits * 2 ** (7 * n - 32);
			else high += (bits & 1) * 2 ** 31;
			if (byte < 0x80) {
				return (high < TWO_32 / 2 ? high : high - TWO_32) * TWO_32 + low;
			}
		}
		return damaged(PART, 'a number of more than ten bytes');
	}

	float(): number {
		const value = this.at + 4 <= this.end ? this.view.getFloat32(this.at, true) : this.short();
		this.at += 4;
		return value;
	}

	/** Where the field's bytes lie. */
	range(): { readonly start: number; readonly end: number } {
		if (this.type !== WIRE.bytes) damaged(PART, `field ${this.field} is no bytes`);
		const length = this.uint();
		if (length > this.end - this.at) this.short();
		const start = this.at;
		this.at += length;
		return { start, end: this.at };
	}

	/** A message inside this one. */
	message(): Wire {
		const { start, end } = this.range();
		return new Wire(this.bytes, start, end, this.budget);
	}

	text(maxBytes: number): string {
		const { start, end } = this.range();
		if (end - start > maxBytes) unsafe(PART, `a text of ${end - start} bytes`);
		try {
			return UTF8.decode(this.bytes.subarray(start, end));
		} catch {
			return damaged(PART, 'a text that is not UTF-8');
		}
	}

	/** Adds a repeated integer, packed or not. */
	pushInts(to: number[], most: number): void {
		if (this.type === WIRE.varint) to.push(this.int());
		else {
			const { start, end } = this.range();
			const packed = new Wire(this.bytes, start, end, this.budget);
			while (packed.at < end && to.length <= most) to.push(packed.int());
		}
		if (to.length > most) unsafe(PART, `a list of more than ${most} numbers`);
	}

	/** Adds a repeated float, packed or not. */
	pushFloats(to: number[], most: number): void {
		if (this.type === WIRE.fixed32) to.push(this.float());
		else {
			const { start, end } = this.range();
			if ((end - start) % 4 !== 0) damaged(PART, 'a list of floats with a rest');
			const packed = new Wire(this.bytes, start, end, this.budget);
			while (packed.at < end && to.length <= most) to.push(packed.float());
		}
		if (to.length > most) unsafe(PART, `a list of more than ${most} numbers`);
	}

	skip(): void {
		if (this.type === WIRE.varint) this.int();
		else if (this.type === WIRE.bytes) this.range();
		else if (this.type === WIRE.fixed32 || this.type === WIRE.fixed64) {
			this.at += this.type === WIRE.fixed32 ? 4 : 8;
			if (this.at > this.end) this.short();
		} else unsafe(PART, `wire type ${this.type}`);
	}

	/** The value must be of that kind. */
	expect(type: number): this {
		if (this.type !== type) damaged(PART, `field ${this.field} has wire type ${this.type}`);
		return this;
	}

	private short(): never {
		return damaged(PART, 'ends inside a field');
	}
}
