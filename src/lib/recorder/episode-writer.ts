// Writing one episode: blocks in order with a running checksum, then the closing record in the sealing transaction.

import type { ClosingRecord, EpisodeBlock, EpisodeMeta } from '$lib/contracts';
import { BLOCK_CODEC_VERSION, blockCrc, encodeBlock, type EpisodeProgress } from './episode-codec';
import type { EpisodeWriter } from './recording-store';
import type { StorageEngine } from './storage-engine';
import { blockKey, blocksPrefix, type EpisodeRow } from './store-rows';

/** Sums over the blocks of one episode, in order: what the closing record says. */
export interface BlockTotals {
	readonly blockCount: number;
	readonly frameCount: number;
	readonly byteCount: number;
	readonly crc32: number;
	readonly firstCaptureMs: number;
	readonly lastCaptureMs: number;
}

export const NO_BLOCKS: BlockTotals = {
	blockCount: 0,
	frameCount: 0,
	byteCount: 0,
	crc32: 0,
	firstCaptureMs: NaN,
	lastCaptureMs: NaN
};

export function addBlock(totals: BlockTotals, block: EpisodeBlock, bytes: Uint8Array): BlockTotals {
	const { captureMs, frameCount } = block.rows;
	return {
		blockCount: totals.blockCount + 1,
		frameCount: totals.frameCount + frameCount,
		byteCount: totals.byteCount + bytes.length,
		crc32: blockCrc(bytes),
		firstCaptureMs: totals.frameCount === 0 ? (captureMs[0] ?? NaN) : totals.firstCaptureMs,
		lastCaptureMs: captureMs[frameCount - 1] ?? totals.lastCaptureMs
	};
}

/** The meta row of an episode that ends with these blocks. */
export function sealedMeta(
	meta: EpisodeMeta,
	totals: BlockTotals,
	progress: EpisodeProgress,
	interrupted: boolean
): EpisodeMeta {
	const durationMs = totals.frameCount > 1 ? totals.lastCaptureMs - totals.firstCaptureMs : 0;
	const closing: ClosingRecord = {
		schemaVersion: BLOCK_CODEC_VERSION,
		blockCount: totals.blockCount,
		frameCount: totals.frameCount,
		byteCount: totals.byteCount,
		crc32: totals.crc32
	};
	return {
		...meta,
		status: 'sealed',
		cameras: meta.cameras.map((camera, i) => ({ ...camera, ...progress.cameras[i] })),
		startedAtEpochMs: progress.startedAtEpochMs,
		frameCount: totals.frameCount,
		failedTicks: progress.failedTicks,
		droppedTicks: progress.droppedTicks,
		durationMs,
		achievedFps: durationMs > 0 ? ((totals.frameCount - 1) * 1000) / durationMs : NaN,
		interrupted,
		closing
	};
}

export function createEpisodeWriter(
	engine: StorageEngine,
	row: EpisodeRow,
	onReleased: () => void
): EpisodeWriter {
	const { id } = row.meta;
	let meta = row.meta;
	let totals = NO_BLOCKS;
	let open = true;

	const encoded = (
		block: EpisodeBlock,
		progress: EpisodeProgress
	): { bytes: Uint8Array; next: BlockTotals } => {
		if (!open) throw new RangeError(`episode ${id} is not being written any more`);
		if (
			block.episodeId !== id ||
			block.blockIndex !== totals.blockCount ||
			block.rows.firstFrame !== totals.frameCount
		)
			throw new RangeError(
				`block ${block.blockIndex} does not follow block ${totals.blockCount - 1} of ${id}`
			);
		const bytes = encodeBlock(block, progress, totals.crc32);
		return { bytes, next: addBlock(totals, block, bytes) };
	};

	const release = (): void => {
		if (open) onReleased();
		open = false;
	};

	return {
		get meta() {
			return meta;
		},
		get byteCount() {
			return totals.byteCount;
		},
		async append(block, progress, durability) {
			const { bytes, next } = encoded(block, progress);
			await engine.write(durability, (tx) => tx.put('blocks', blockKey(id, block.blockIndex), bytes));
			totals = next;
		},
		async setThumbnail(camera, image) {
			const cameras = meta.cameras.map((c, i) => (i === camera ? { ...c, thumbnail: image } : c));
			meta = { ...meta, cameras };
			if (open) await engine.write('relaxed', (tx) => tx.put('episodes', id, { ...row, meta }));
		},
		async seal({ block, progress, interrupted }) {
			const last = block && block.rows.frameCount > 0 ? encoded(block, progress) : null;
			if (!open) throw new RangeError(`episode ${id} is not being written any more`);
			const final = last?.next ?? totals;
			const sealed = final.frameCount > 0 ? sealedMeta(meta, final, progress, interrupted) : null;
			await engine.write('strict', async (tx) => {
				if (last) await tx.put('blocks', blockKey(id, totals.blockCount), last.bytes);
				if (sealed) return tx.put('episodes', id, { ...row, meta: sealed });
				await tx.deleteAll('blocks', blocksPrefix(id));
				return tx.delete('episodes', id);
			});
			totals = final;
			if (sealed) meta = sealed;
			release();
			return sealed;
		},
		release
	};
}
