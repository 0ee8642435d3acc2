// How often what is recorded becomes durable. A killed process loses the block being filled and the one being written,
// a power cut everything since the last strict transaction.

/** Pictures wait at most this long for their block to close; with encoding and writing that stays below 250 ms. */
export const BLOCK_MS = 200;
/** Every n-th block is strict, so that at most four blocks (0.8 s) and the one in memory are younger than the disk. */
export const STRICT_EVERY_BLOCKS = 4;

/** Rows of one block at a rate: 6 at 30 fps. */
export function rowsPerBlock(fps: number): number {
	return Math.max(1, Math.floor((BLOCK_MS * fps) / 1000));
}

export function blockDurability(blockIndex: number): 'relaxed' | 'strict' {
	return blockIndex % STRICT_EVERY_BLOCKS === STRICT_EVERY_BLOCKS - 1 ? 'strict' : 'relaxed';
}
