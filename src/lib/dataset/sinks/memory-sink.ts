// A dataset tree in memory, for tests and for the self-check. Keeps references to the bytes it is given; joins them when
// a file is asked for.

import type { FileSink, FileWriter } from '$lib/contracts';
import type { TreeReader } from '../tree-reader';

export class MemorySink implements FileSink, TreeReader {
	/** `writing` until finish or abort. */
	state: 'writing' | 'finished' | 'aborted' = 'writing';
	readonly #files = new Map<string, Uint8Array[]>();

	file(path: string): Promise<FileWriter> {
		if (this.#files.has(path)) throw new RangeError(`${path} written twice`);
		const pieces: Uint8Array[] = [];
		this.#files.set(path, pieces);
		return Promise.resolve({
			write: (bytes) => {
				pieces.push(bytes);
				return Promise.resolve();
			},
			close: () => Promise.resolve()
		});
	}

	finish(): Promise<void> {
		this.state = 'finished';
		return Promise.resolve();
	}

	abort(): Promise<void> {
		this.state = 'aborted';
		this.#files.clear();
		return Promise.resolve();
	}

	list(): Promise<readonly string[]> {
		return Promise.resolve([...this.#files.keys()].sort());
	}

	read(path: string): Promise<Uint8Array> {
		const pieces = this.#files.get(path);
		if (!pieces) throw new RangeError(`no file ${path}`);
		const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
		let at = 0;
		for (const piece of pieces) {
			bytes.set(piece, at);
			at += piece.length;
		}
		return Promise.resolve(bytes);
	}
}
