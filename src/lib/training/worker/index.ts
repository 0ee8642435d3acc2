// Side door of the training room: everything that computes. For the TRAINING worker only; a page takes `$lib/training`.

export { createCheckpointStore, type CheckpointStore, type TrainingEngine } from '../run/checkpoint';
export { bytesPerRow, fingerprintOf, patchOrder, writePatches } from '../data/examples';
export type { EpisodeExamples, ExampleFacts, Examples } from '../data/examples';
export { MOST_BYTES } from '../data/check-episodes';
export { examplesFromEpisodes, type PictureDecoder } from '../data/from-episodes';
export { decodeWithWebCodecs } from '../data/web-codecs';
export { finishTraining } from '../run/finish';
export { hasWasmSimd } from '../net/jax';
export { PATCH_KEYPOINT, type NetShape } from '../net/shape';
export { runTraining, type RunControl } from '../run/run-training';
