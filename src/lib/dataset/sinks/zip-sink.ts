// A dataset tree as one zip, streamed: files are stored as they come (video does not shrink), sizes and CRCs follow each
// file, zip64 where needed. Equal trees give equal zips: every entry is dated 1 January 1980, midnight, the first moment
// a zip knows. client-zip makes the format; here its pull becomes our push, with the target's pace passed back.

import { makeZip } from 'client-zip';
import type { FileSink, FileWriter } from '$lib/contracts';
import type { ByteTarget } from './byte-target';

/** client-zip writes local time, so the date is local as well. */
const ZIP_EPOCH = new Date(1980, 0, 1);

interface ZipEntry {
	readonly name: string;
	readonly input: ReadableStream<Uint8Array>;
	readonly lastModified: Date;
}

/** Hands entries over one by one: `push` settles when the reader asks for the next. */
class EntryQueue implements AsyncIterable<ZipEntry> {
	readonly #stream = new TransformStream<ZipEntry, ZipEntry>();
	readonly #writer = this.#stream.writable.getWriter();

	push(entry: ZipEntry): Promise<void> {
		return this.#writer.write(entry);
	}

	end(): Promise<void> {
		return this.#writer.close();
	}

	fail(reason: unknown): Promise<void> {
		return this.#writer.abort(reason);
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<ZipEntry> {
		const reader = this.#stream.readable.getReader();
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			yield value;
		}
	}
}

async function pump(zip: ReadableStream<Uint8Array>, target: ByteTarget): Promise<void> {
	const reader = zip.getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (done) break;
		await target.write(value);
	}
}

/** Puts every file below `folder/` into a zip written to `target`. */
export function zipSink(target: ByteTarget, folder: string): FileSink {
	const entries = new EntryQueue();
	const pumping = pump(makeZip(entries), target);
	let failure: { readonly reason: unknown } | null = null;
	pumping.catch((reason: unknown) => (failure = { reason }));
	/** A failing target shows at the next write, not as a write that never ends. */
	const orFailure = async (step: Promise<void>): Promise<void> => {
		step.catch(() => undefined);
		await Promise.race([step, pumping.then(() => new Promise<never>(() => undefined))]);
		if (failure) throw failure.reason;
	};
	return {
		async file(path): Promise<FileWriter> {
			const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
			const writer = writable.getWriter();
			const name = `${folder}/${path}`;
			await orFailure(entries.push({ name, input: readable, lastModified: ZIP_EPOCH }));
			return {
				write: (bytes) => orFailure(writer.write(bytes)),
				close: () => orFailure(writer.close())
			};
		},
		async finish() {
			await orFailure(entries.end());
			await pumping;
			await target.close();
		},
		async abort(reason) {
			await entries.fail(reason).catch(() => undefined);
			await target.abort(reason);
		},
		get bytesCopied() {
			return target.bytesCopied;
		}
	};
}
