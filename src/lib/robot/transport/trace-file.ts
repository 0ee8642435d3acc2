// A trace as a file, version 1 (docs/byte-trace.md). All integers little endian.
//
//   0  8 bytes  "EDBTRACE"
//   8  u16      version (1)
//  10  u16      flags: bit 0 = a virtual arm stood at the far end
//  12  u32      entries
//  16  u32      entries dropped before the first one
//  20  u32      bytes of body
//  24  body     one record per entry
//  ..  u32      CRC-32 (IEEE) of everything before
//
// Record: varint(payload bytes * 8 + kind), varint(zigzag(microseconds since the entry before, from 0)), payload.
// Payload by kind: 0 open: varint rate · 1 out: bytes · 2 in: bytes · 3 lost: UTF-8 reason · 4 close: nothing ·
// 5 refused: varint rate, UTF-8 code. Knows nothing of servos.

import { crc32, err, ok, type Result } from '$lib/core';
import type { Trace, TraceEntry } from './trace';

export type TraceFileErrorCode =
	/** The file is something else. */
	| 'trace_foreign'
	/** Written by a newer version. */
	| 'trace_future'
	/** The end is missing. */
	| 'trace_truncated'
	/** Whole in length, but not what was written. */
	| 'trace_damaged';

export interface TraceFileError {
	readonly code: TraceFileErrorCode;
	readonly message: string;
}

const MAGIC = new TextEncoder().encode('EDBTRACE');
const VERSION = 1;
const HEADER_BYTES = 24;
const CRC_BYTES = 4;
const FLAG_VIRTUAL = 1;
const KINDS = ['open', 'out', 'in', 'lost', 'close', 'refused'] as const;
const US_PER_MS = 1000;

export function encodeTrace(trace: Trace): Uint8Array<ArrayBuffer> {
	const body = new ByteWriter();
	let beforeUs = 0;
	for (const entry of trace.entries) {
		const payload = payloadOf(entry);
		const atUs = Math.round(entry.atMs * US_PER_MS);
		body.varint(payload.length * 8 + KINDS.indexOf(entry.kind));
		body.varint(zigzag(atUs - beforeUs));
		body.bytes(payload);
		beforeUs = atUs;
	}
	const written = body.written();
	const file = new Uint8Array(HEADER_BYTES + written.length + CRC_BYTES);
	const view = new DataView(file.buffer);
	file.set(MAGIC, 0);
	view.setUint16(8, VERSION, true);
	view.setUint16(10, trace.virtual ? FLAG_VIRTUAL : 0, true);
	view.setUint32(12, trace.entries.length, true);
	view.setUint32(16, trace.dropped, true);
	view.setUint32(20, written.length, true);
	file.set(written, HEADER_BYTES);
	view.setUint32(file.length - CRC_BYTES, crc32(file.subarray(0, file.length - CRC_BYTES)), true);
	return file;
}

/** Refuses everything that is not, to the last byte, what `encodeTrace` wrote. */
export function decodeTrace(file: Uint8Array): Result<Trace, TraceFileError> {
	if (MAGIC.some((byte, index) => index < file.length && file[index] !== byte) || file.length === 0)
		return failure('trace_foreign', 'not a byte trace');
	if (file.length < HEADER_BYTES + CRC_BYTES) return failure('trace_truncated', 'ends inside its header');
	const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
	const version = view.getUint16(8, true);
	if (version > VERSION) return failure('trace_future', `version ${version}, ${VERSION} is known`);
	if (version < 1) return failure('trace_damaged', 'version 0');
	const whole = HEADER_BYTES + view.getUint32(20, true) + CRC_BYTES;
	if (file.length < whole) return failure('trace_truncated', `${file.length} of ${whole} bytes`);
	if (file.length > whole) return failure('trace_damaged', `${file.length - whole} bytes too many`);
	const sum = crc32(file.subarray(0, whole - CRC_BYTES));
	if (view.getUint32(whole - CRC_BYTES, true) !== sum) return failure('trace_damaged', 'checksum');
	const entries = readEntries(file.subarray(HEADER_BYTES, whole - CRC_BYTES));
	if (entries?.length !== view.getUint32(12, true)) return failure('trace_damaged', 'records do not add up');
	return ok({
		virtual: (view.getUint16(10, true) & FLAG_VIRTUAL) !== 0,
		dropped: view.getUint32(16, true),
		entries
	});
}

function failure(code: TraceFileErrorCode, message: string): Result<never, TraceFileError> {
	return err({ code, message });
}

function payloadOf(entry: TraceEntry): Uint8Array {
	const writer = new ByteWriter();
	switch (entry.kind) {
		case 'in':
		case 'out':
			return entry.bytes;
		case 'open':
			writer.varint(entry.baudRate);
			return writer.written();
		case 'refused':
			writer.varint(entry.baudRate);
			writer.bytes(new TextEncoder().encode(entry.code));
			return writer.written();
		case 'lost':
			return new TextEncoder().encode(entry.reason);
		case 'close':
			return new Uint8Array(0);
	}
}

function readEntries(body: Uint8Array): TraceEntry[] | null {
	const reader = new ByteReader(body);
	const entries: TraceEntry[] = [];
	let atUs = 0;
	while (!reader.atEnd) {
		const head = reader.varint();
		const deltaUs = reader.varint();
		if (head === null || deltaUs === null) return null;
		const payload = reader.bytes(Math.floor(head / 8));
		const kind = KINDS[head % 8];
		if (payload === null || kind === undefined) return null;
		atUs += unzigzag(deltaUs);
		const entry = entryOf(kind, atUs / US_PER_MS, payload);
		if (entry === null) return null;
		entries.push(entry);
	}
	return entries;
}

function entryOf(kind: (typeof KINDS)[number], atMs: number, payload: Uint8Array): TraceEntry | null {
	const reader = new ByteReader(payload);
	const text = (): string => new TextDecoder().decode(reader.rest());
	switch (kind) {
		case 'in':
		case 'out':
			return { kind, atMs, bytes: payload.slice() };
		case 'lost':
			return { kind, atMs, reason: text() };
		case 'close':
			return { kind, atMs };
		case 'open':
		case 'refused': {
			const baudRate = reader.varint();
			if (baudRate === null) return null;
			return kind === 'open' ? { kind, atMs, baudRate } : { kind, atMs, baudRate, code: text() };
		}
	}
}

/** Plain arithmetic, not bit operations: microseconds of a day do not fit in 32 bits. */
function zigzag(value: number): number {
	return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
	return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}

class ByteWriter {
	#buffer = new Uint8Array(4096);
	#length = 0;

	varint(value: number): void {
		let rest = value;
		this.#reserve(8);
		while (rest >= 128) {
			this.#buffer[this.#length++] = (rest % 128) | 128;
			rest = Math.floor(rest / 128);
		}
		this.#buffer[this.#length++] = rest;
	}

	bytes(bytes: Uint8Array): void {
		this.#reserve(bytes.length);
		this.#buffer.set(bytes, this.#length);
		this.#length += bytes.length;
	}

	written(): Uint8Array<ArrayBuffer> {
		return this.#buffer.slice(0, this.#length);
	}

	#reserve(more: number): void {
		if (this.#length + more <= this.#buffer.length) return;
		const larger = new Uint8Array(2 * (this.#length + more));
		larger.set(this.#buffer);
		this.#buffer = larger;
	}
}

class ByteReader {
	readonly #bytes: Uint8Array;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get atEnd(): boolean {
		return this.#at >= this.#bytes.length;
	}

	varint(): number | null {
		let value = 0;
		for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= 128) {
			const byte = this.#bytes[this.#at++];
			if (byte === undefined) return null;
			value += (byte & 127) * scale;
			if (byte < 128) return value;
		}
		return null;
	}

	bytes(count: number): Uint8Array | null {
		if (this.#at + count > this.#bytes.length) return null;
		this.#at += count;
		return this.#bytes.subarray(this.#at - count, this.#at);
	}

	rest(): Uint8Array {
		return this.#bytes.subarray(this.#at);
	}
}
