// Where an export goes on this device: a picked folder, a picked file, the origin's own temp file handed out as a
// download, or a Blob of limited size. `nextRung` decides from facts alone; `openRung` turns a decision into a sink.
// Pickers need a click and a page, so their handles come from there.

import type { DatasetSource, FileSink } from '$lib/contracts';
import type { TreeReader } from '../tree-reader';
import { blobTarget } from './blob-target';
import { fileTarget } from './byte-target';
import { directorySink } from './directory-sink';
import { removeEntry } from './remove-entry';
import { storedZipTree } from './zip-tree';
import { zipSink } from './zip-sink';

export type Rung = 'directory' | 'save-file' | 'temp-file' | 'blob';

export interface ExportFacts {
	readonly directoryPicker: boolean;
	readonly saveFilePicker: boolean;
	/** The origin's private file system can make writable files. */
	readonly tempFiles: boolean;
	/** Storage the origin may still use; null when the browser does not tell. */
	readonly freeBytes: number | null;
	/** What the tree will take. */
	readonly neededBytes: number;
}

/** A Blob may live in memory: this much is safe on a 4 GB Chromebook. */
export const BLOB_LIMIT_BYTES = 256 * 1024 * 1024;

export type RungDecision =
	| { readonly kind: 'rung'; readonly rung: Rung }
	/** Nothing here can take it; `availableBytes` is what the roomiest rung left could. */
	| { readonly kind: 'no-room'; readonly neededBytes: number; readonly availableBytes: number };

const ORDER: readonly Rung[] = ['directory', 'save-file', 'temp-file', 'blob'];

function capacityOf(rung: Rung, facts: ExportFacts): number {
	switch (rung) {
		case 'directory':
			return facts.directoryPicker ? Infinity : 0;
		case 'save-file':
			return facts.saveFilePicker ? Infinity : 0;
		case 'temp-file':
			return facts.tempFiles ? (facts.freeBytes ?? Infinity) : 0;
		case 'blob':
			return BLOB_LIMIT_BYTES;
	}
}

/**
 * The best rung that is left and large enough. `barred` holds the rungs that this device forbade when tried (a managed
 * Chromebook has the pickers but refuses them); a person who closes a picker has not barred it, but cancelled.
 */
export function nextRung(facts: ExportFacts, barred: ReadonlySet<Rung> = new Set()): RungDecision {
	const left = ORDER.filter((rung) => !barred.has(rung));
	const rung = left.find((candidate) => capacityOf(candidate, facts) >= facts.neededBytes);
	if (rung) return { kind: 'rung', rung };
	const availableBytes = Math.max(0, ...left.map((candidate) => capacityOf(candidate, facts)));
	return { kind: 'no-room', neededBytes: facts.neededBytes, availableBytes };
}

/** True when a picker's failure means that this device does not allow it, rather than that the person cancelled. */
export function barsRung(error: unknown): boolean {
	return (
		error instanceof DOMException && (error.name === 'SecurityError' || error.name === 'NotAllowedError')
	);
}

/** An upper bound of the tree's size, for the decision: stored bytes, plus headers and tables per episode. */
export function neededBytes(source: DatasetSource): number {
	const perEpisode = 64 * 1024;
	const perFrame = 256;
	return source.episodes.reduce(
		(sum, { meta }) => sum + (meta.closing?.byteCount ?? 0) + perEpisode + perFrame * meta.frameCount,
		64 * 1024
	);
}

export type RungHandle =
	| { readonly rung: 'directory'; readonly folder: FileSystemDirectoryHandle }
	| { readonly rung: 'save-file'; readonly file: FileSystemFileHandle }
	| { readonly rung: 'temp-file'; readonly root: FileSystemDirectoryHandle }
	| { readonly rung: 'blob' };

export interface OpenExport {
	readonly sink: FileSink;
	/** What to offer as download once finished; null when the person's own folder or file holds it already. */
	download(): Promise<Blob | null>;
	/** What was written, for the self-check, once finished. */
	tree(): Promise<TreeReader>;
}

export function zipName(datasetName: string): string {
	return `${datasetName}.zip`;
}

async function zipInto(
	file: FileSystemFileHandle,
	name: string,
	remove?: () => Promise<void>
): Promise<OpenExport> {
	return {
		sink: zipSink(await fileTarget(file, remove), name),
		download: async () => (remove ? file.getFile() : null),
		tree: async () => storedZipTree(await file.getFile(), name)
	};
}

/** Opens the sink of a decision. `name` is the dataset's folder name. */
export async function openRung(handle: RungHandle, name: string): Promise<OpenExport> {
	switch (handle.rung) {
		case 'directory': {
			const sink = await directorySink(handle.folder, name);
			return { sink, download: () => Promise.resolve(null), tree: () => Promise.resolve(sink.tree) };
		}
		case 'save-file':
			return zipInto(handle.file, name);
		case 'temp-file': {
			const file = await handle.root.getFileHandle(zipName(name), { create: true });
			return zipInto(file, name, () => removeEntry(handle.root, zipName(name)));
		}
		case 'blob': {
			const target = blobTarget(BLOB_LIMIT_BYTES);
			return {
				sink: zipSink(target, name),
				download: () => Promise.resolve(target.blob()),
				tree: () => storedZipTree(target.blob(), name)
			};
		}
	}
}
