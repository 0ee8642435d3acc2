// Playing a policy's answers: chunks in, one joint target per loop tick out.

export { LEAST_SPEED, createChunkPlayer } from './chunk-player';
export type {
	ChunkFate,
	ChunkPlayer,
	PlayerCounters,
	PlayerFacts,
	PlayerGate,
	PlayerOptions
} from './chunk-player';
export { createLatencyBook, type LatencyBook, type LatencyFigures } from './latency-book';
