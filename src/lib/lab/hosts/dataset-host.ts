// The DATASET worker's work: one dataset out of the seat's store into a zip that waits as a temporary file in the
// browser's own storage. Reads the store, never writes it; an export that fails or is cancelled leaves no file behind.

import type { DatasetSource, ExportProgress, FileSink } from '$lib/contracts';
import { isCoded } from '$lib/core';
import {
	barsRung,
	neededBytes,
	nextRung,
	openRung,
	writeDataset,
	type Rung,
	type RungHandle
} from '$lib/dataset';
import { openIdbStore } from '$lib/recorder';
import type { DatasetApi, ExportAnswer, WorkerHello } from './api';

/** A folder name every system takes: plain letters, digits, dash and underscore; ü becomes ue, é becomes e. */
export function folderName(name: string): string {
	const plain = name
		.replaceAll(/[äöüÄÖÜ]/g, (umlaut) => `${umlaut}e`)
		.replaceAll('ß', 'ss')
		.normalize('NFKD')
		.replaceAll(/\p{M}/gu, '')
		.replaceAll(/[^\w-]+/g, '_')
		.replaceAll(/^_+|_+$/g, '');
	return plain === '' ? 'dataset' : plain.slice(0, 60);
}

async function tempRoot(): Promise<FileSystemDirectoryHandle | null> {
	try {
		return await navigator.storage.getDirectory();
	} catch {
		return null; // storage is blocked here; the next rung of the ladder does without
	}
}

function failure(error: unknown): ExportAnswer {
	if (isCoded(error)) return { ok: false, code: error.code, details: { ...error.details } };
	if (error instanceof DOMException && error.name === 'AbortError')
		return { ok: false, code: 'export_aborted', details: {} };
	return { ok: false, code: 'export_aborted', details: { reason: String(error) } };
}

export class DatasetHost implements DatasetApi {
	readonly #hello: WorkerHello;
	#abort: AbortController | null = null;

	constructor(hello: WorkerHello) {
		this.#hello = hello;
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	cancel(): void {
		this.#abort?.abort();
	}

	async exportZip(
		seatId: string,
		datasetId: string,
		onProgress: (progress: ExportProgress) => void
	): Promise<ExportAnswer> {
		this.#abort?.abort();
		const abort = new AbortController();
		this.#abort = abort;
		const store = await openIdbStore({ seatId });
		try {
			const listed = (await store.listDatasets()).find((dataset) => dataset.id === datasetId);
			const metas = await store.listEpisodes({ datasetId });
			const episodes = await Promise.all(metas.map((meta) => store.openEpisode(meta.id)));
			const source: DatasetSource = { name: folderName(listed?.name ?? 'dataset'), episodes };
			return await this.#write(source, abort.signal, onProgress);
		} catch (error) {
			return failure(error);
		} finally {
			store.close();
		}
	}

	async #write(
		source: DatasetSource,
		signal: AbortSignal,
		onProgress: (progress: ExportProgress) => void
	): Promise<ExportAnswer> {
		const root = await tempRoot();
		const estimate = await navigator.storage.estimate().catch(() => null);
		const free = estimate?.quota === undefined ? null : estimate.quota - (estimate.usage ?? 0);
		const facts = {
			// Pickers need a click on the page; the worker's export is the one that works on every managed device.
			directoryPicker: false,
			saveFilePicker: false,
			tempFiles: root !== null,
			freeBytes: free,
			neededBytes: neededBytes(source)
		};
		const barred = new Set<Rung>();
		for (;;) {
			const decision = nextRung(facts, barred);
			if (decision.kind === 'no-room') {
				const megabytes = Math.ceil(decision.neededBytes / 1e6);
				return { ok: false, code: 'export_too_large', details: { megabytes } };
			}
			const handle: RungHandle =
				decision.rung === 'temp-file' && root !== null ? { rung: 'temp-file', root } : { rung: 'blob' };
			let sink: FileSink | null = null;
			try {
				const open = await openRung(handle, source.name);
				sink = open.sink;
				const summary = await writeDataset(source, sink, { signal, onProgress });
				const blob = await open.download();
				if (blob === null) throw new TypeError('the sink kept no file');
				const name = `${source.name}.zip`;
				const file = blob instanceof File ? blob : new File([blob], name, { type: 'application/zip' });
				return { ok: true, summary, file };
			} catch (error) {
				if (sink === null && barsRung(error)) {
					barred.add(handle.rung);
					continue;
				}
				throw error;
			}
		}
	}
}
