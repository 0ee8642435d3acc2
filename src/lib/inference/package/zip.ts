// The directory of a package's zip, read with suspicion. A package is stored without compression, so an entry is a range of
// the blob and nothing grows on unpacking; whatever a zip can do beyond that is refused. Knows the zip format (APPNOTE 4.3),
// nothing of policies.
//
// [Note: one reading] Readers of zips differ in what they believe, the entries or the directory, and hide files between the
// two. Here every byte belongs to exactly one entry, in order, and both tell the same.

import { damaged, tooLarge, unsafe } from './refusal';

export const ZIP_LIMITS = {
	/** The 34.3 M weights of a default ACT take 206 MB in both precisions; what is far larger is no policy for a tab. */
	packageBytes: 256 * 1024 * 1024,
	entries: 32,
	pathBytes: 120,
	/** Of one entry's header beyond its name. */
	extraBytes: 1024
} as const;

export interface ZipEntry {
	readonly path: string;
	/** Its bytes in the blob. */
	readonly start: number;
	readonly end: number;
	readonly crc32: number;
}

const PART = 'zip';
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const SIGNATURE = { end: 0x06054b50, entry: 0x02014b50, local: 0x04034b50 } as const;
/** UTF-8 names are the only flag that changes nothing here. */
const FLAG_UTF8 = 0x0800;
const STORED = 0;
/** Plain names, at most three folders deep: nothing that any system could take for a way out. */
const PATH = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*){0,3}$/;

async function view(zip: Blob, start: number, end: number): Promise<DataView> {
	if (start < 0 || end > zip.size) damaged(PART, 'ends too early');
	const bytes = await readBytes(zip, start, end);
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A blob can fail to be read: its file was changed, or the disk is broken. */
export async function readBytes(zip: Blob, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
	const buffer = await zip
		.slice(start, end)
		.arrayBuffer()
		.catch(() => damaged(PART, 'cannot be read any more'));
	return buffer.byteLength === end - start ? new Uint8Array(buffer) : damaged(PART, 'ends too early');
}

/** By path. Reads the directory and every entry's own header, no content. Refuses by throwing (`answerLater` catches). */
export async function readZip(zip: Blob): Promise<ReadonlyMap<string, ZipEntry>> {
	if (zip.size > ZIP_LIMITS.packageBytes) tooLarge(PART, `${zip.size} bytes`);
	const tail = await view(zip, zip.size - END_BYTES, zip.size);
	if (tail.getUint32(0, true) !== SIGNATURE.end || tail.getUint16(20, true) !== 0)
		damaged(PART, 'no directory at its end');
	const count = tail.getUint16(10, true);
	const size = tail.getUint32(12, true);
	const begin = tail.getUint32(16, true);
	if (tail.getUint32(4, true) !== 0 || tail.getUint16(8, true) !== count) unsafe(PART, 'more than one disk');
	if (count > ZIP_LIMITS.entries) unsafe(PART, `${count} entries`);
	if (begin + size + END_BYTES !== zip.size) damaged(PART, 'a directory that is not where it says');
	if (size > count * (ENTRY_BYTES + ZIP_LIMITS.pathBytes + ZIP_LIMITS.extraBytes))
		unsafe(PART, `a directory of ${size} bytes`);
	const directory = await view(zip, begin, begin + size);
	const entries = new Map<string, ZipEntry>();
	const folded = new Set<string>();
	let at = 0;
	let next = 0;
	for (let n = 0; n < count; n++) {
		const row = readRow(directory, at);
		at += row.bytes;
		if (folded.has(row.path.toLowerCase())) unsafe(PART, `${row.path} twice`);
		folded.add(row.path.toLowerCase());
		if (row.offset !== next) damaged(PART, `${row.path} does not begin where the one before ends`);
		const local = await view(zip, next, Math.min(zip.size, next + LOCAL_BYTES + row.path.length));
		const start = next + checkLocal(local, row);
		next = start + row.size;
		if (next > begin) damaged(PART, `${row.path} reaches into the directory`);
		entries.set(row.path, { path: row.path, start, end: next, crc32: row.crc32 });
	}
	if (at !== size || next !== begin) damaged(PART, 'bytes that belong to no entry');
	return entries;
}

interface Row {
	readonly path: string;
	readonly size: number;
	readonly crc32: number;
	readonly flags: number;
	readonly offset: number;
	/** Of the row itself. */
	readonly bytes: number;
}

function readRow(directory: DataView, at: number): Row {
	if (at + ENTRY_BYTES > directory.byteLength || directory.getUint32(at, true) !== SIGNATURE.entry)
		damaged(PART, 'ends inside its directory');
	const nameBytes = directory.getUint16(at + 28, true);
	const extraBytes = directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
	const bytes = ENTRY_BYTES + nameBytes + extraBytes;
	if (at + bytes > directory.byteLength) damaged(PART, 'ends inside its directory');
	if (extraBytes > ZIP_LIMITS.extraBytes) unsafe(PART, `${extraBytes} extra bytes`);
	const path = readPath(directory, at + ENTRY_BYTES, nameBytes);
	const flags = directory.getUint16(at + 8, true);
	const size = directory.getUint32(at + 24, true);
	if ((flags & ~FLAG_UTF8) !== 0) unsafe(path, 'encrypted, or its size is told only afterwards');
	if (directory.getUint16(at + 10, true) !== STORED) unsafe(path, 'compressed; a package is only stored');
	if (directory.getUint32(at + 20, true) !== size) damaged(path, 'two sizes');
	if (directory.getUint16(at + 34, true) !== 0) unsafe(path, 'on another disk');
	return {
		path,
		size,
		flags,
		bytes,
		crc32: directory.getUint32(at + 16, true),
		offset: directory.getUint32(at + 42, true)
	};
}

function readPath(from: DataView, at: number, length: number): string {
	if (length === 0 || length > ZIP_LIMITS.pathBytes) unsafe(PART, `a name of ${length} bytes`);
	const path = String.fromCharCode(...new Uint8Array(from.buffer, from.byteOffset + at, length));
	return PATH.test(path) ? path : unsafe(PART, `the name ${path}`);
}

/** Bytes of the entry's own header, which has to say what the directory says. */
function checkLocal(local: DataView, row: Row): number {
	if (local.byteLength < LOCAL_BYTES + row.path.length || local.getUint32(0, true) !== SIGNATURE.local)
		damaged(PART, `no header before ${row.path}`);
	const extraBytes = local.getUint16(28, true);
	if (extraBytes > ZIP_LIMITS.extraBytes) unsafe(row.path, `${extraBytes} extra bytes`);
	const same =
		local.getUint16(6, true) === row.flags &&
		local.getUint16(8, true) === STORED &&
		local.getUint32(14, true) === row.crc32 &&
		local.getUint32(18, true) === row.size &&
		local.getUint32(22, true) === row.size &&
		local.getUint16(26, true) === row.path.length &&
		readPath(local, LOCAL_BYTES, row.path.length) === row.path;
	return same ? LOCAL_BYTES + row.path.length + extraBytes : damaged(row.path, 'header and directory differ');
}
