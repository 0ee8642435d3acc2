// A package whose entries lie one by one, as in a repository of a model hub, made one file again: the zip that an exporter would
// have written, stored, nothing between the entries. Believes nothing: what comes out is read like any other package.

import type { PolicyFile } from '$lib/contracts';
import { crc32, type Result } from '$lib/core';
import { MANIFEST_LIMITS, parseManifest } from './manifest';
import { answer, tooLarge } from './refusal';
import type { PackageProblem } from './types';
import { ZIP_LIMITS } from './zip';

/** What the manifest names, with sizes. Refuses a manifest that is none, and more than a package may have at all. */
export function packageFiles(manifestText: string): Result<readonly PolicyFile[], PackageProblem> {
	return answer(() => {
		if (manifestText.length > MANIFEST_LIMITS.bytes)
			tooLarge('manifest.json', `${manifestText.length} bytes`);
		const files = Object.values(parseManifest(manifestText).files).flat();
		const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
		if (bytes > ZIP_LIMITS.packageBytes) tooLarge('zip', `${bytes} bytes`);
		return files;
	});
}

export interface PackageEntry {
	readonly path: string;
	readonly data: Uint8Array<ArrayBuffer>;
}

const LOCAL_BYTES = 30;
const ROW_BYTES = 46;
const END_BYTES = 22;
/** 1 January 1980. */
const DATE = 0x21;

/** Paths are ASCII; a manifest that was read has no other ones. */
export function assemblePackage(entries: readonly PackageEntry[]): Blob {
	const parts: Uint8Array<ArrayBuffer>[] = [];
	const rows: Uint8Array<ArrayBuffer>[] = [];
	let at = 0;
	for (const { path, data } of entries) {
		const name = new TextEncoder().encode(path);
		const [local, row] = [headed(0x04034b50, LOCAL_BYTES), headed(0x02014b50, ROW_BYTES)];
		row.setUint16(4, 20, true);
		// From "version needed" to the length of the name both say the same, two bytes apart.
		for (const [header, shift] of [
			[local, 4],
			[row, 6]
		] as const) {
			header.setUint16(shift, 20, true);
			header.setUint16(shift + 8, DATE, true);
			header.setUint32(shift + 10, crc32(data), true);
			header.setUint32(shift + 14, data.length, true);
			header.setUint32(shift + 18, data.length, true);
			header.setUint16(shift + 22, name.length, true);
		}
		row.setUint32(42, at, true);
		parts.push(bytesOf(local), name, data);
		rows.push(bytesOf(row), name);
		at += LOCAL_BYTES + name.length + data.length;
	}
	const end = headed(0x06054b50, END_BYTES);
	end.setUint16(8, entries.length, true);
	end.setUint16(10, entries.length, true);
	end.setUint32(
		12,
		rows.reduce((sum, { length }) => sum + length, 0),
		true
	);
	end.setUint32(16, at, true);
	return new Blob([...parts, ...rows, bytesOf(end)], { type: 'application/zip' });
}

function headed(signature: number, bytes: number): DataView<ArrayBuffer> {
	const view = new DataView(new ArrayBuffer(bytes));
	view.setUint32(0, signature, true);
	return view;
}

const bytesOf = (view: DataView<ArrayBuffer>): Uint8Array<ArrayBuffer> => new Uint8Array(view.buffer);
