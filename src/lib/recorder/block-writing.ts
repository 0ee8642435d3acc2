// Turns a stream of whole rows into appended blocks: one write at a time, a block as soon as it is full or its first row
// is old enough, larger blocks while the store lags, and an end when it lags for a second.

import type { EpisodeBlock, ErrorCode } from '$lib/contracts';
import { CodedError, type Scheduler, type Timer } from '$lib/core';
import { createBlockBuilder } from './block-builder';
import { BLOCK_MS, blockDurability, rowsPerBlock } from './durability';
import type { EpisodeProgress } from './episode-codec';
import type { EpisodeWriter } from './recording-store';
import type { WholeRow } from './row-assembler';

export interface BlockWritingOptions {
	readonly writer: EpisodeWriter;
	readonly cameras: number;
	readonly joints: number;
	readonly fps: number;
	readonly scheduler: Scheduler;
	/** `fresh`: spend a little more for newest statistics (strict blocks only). */
	readonly progress: (fresh: boolean) => EpisodeProgress;
	readonly onWritten: () => void;
	/** The recording has to end; more rows than fit into a second are never kept. */
	readonly onFailed: (code: ErrorCode) => void;
}

export interface BlockWriting {
	add(row: WholeRow): void;
	/** False while rows pile up behind a write. */
	readonly keepsUp: boolean;
	/**
	 * Waits for the write in progress and gives what was not written yet, for the sealing transaction. `failed`: why rows
	 * were lost on the way, if any were.
	 */
	finish(): Promise<{ readonly block: EpisodeBlock | null; readonly failed: ErrorCode | null }>;
}

/** Rows of one second may wait in memory; then the store is too slow. */
const MAX_WAITING_S = 1;

export function createBlockWriting(options: BlockWritingOptions): BlockWriting {
	const { writer, cameras, joints, fps, scheduler, progress, onWritten, onFailed } = options;
	const builder = createBlockBuilder(writer.meta.id, cameras, joints);
	const blockRows = rowsPerBlock(fps);
	let writing: Promise<void> | null = null;
	let timer: Timer | null = null;
	let done = false;
	let failed: ErrorCode | null = null;

	const write = (): void => {
		timer?.cancel();
		timer = null;
		const block = builder.take();
		if (!block) return;
		const durability = blockDurability(block.blockIndex);
		writing = writer.append(block, progress(durability === 'strict'), durability).then(
			() => {
				writing = null;
				if (!done && builder.waiting >= blockRows) write();
				else if (!done) arm();
				onWritten();
			},
			(error: unknown) => {
				writing = null;
				fail(error instanceof CodedError && error.code === 'storage_full' ? 'storage_full' : 'no_indexeddb');
			}
		);
	};

	/** The block that was refused is lost, and with it every row behind it. */
	const fail = (code: ErrorCode): void => {
		if (failed) return;
		failed = code;
		onFailed(code);
	};

	/** Rows never wait longer than one block's time, even when ticks fail and the block does not fill. */
	const arm = (): void => {
		if (timer || builder.waiting === 0) return;
		timer = scheduler.at(scheduler.now() + BLOCK_MS, () => {
			timer = null;
			if (!done && !writing) write();
		});
	};

	return {
		add(row) {
			if (failed) return;
			builder.add(row);
			// What waits may still be written: it goes into the sealing transaction.
			if (builder.waiting > Math.max(2 * blockRows, fps * MAX_WAITING_S)) onFailed('storage_too_slow');
			if (writing || done) return;
			if (builder.waiting >= blockRows) write();
			else arm();
		},
		get keepsUp() {
			return builder.waiting < 2 * blockRows;
		},
		async finish() {
			done = true;
			timer?.cancel();
			while (writing) await writing;
			return { block: failed ? null : builder.take(), failed };
		}
	};
}
