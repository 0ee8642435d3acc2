// A dataset tree in a folder the person picked (File System Access API), and the same folder read back. The tree gets a
// folder of its own, so an abort removes exactly what was written and nothing a person already had.

import type { FileSink, FileWriter } from '$lib/contracts';
import type { TreeReader } from '../tree-reader';
import { fileTarget } from './byte-target';
import { removeEntry } from './remove-entry';

async function exists(parent: FileSystemDirectoryHandle, name: string): Promise<boolean> {
	try {
		await parent.getDirectoryHandle(name);
		return true;
	} catch (error) {
		// TypeMismatchError: a file of that name is in the way, which is just as taken.
		if (error instanceof DOMException && error.name === 'NotFoundError') return false;
		if (error instanceof DOMException && error.name === 'TypeMismatchError') return true;
		throw error;
	}
}

/** `name`, or `name-2`, `name-3`, ... : the first that nothing in `parent` has. */
async function freeName(parent: FileSystemDirectoryHandle, name: string): Promise<string> {
	let candidate = name;
	for (let k = 2; await exists(parent, candidate); k++) candidate = `${name}-${k}`;
	return candidate;
}

async function folderAt(
	root: FileSystemDirectoryHandle,
	names: readonly string[],
	create: boolean
): Promise<FileSystemDirectoryHandle> {
	let folder = root;
	for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
	return folder;
}

function splitPath(path: string): { readonly folders: readonly string[]; readonly file: string } {
	const parts = path.split('/');
	return { folders: parts.slice(0, -1), file: parts.at(-1) ?? '' };
}

export interface DirectorySink extends FileSink {
	/** Folder the tree goes to, inside the picked one. */
	readonly folderName: string;
	/** The tree, once finished. */
	readonly tree: TreeReader;
}

export async function directorySink(parent: FileSystemDirectoryHandle, name: string): Promise<DirectorySink> {
	const folderName = await freeName(parent, name);
	const root = await parent.getDirectoryHandle(folderName, { create: true });
	let bytesCopied = 0;
	let open: { abort(reason: unknown): Promise<void> } | null = null;
	return {
		folderName,
		tree: directoryTree(root),
		async file(path): Promise<FileWriter> {
			const { folders, file } = splitPath(path);
			const folder = await folderAt(root, folders, true);
			const target = await fileTarget(await folder.getFileHandle(file, { create: true }));
			open = target;
			return {
				write: (bytes) => target.write(bytes),
				async close() {
					await target.close();
					bytesCopied += target.bytesCopied;
					open = null;
				}
			};
		},
		finish: () => Promise.resolve(),
		async abort(reason) {
			await open?.abort(reason);
			await removeEntry(parent, folderName);
		},
		get bytesCopied() {
			return bytesCopied;
		}
	};
}

async function* walk(folder: FileSystemDirectoryHandle, prefix: string): AsyncGenerator<string> {
	for await (const [name, handle] of folder.entries()) {
		const path = prefix + name;
		if (handle.kind === 'directory') yield* walk(handle, `${path}/`);
		else yield path;
	}
}

export function directoryTree(root: FileSystemDirectoryHandle): TreeReader {
	return {
		async list() {
			const paths: string[] = [];
			for await (const path of walk(root, '')) paths.push(path);
			return paths.sort();
		},
		async read(path) {
			const { folders, file } = splitPath(path);
			const handle = await (await folderAt(root, folders, false)).getFileHandle(file);
			return new Uint8Array(await (await handle.getFile()).arrayBuffer());
		}
	};
}
