// A zip without compression, as docs/policy-package.md wants it: no gaps, no comment, plain names, every entry dated 1 January
// 1980, so that the same contents give the same bytes. (client-zip streams and therefore writes sizes behind the data, which
// the reader of packages refuses.) Source: PKWARE's APPNOTE, 4.3.

import { crc32 } from '$lib/core';
import { joinBytes, type Bytes } from './wire';

const VERSION = 20;
const DOS_DATE_1980 = 0x21;

/** Numbers of 2 or 4 bytes, little-endian. */
function record(...numbers: readonly (readonly [bytes: 2 | 4, value: number])[]): Bytes {
	const out = new Uint8Array(numbers.reduce((sum, [bytes]) => sum + bytes, 0));
	const view = new DataView(out.buffer);
	let at = 0;
	for (const [bytes, value] of numbers) {
		if (bytes === 2) view.setUint16(at, value, true);
		else view.setUint32(at, value, true);
		at += bytes;
	}
	return out;
}

export function storedZip(entries: ReadonlyMap<string, Uint8Array>): Bytes {
	const parts: Uint8Array[] = [];
	const directory: Uint8Array[] = [];
	let at = 0;
	for (const [path, data] of entries) {
		const name = new TextEncoder().encode(path);
		const common = record(
			[2, VERSION],
			[2, 0],
			[2, 0],
			[2, 0],
			[2, DOS_DATE_1980],
			[4, crc32(data)],
			[4, data.length],
			[4, data.length],
			[2, name.length],
			[2, 0]
		);
		parts.push(record([4, 0x04034b50]), common, name, data);
		directory.push(
			record([4, 0x02014b50], [2, VERSION]),
			common,
			record([2, 0], [2, 0], [2, 0], [4, 0], [4, at]),
			name
		);
		at += 4 + common.length + name.length + data.length;
	}
	const size = directory.reduce((sum, { length }) => sum + length, 0);
	const end = record(
		[4, 0x06054b50],
		[2, 0],
		[2, 0],
		[2, entries.size],
		[2, entries.size],
		[4, size],
		[4, at],
		[2, 0]
	);
	return joinBytes([...parts, ...directory, end]);
}
