// Reads back a zip of stored (not compressed) files, such as `zip-sink` makes (APPNOTE 6.3: end record, zip64 end
// record, central directory). Slices the Blob, so a large zip is never in memory whole. Not a general unzipper.

import { crc32 } from '$lib/core';
import type { TreeReader } from '../tree-reader';

interface StoredFile {
	readonly size: number;
	readonly crc: number;
	/** Offset of the local header. */
	readonly offset: number;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const CENTRAL = 0x02014b50;
const END_BYTES = 22;
const END64_BYTES = 56 + 20;

async function viewOf(blob: Blob, from: number, to: number): Promise<DataView> {
	return new DataView(await blob.slice(from, to).arrayBuffer());
}

async function directoryRange(blob: Blob): Promise<{ offset: number; size: number }> {
	const start = Math.max(0, blob.size - END_BYTES - END64_BYTES);
	const tail = await viewOf(blob, start, blob.size);
	const end = tail.byteLength - END_BYTES;
	// The sink writes no comment, so the end record is the last thing in the file.
	if (end < 0 || tail.getUint32(end, true) !== END) throw new RangeError('not a whole zip');
	if (end === END64_BYTES && tail.getUint32(0, true) === END64)
		return { offset: Number(tail.getBigUint64(48, true)), size: Number(tail.getBigUint64(40, true)) };
	return { offset: tail.getUint32(end + 16, true), size: tail.getUint32(end + 12, true) };
}

/** 64-bit values of the zip64 extra field, in order; empty when there is none. */
function zip64Values(view: DataView, from: number, to: number): number[] {
	for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
		if (view.getUint16(at, true) !== 1) continue;
		const count = Math.floor(view.getUint16(at + 2, true) / 8);
		return Array.from({ length: count }, (_, k) => Number(view.getBigUint64(at + 4 + 8 * k, true)));
	}
	return [];
}

async function directory(blob: Blob): Promise<Map<string, StoredFile>> {
	const { offset, size } = await directoryRange(blob);
	const view = await viewOf(blob, offset, offset + size);
	const files = new Map<string, StoredFile>();
	for (let at = 0; at < size;) {
		if (view.getUint32(at, true) !== CENTRAL) throw new RangeError('damaged zip directory');
		const nameEnd = at + 46 + view.getUint16(at + 28, true);
		const extraEnd = nameEnd + view.getUint16(at + 30, true);
		const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameEnd - at - 46));
		const wide = zip64Values(view, nameEnd, extraEnd);
		const stored = view.getUint32(at + 24, true);
		const local = view.getUint32(at + 42, true);
		files.set(name, {
			crc: view.getUint32(at + 16, true),
			size: stored === 0xffffffff ? (wide[0] ?? stored) : stored,
			offset: local === 0xffffffff ? (wide.at(-1) ?? local) : local
		});
		at = extraEnd + view.getUint16(at + 32, true);
	}
	return files;
}

/** The files below `folder/` of a stored zip. Rejects with RangeError when the zip is not whole or a CRC differs. */
export async function storedZipTree(blob: Blob, folder: string): Promise<TreeReader> {
	const files = await directory(blob);
	const prefix = `${folder}/`;
	return {
		list: () =>
			Promise.resolve(
				[...files.keys()]
					.filter((name) => name.startsWith(prefix))
					.map((name) => name.slice(prefix.length))
					.sort()
			),
		async read(path) {
			const file = files.get(prefix + path);
			if (!file) throw new RangeError(`no file ${path}`);
			const head = await viewOf(blob, file.offset, file.offset + 30);
			const start = file.offset + 30 + head.getUint16(26, true) + head.getUint16(28, true);
			const bytes = new Uint8Array(await blob.slice(start, start + file.size).arrayBuffer());
			if (crc32(bytes) !== file.crc) throw new RangeError(`${path} does not match its CRC`);
			return bytes;
		}
	};
}
