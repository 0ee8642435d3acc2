// One stream of bytes going somewhere: a file on disk, a temp file, a Blob. Sinks write to it; it knows no dataset.
// The coalescing target in front of slow ones gathers small writes (a packet is a few kilobytes) into large ones, at the
// price of one counted copy.

export interface ByteTarget {
	/** The bytes are the target's until the promise settles. */
	write(bytes: Uint8Array): Promise<void>;
	/** Makes what was written durable and visible. */
	close(): Promise<void>;
	/** Removes what was written. */
	abort(reason: unknown): Promise<void>;
	/** Bytes moved into buffers of the target's own. */
	readonly bytesCopied: number;
}

export const COALESCE_BYTES = 1024 * 1024;

/** Gathers writes into pieces of `size` bytes; a write of that size or more passes as it is. */
export function coalescing(inner: ByteTarget, size = COALESCE_BYTES): ByteTarget {
	let buffer = new Uint8Array(size);
	let used = 0;
	let copied = 0;
	const flush = async (): Promise<void> => {
		if (used === 0) return;
		const piece = buffer.subarray(0, used);
		used = 0;
		await inner.write(piece);
	};
	return {
		async write(bytes) {
			if (used + bytes.length > size) await flush();
			if (bytes.length >= size) return inner.write(bytes);
			buffer.set(bytes, used);
			used += bytes.length;
			copied += bytes.length;
		},
		async close() {
			await flush();
			buffer = new Uint8Array();
			await inner.close();
		},
		abort: (reason) => inner.abort(reason),
		get bytesCopied() {
			return copied + inner.bytesCopied;
		}
	};
}

/** A file through the File System Access API: a picked file, or one of the origin's own temp files. */
export async function fileTarget(
	handle: FileSystemFileHandle,
	remove: () => Promise<void> = () => Promise.resolve()
): Promise<ByteTarget> {
	const stream = await handle.createWritable();
	return coalescing({
		write: (bytes) => stream.write(bytes as Uint8Array<ArrayBuffer>),
		close: () => stream.close(),
		async abort(reason) {
			// Until close() the bytes are in a swap file, which abort() drops.
			await stream.abort(reason).catch(() => undefined);
			await remove();
		},
		bytesCopied: 0
	});
}
