// May this chunk be played at all? Knows what the policy promised and where joints can be; knows no time.

import type { ActionChunk } from '$lib/contracts';

export interface ChunkFacts {
	/** N. */
	readonly joints: number;
	/** Actions per second. */
	readonly fps: number;
	/** Actions in one chunk. */
	readonly chunkSize: number;
	/** Per joint, dataset units: an action outside is no action of this arm. */
	readonly least: readonly number[];
	readonly most: readonly number[];
}

export type ChunkFault = 'shape' | 'rate' | 'not-finite' | 'out-of-range';

/** What is wrong with the chunk; null when nothing is. One bad number spoils it: half a chunk is a motion nobody planned. */
export function chunkFault(chunk: ActionChunk, facts: ChunkFacts): ChunkFault | null {
	const { joints, chunkSize } = facts;
	if (chunk.joints !== joints || chunk.actions.length !== joints * chunkSize) return 'shape';
	if (!(Math.abs(chunk.fps - facts.fps) <= 1e-6 * facts.fps)) return 'rate';
	let fault: ChunkFault | null = null;
	for (let i = 0; i < chunk.actions.length; i++) {
		const value = chunk.actions[i] ?? Number.NaN;
		if (!Number.isFinite(value)) return 'not-finite';
		if (!(value >= (facts.least[i % joints] ?? 0) && value <= (facts.most[i % joints] ?? 0)))
			fault = 'out-of-range';
	}
	return fault;
}
