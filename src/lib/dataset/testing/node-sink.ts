// A dataset tree on disk, in Node: for the outside judges, the benches and tests. Never part of the app.

import { mkdir, open as openFile, readFile, readdir, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileSink, FileWriter } from '$lib/contracts';
import type { TreeReader } from '../tree-reader';

/** Writes below `root`, which must not exist yet; abort removes it. */
export function nodeSink(root: string): FileSink {
	let open: FileHandle | null = null;
	return {
		async file(path): Promise<FileWriter> {
			const place = join(root, path);
			await mkdir(dirname(place), { recursive: true });
			const handle = await openFile(place, 'wx');
			open = handle;
			return {
				async write(bytes) {
					await handle.write(bytes);
				},
				async close() {
					open = null;
					await handle.close();
				}
			};
		},
		finish: () => Promise.resolve(),
		async abort() {
			await open?.close();
			await rm(root, { recursive: true, force: true });
		}
	};
}

export function nodeTree(root: string): TreeReader {
	return {
		async list() {
			const entries = await readdir(root, { recursive: true, withFileTypes: true });
			return entries
				.filter((entry) => entry.isFile())
				.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
				.sort();
		},
		read: (path) => readFile(join(root, path))
	};
}
