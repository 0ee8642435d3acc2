// The sinks that run in every realm, for the contract. The folder is one of the File System Access API: a stand-in in Node,
// the browser's own storage in the browser.

import { blobTarget } from '../sinks/blob-target';
import { directorySink } from '../sinks/directory-sink';
import type { SinkHarness } from '../sinks/file-sink.contract';
import { MemorySink } from '../sinks/memory-sink';
import { storedZipTree } from '../sinks/zip-tree';
import { zipSink } from '../sinks/zip-sink';

export function memorySinkHarness(): SinkHarness {
	return {
		make() {
			const sink = new MemorySink();
			const isGone = async (): Promise<boolean> => (await sink.list()).length === 0;
			return Promise.resolve({ sink, tree: () => Promise.resolve(sink), isGone });
		}
	};
}

export function zipSinkHarness(): SinkHarness {
	return {
		make() {
			const target = blobTarget(100e6);
			return Promise.resolve({
				sink: zipSink(target, 'my data'),
				tree: () => storedZipTree(target.blob(), 'my data'),
				isGone: () => Promise.resolve(target.blob().size === 0)
			});
		}
	};
}

/** `folder` makes an empty one; `isEmpty` looks into it. */
export function directorySinkHarness<Folder extends FileSystemDirectoryHandle>(
	folder: () => Promise<Folder>,
	isEmpty: (folder: Folder) => Promise<boolean>
): SinkHarness {
	return {
		async make() {
			const picked = await folder();
			const sink = await directorySink(picked, 'lab');
			return { sink, tree: () => Promise.resolve(sink.tree), isGone: () => isEmpty(picked) };
		}
	};
}
