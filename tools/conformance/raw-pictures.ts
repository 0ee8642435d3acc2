// The pictures of a recording as they were before the video codec saw them: copies of what RECORDER gives to its encoders, taken
// in the worker from outside. The product keeps no such pictures and knows nothing of this.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page, Worker } from '@playwright/test';

/** In the order in which the recorder opens its tracks; judge_parity.py finds every picture's number painted into it. */
export const RAW_CAMERAS = ['top', 'wrist'] as const;
const PER_TRANSFER = 24;

interface Kept {
	readonly encoder: VideoEncoder;
	readonly data: Uint8Array;
}
interface Tapped {
	rawPictures: Kept[];
	VideoFrame: typeof VideoFrame;
}

export interface RawPictures {
	/**
	 * Writes `episode-000.<camera>.i420` and so on, pictures one after the other in the order of the rows. Only when all is recorded:
	 * RECORDER does nothing else meanwhile. `rows`: of each episode; throws when its cameras did not give as many pictures.
	 */
	take(folder: string, rows: readonly number[]): Promise<void>;
}

/** From now on, every picture that RECORDER encodes is copied. */
export async function tapRawPictures(page: Page): Promise<RawPictures> {
	const recorder = page.workers().find((worker) => worker.url().includes('recorder.worker'));
	if (recorder === undefined) throw new Error('the page has no RECORDER');
	await recorder.evaluate(() => {
		const here = globalThis as unknown as Tapped;
		here.rawPictures = [];
		let newest: Uint8Array | null = null;
		here.VideoFrame = class extends VideoFrame {
			constructor(data: AllowSharedBufferSource, init: VideoFrameBufferInit) {
				super(data, init);
				const view = data as Uint8Array;
				newest = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
			}
		} as unknown as typeof VideoFrame;
		// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its encoder below
		const encode = VideoEncoder.prototype.encode;
		VideoEncoder.prototype.encode = function (this: VideoEncoder, ...given) {
			if (newest !== null) here.rawPictures.push({ encoder: this, data: newest });
			newest = null;
			encode.apply(this, given);
		};
	});
	return { take: (folder, rows) => take(recorder, folder, rows) };
}

async function take(recorder: Worker, folder: string, rows: readonly number[]): Promise<void> {
	const counts = await recorder.evaluate(() => {
		const { rawPictures } = globalThis as unknown as Tapped;
		const encoders = [...new Set(rawPictures.map(({ encoder }) => encoder))];
		return encoders.map((one) => rawPictures.filter(({ encoder }) => encoder === one).length);
	});
	const due = rows.flatMap((length) => RAW_CAMERAS.map(() => length));
	if (counts.join() !== due.join())
		throw new Error(`encoders were given ${counts.join(', ')} pictures, ${due.join(', ')} are due`);
	for (const [encoder, count] of counts.entries()) {
		const camera = RAW_CAMERAS[encoder % RAW_CAMERAS.length] ?? '';
		const episode = String(Math.floor(encoder / RAW_CAMERAS.length)).padStart(3, '0');
		const pieces: Buffer[] = [];
		for (let from = 0; from < count; from += PER_TRANSFER)
			pieces.push(Buffer.from(await slice(recorder, encoder, from), 'base64'));
		writeFileSync(join(folder, `episode-${episode}.${camera}.i420`), Buffer.concat(pieces));
	}
}

/** Base64 of up to PER_TRANSFER pictures of one encoder. */
function slice(recorder: Worker, encoder: number, from: number): Promise<string> {
	return recorder.evaluate(
		async ([at, begin, count]) => {
			const { rawPictures } = globalThis as unknown as Tapped;
			const encoders = [...new Set(rawPictures.map((kept) => kept.encoder))];
			const own = rawPictures.filter((kept) => kept.encoder === encoders[at]);
			const blob = new Blob(own.slice(begin, begin + count).map(({ data }) => data as BlobPart));
			const reader = new FileReader();
			const url = await new Promise<string>((resolve) => {
				reader.onload = () => resolve(reader.result as string);
				reader.readAsDataURL(blob);
			});
			return url.slice(url.indexOf(',') + 1);
		},
		[encoder, from, PER_TRANSFER] as const
	);
}
