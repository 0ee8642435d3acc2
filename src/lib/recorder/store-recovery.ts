// Reading back what was written: a sealed episode block by block, and the whole blocks of one whose writer died.

import type { EpisodeBlock, EpisodeMeta, EpisodeReader } from '$lib/contracts';
import { CodedError } from '$lib/core';
import { decodeBlock, type DecodedBlock, type EpisodeProgress } from './episode-codec';
import { addBlock, NO_BLOCKS, sealedMeta, type BlockTotals } from './episode-writer';
import type { StorageEngine } from './storage-engine';
import { blockIndexOf, blockKey, blocksPrefix, type EpisodeRow } from './store-rows';

async function readBlockBytes(engine: StorageEngine, id: string, index: number): Promise<Uint8Array | null> {
	const value = await engine.read((tx) => tx.get('blocks', blockKey(id, index)));
	return value instanceof Uint8Array ? value : null;
}

/** The block if it is whole and continues `totals`, else null. */
function followingBlock(bytes: Uint8Array | null, id: string, totals: BlockTotals): DecodedBlock | null {
	if (!bytes) return null;
	const decoded = decodeBlock(bytes);
	if (!decoded.ok) return null;
	const { block, previousCrc } = decoded.value;
	const follows =
		block.episodeId === id &&
		block.blockIndex === totals.blockCount &&
		block.rows.firstFrame === totals.frameCount &&
		previousCrc === totals.crc32;
	return follows ? decoded.value : null;
}

/** Streams a sealed episode. Every block is checked against its own checksum, its place, and the closing record. */
export function createEpisodeReader(engine: StorageEngine, meta: EpisodeMeta): EpisodeReader {
	const { closing, id } = meta;
	if (!closing) throw new RangeError(`episode ${id} is not sealed`);
	const damaged = (index: number): CodedError =>
		new CodedError('store_damaged', `block ${index} of episode ${id}`, {
			details: { episode: id, block: index }
		});

	async function* blocks(): AsyncGenerator<EpisodeBlock> {
		let crc = 0;
		let frames = 0;
		for (let index = 0; index < (closing?.blockCount ?? 0); index++) {
			const bytes = await readBlockBytes(engine, id, index);
			const totals = { ...NO_BLOCKS, blockCount: index, frameCount: frames, crc32: crc };
			const decoded = followingBlock(bytes, id, totals);
			if (!decoded) throw damaged(index);
			crc = decoded.crc;
			frames += decoded.block.rows.frameCount;
			if (index + 1 === closing?.blockCount && (crc !== closing.crc32 || frames !== closing.frameCount))
				throw damaged(index);
			yield decoded.block;
		}
	}
	return { meta, blocks };
}

/**
 * IndexedDB promises that the sealing transaction happens whole or not at all. Should a disk break that promise, the
 * newest sealed episode ends with another block than its closing record says: it becomes a torn one again, so that
 * recovery offers what is whole. Called when a store is opened; writes only in that case.
 */
export async function unsealIfTorn(engine: StorageEngine): Promise<void> {
	const rows = (await engine.read((tx) => tx.getAll('episodes'))) as EpisodeRow[];
	const [newest] = rows.sort((a, b) => b.meta.sequence - a.meta.sequence);
	const closing = newest?.meta.status === 'sealed' ? newest.meta.closing : null;
	if (!newest || !closing) return;
	const { id } = newest.meta;
	const bytes = await readBlockBytes(engine, id, closing.blockCount - 1);
	const decoded = bytes && decodeBlock(bytes);
	if (decoded?.ok && decoded.value.crc === closing.crc32) return;
	const meta: EpisodeMeta = { ...newest.meta, status: 'recording', closing: null };
	await engine.write('strict', (tx) => tx.put('episodes', id, { ...newest, meta }));
}

/** Rows up to the last block that is there and whole by itself, for an offer to recover; 0 when there is none. */
export async function countRecoverableFrames(engine: StorageEngine, id: string): Promise<number> {
	const key = await engine.read((tx) => tx.lastKey('blocks', blocksPrefix(id)));
	for (let index = key === undefined ? -1 : blockIndexOf(key); index >= 0; index--) {
		const bytes = await readBlockBytes(engine, id, index);
		const decoded = bytes && decodeBlock(bytes);
		if (decoded?.ok) return decoded.value.block.rows.firstFrame + decoded.value.block.rows.frameCount;
	}
	return 0;
}

/**
 * Seals the blocks from the first up to the first bad one, and removes the rest, in one strict transaction. Without one
 * whole block the episode is removed and null returned.
 */
export async function recoverEpisode(engine: StorageEngine, row: EpisodeRow): Promise<EpisodeMeta | null> {
	const { id } = row.meta;
	let totals = NO_BLOCKS;
	let progress: EpisodeProgress | null = null;
	for (;;) {
		const bytes = await readBlockBytes(engine, id, totals.blockCount);
		const decoded = followingBlock(bytes, id, totals);
		if (!bytes || !decoded) break;
		totals = addBlock(totals, decoded.block, bytes);
		progress = decoded.progress;
	}
	const meta = progress && totals.frameCount > 0 ? sealedMeta(row.meta, totals, progress, true) : null;
	await engine.write('strict', async (tx) => {
		const lastKey = await tx.lastKey('blocks', blocksPrefix(id));
		const last = lastKey === undefined ? -1 : blockIndexOf(lastKey);
		for (let index = totals.blockCount; index <= last; index++)
			await tx.delete('blocks', blockKey(id, index));
		if (meta) return tx.put('episodes', id, { ...row, meta });
		await tx.deleteAll('blocks', blocksPrefix(id));
		return tx.delete('episodes', id);
	});
	return meta;
}
