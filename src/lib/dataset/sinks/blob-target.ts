// The last rung: the whole file as a Blob, which the browser may keep in memory. Refuses, by name and before memory runs
// out, what is larger than its limit.

import { datasetError } from '../errors';
import { coalescing, type ByteTarget } from './byte-target';

export interface BlobTarget extends ByteTarget {
	/** After close. */
	blob(): Blob;
}

/** Throws `export_too_large` from the write that would pass `limitBytes`. */
export function blobTarget(limitBytes: number, type = 'application/zip'): BlobTarget {
	let parts: Blob[] = [];
	let size = 0;
	const target = coalescing({
		write(bytes) {
			size += bytes.length;
			if (size > limitBytes) {
				parts = [];
				const details = { neededBytes: size, availableBytes: limitBytes };
				return Promise.reject(datasetError('export_too_large', `more than ${limitBytes} bytes`, details));
			}
			// A Blob of each piece: the browser can move it out of this process's heap.
			parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
			return Promise.resolve();
		},
		close: () => Promise.resolve(),
		abort() {
			parts = [];
			return Promise.resolve();
		},
		bytesCopied: 0
	});
	return {
		write: (bytes) => target.write(bytes),
		close: () => target.close(),
		abort: (reason) => target.abort(reason),
		get bytesCopied() {
			return target.bytesCopied;
		},
		blob: () => new Blob(parts, { type })
	};
}
