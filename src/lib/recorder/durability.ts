// How often what is recorded becomes durable. A killed process loses the block being filled and the one being written,
// a power cut everything since the last strict transaction.

/**
 * Rows wait at most this long for their block to close. Before that a tick waits for its batch (33 ms) and its picture for
 * the next one (33 ms), both are encoded, and afterwards the block is written: from capture to disk below 250 ms.
 */
export const BLOCK_MS = 140;
/** Every n-th block is strict, so that at most six blocks (0.8 s) and the one in memory are younger than the disk. */
export const STRICT_EVERY_BLOCKS = 6;

/** Rows of one block at a rate: 4 at 30 fps. */
export function rowsPerBlock(fps: number): number {
	return Math.max(1, Math.floor((BLOCK_MS * fps) / 1000));
}

export function blockDurability(blockIndex: number): 'relaxed' | 'strict' {
	return blockIndex % STRICT_EVERY_BLOCKS === STRICT_EVERY_BLOCKS - 1 ? 'strict' : 'relaxed';
}
