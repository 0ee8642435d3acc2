// Packets of Feetech's protocol 0 (STS and SMS series): FF FF | id | length | instruction or error | parameters | check,
// length = parameters + 2, check = low byte of ~(id + ... + parameters), words little-endian. Knows no registers.

import type { ServoProtocol } from '../protocol';
import { HEADER_BYTE, MAX_STATUS_PARAMS } from './framing';
import { createStatusParser } from './parser';

export const INSTRUCTION = {
	ping: 0x01,
	read: 0x02,
	write: 0x03,
	regWrite: 0x04,
	action: 0x05,
	reset: 0x06,
	syncRead: 0x82,
	syncWrite: 0x83
} as const;

export const BROADCAST_ID = 0xfe;
/** Header, id, length, error and check. */
export const STATUS_OVERHEAD = 6;

/** Bits of the error byte of a status packet. */
export const STATUS_ERROR = { voltage: 1, angle: 2, overheat: 4, overcurrent: 8, overload: 32 } as const;

/** Check byte over `packet[from, to)`: id up to the last parameter. */
export function checksum(packet: Uint8Array, from: number, to: number): number {
	let sum = 0;
	for (let index = from; index < to; index++) sum += packet[index] ?? 0;
	return ~sum & 0xff;
}

function begin(out: Uint8Array, at: number, id: number, params: number, instruction: number): number {
	out[at] = HEADER_BYTE;
	out[at + 1] = HEADER_BYTE;
	out[at + 2] = id;
	out[at + 3] = params + 2;
	out[at + 4] = instruction;
	return at + 5;
}

function finish(out: Uint8Array, at: number, end: number): number {
	out[end] = checksum(out, at + 2, end);
	return end + 1;
}

function encodePing(out: Uint8Array, at: number, id: number): number {
	return finish(out, at, begin(out, at, id, 0, INSTRUCTION.ping));
}

function encodeRead(out: Uint8Array, at: number, id: number, address: number, length: number): number {
	const params = begin(out, at, id, 2, INSTRUCTION.read);
	out[params] = address;
	out[params + 1] = length;
	return finish(out, at, params + 2);
}

function encodeWrite(out: Uint8Array, at: number, id: number, address: number, data: Uint8Array): number {
	const params = begin(out, at, id, 1 + data.length, INSTRUCTION.write);
	out[params] = address;
	out.set(data, params + 1);
	return finish(out, at, params + 1 + data.length);
}

function encodeSyncRead(
	out: Uint8Array,
	at: number,
	address: number,
	length: number,
	ids: Uint8Array,
	count: number
): number {
	const params = begin(out, at, BROADCAST_ID, 2 + count, INSTRUCTION.syncRead);
	out[params] = address;
	out[params + 1] = length;
	for (let index = 0; index < count; index++) out[params + 2 + index] = ids[index] ?? 0;
	return finish(out, at, params + 2 + count);
}

function encodeSyncWrite(
	out: Uint8Array,
	at: number,
	address: number,
	length: number,
	ids: Uint8Array,
	data: Uint8Array
): number {
	let end = begin(out, at, BROADCAST_ID, 2 + ids.length * (length + 1), INSTRUCTION.syncWrite);
	out[end++] = address;
	out[end++] = length;
	for (let index = 0; index < ids.length; index++) {
		out[end++] = ids[index] ?? 0;
		for (let byte = 0; byte < length; byte++) out[end++] = data[index * length + byte] ?? 0;
	}
	return finish(out, at, end);
}

export const FEETECH_PROTOCOL: ServoProtocol = {
	name: 'feetech',
	broadcastId: BROADCAST_ID,
	statusOverhead: STATUS_OVERHEAD,
	maxStatusParams: MAX_STATUS_PARAMS,
	encodePing,
	encodeRead,
	encodeWrite,
	encodeSyncRead,
	encodeSyncWrite,
	createParser: createStatusParser
};
