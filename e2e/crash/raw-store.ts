// The seat's database as it lies on the disk, read in the page past the product's own code: which episodes there are, and
// of each how many rows its blocks hold up to the first block that is damaged, missing or in the wrong place. A second
// reading of the block layout in src/lib/recorder/episode-codec.ts, so that a mistake there is not believed here.
import type { Page } from '@playwright/test';

export interface RawEpisode {
	readonly id: string;
	readonly status: 'recording' | 'sealed' | 'discarded';
	readonly sequence: number;
	readonly interrupted: boolean;
	readonly startedAtEpochMs: number;
	/** From the closing record; null while it is not sealed. */
	readonly closing: {
		readonly frameCount: number;
		readonly blockCount: number;
		readonly crc32: number;
	} | null;
	/** Blocks that are whole and follow each other from the first on. */
	readonly wholeBlocks: number;
	/** Blocks that are there at all. */
	readonly storedBlocks: number;
	readonly frames: number;
	/** Checksum chained over the whole blocks. */
	readonly crc32: number;
	/** Capture time of the last row of the whole blocks, since the first row; NaN without one. */
	readonly lastCaptureMs: number;
	/** When recording began by the newest whole block. */
	readonly blockStartedAtEpochMs: number;
}

/** Every episode of the seat, by sequence. */
export async function readRawStore(page: Page, seatId = 'local'): Promise<RawEpisode[]> {
	const episodes = await page.evaluate(readDatabase, `edubotics-seat-${seatId}`);
	return episodes.sort((a, b) => a.sequence - b.sequence);
}

/** Runs in the page: nothing outside of it is visible here. */
async function readDatabase(name: string): Promise<RawEpisode[]> {
	const answer = <T>(request: IDBRequest<T>): Promise<T> =>
		new Promise((resolve, reject) => {
			request.onsuccess = () => resolve(request.result);
			request.onerror = () => reject(request.error ?? new Error('no reason given'));
		});
	const table = new Uint32Array(256);
	for (let n = 0; n < 256; n++) {
		let c = n;
		for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
		table[n] = c;
	}
	const crc32 = (bytes: Uint8Array, before: number): number => {
		let c = ~before;
		for (const byte of bytes) c = (table[(c ^ byte) & 255] ?? 0) ^ (c >>> 8);
		return ~c >>> 0;
	};

	const db = await answer(indexedDB.open(name));
	try {
		const read = <T>(store: string, ask: (from: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
			answer(ask(db.transaction(store, 'readonly').objectStore(store)));
		const rows = (await read('episodes', (store) => store.getAll())) as { meta: RawEpisode }[];
		const found: RawEpisode[] = [];
		for (const { meta } of rows) {
			const range = IDBKeyRange.bound(`${meta.id}/`, `${meta.id}/\uffff`);
			const blocks = (await read('blocks', (store) => store.getAll(range))) as Uint8Array[];
			let wholeBlocks = 0;
			let frames = 0;
			let crc = 0;
			let lastCaptureMs = NaN;
			let blockStartedAtEpochMs = NaN;
			for (const bytes of blocks) {
				const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
				const u32 = (at: number): number => view.getUint32(at, true);
				const total = u32(32);
				const rowCount = u32(16);
				const placed =
					bytes.length === total && u32(8) === wholeBlocks && u32(12) === frames && u32(24) === crc;
				const checksum = placed ? crc32(bytes.subarray(0, total - 4), crc) : -1;
				if (!placed || checksum !== u32(total - 4)) break;
				const header = bytes.slice(total - 4 - u32(28), total - 4);
				const text = JSON.parse(new TextDecoder().decode(header)) as {
					episodeId: string;
					progress: { startedAtEpochMs: number };
				};
				if (text.episodeId !== meta.id) break;
				wholeBlocks += 1;
				frames += rowCount;
				crc = checksum;
				if (rowCount > 0) lastCaptureMs = view.getFloat64(40 + 8 * (rowCount - 1), true);
				blockStartedAtEpochMs = text.progress.startedAtEpochMs;
			}
			const { id, status, sequence, interrupted, startedAtEpochMs } = meta;
			const closing = meta.closing && {
				frameCount: meta.closing.frameCount,
				blockCount: meta.closing.blockCount,
				crc32: meta.closing.crc32
			};
			found.push({
				...{ id, status, sequence, interrupted, startedAtEpochMs, closing },
				...{
					wholeBlocks,
					storedBlocks: blocks.length,
					frames,
					crc32: crc,
					lastCaptureMs,
					blockStartedAtEpochMs
				}
			});
		}
		return found;
	} finally {
		db.close();
	}
}

/** What is wrong with a sealed episode; empty when every block is there, whole, in its place and as the closing record says. */
export function flawsOf(episode: RawEpisode): string[] {
	const { closing, status } = episode;
	if (closing === null) return [`${status} without a closing record`];
	const flaws: string[] = [];
	if (episode.storedBlocks !== closing.blockCount)
		flaws.push(`${episode.storedBlocks} blocks of ${closing.blockCount}`);
	if (episode.wholeBlocks !== closing.blockCount)
		flaws.push(`${episode.wholeBlocks} whole blocks of ${closing.blockCount}`);
	if (episode.frames !== closing.frameCount) flaws.push(`${episode.frames} rows of ${closing.frameCount}`);
	if (episode.crc32 !== closing.crc32) flaws.push('another checksum');
	return flaws;
}
