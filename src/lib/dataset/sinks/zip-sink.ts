// A dataset tree as one zip, streamed: files are stored as they come (video does not shrink), sizes and CRCs follow each
// file, zip64 where needed. Equal trees give equal zips: every entry is dated 1 January 1980, midnight, the first moment
// a zip knows. client-zip makes the format; here its pull becomes our push, with the target's pace passed back.

import { makeZip } from 'client-zip';
import type { FileSink, FileWriter } from '$lib/contracts';
import type { ByteTarget } from './byte-target';
import { Channel } from './channel';

/** client-zip writes local time, so the date is local as well. */
const ZIP_EPOCH = new Date(1980, 0, 1);

interface ZipEntry {
	readonly name: string;
	readonly input: Channel<Uint8Array>;
	readonly lastModified: Date;
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
	const entries = new Channel<ZipEntry>();
	let open: Channel<Uint8Array> | null = null;
	/** Ends whoever waits, and every later write, with the reason. */
	const fail = (reason: unknown): void => {
		entries.fail(reason);
		open?.fail(reason);
	};
	let failure: { readonly reason: unknown } | null = null;
	const pumping = pump(makeZip(entries), target).catch((reason: unknown) => {
		failure = { reason };
		fail(reason);
	});
	return {
		async file(path): Promise<FileWriter> {
			const input = new Channel<Uint8Array>();
			await entries.push({ name: `${folder}/${path}`, input, lastModified: ZIP_EPOCH });
			open = input;
			if (failure) throw failure.reason;
			return {
				// An empty piece would end the file.
				write: (bytes) => (bytes.length > 0 ? input.push(bytes) : Promise.resolve()),
				close: () => input.end()
			};
		},
		async finish() {
			await entries.end();
			await pumping;
			if (failure) throw failure.reason;
			await target.close();
		},
		async abort(reason) {
			fail(reason);
			await pumping;
			await target.abort(reason);
		},
		get bytesCopied() {
			return target.bytesCopied;
		}
	};
}
