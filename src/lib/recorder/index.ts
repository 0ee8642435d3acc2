// Recording: from ticks and pictures to sealed episodes in a seat's store, and out again as readers.

export { openIdbArmStore } from './arm-store';
export { loadEpisodeFrames, type EpisodeFrames, type FrameRows } from './episode-frames';
export { decodeBlock, encodeBlock, type EpisodeProgress } from './episode-codec';
export { prepareRecorder } from './episode-recorder';
export { createFakeEncoderFactory, readFakePacket } from './fake-encoder';
export { createFramePicker } from './frame-picker';
export { openIdbStore, seatDatabaseName } from './idb-store';
export { createImageStats } from './image-stats';
export { openMemoryStore } from './memory-store';
export { openIdbOutboxEngine } from './outbox-engine';
export { openIdbPolicyEngine } from './policy-engine';
export { openIdbTrainingEngine } from './training-engine';
export {
	askToPersist,
	expectedBytesPerSecond,
	refusalBeforeStart,
	secondsThatFit,
	storageRoom,
	type StorageProbe,
	type StorageRoom
} from './quota';
export {
	IDLE,
	recorderTransition,
	type RecorderEffect,
	type RecorderEvent,
	type RecorderState
} from './recorder-machine';
export type {
	EpisodeRecorder,
	EpisodeRecorderOptions,
	RecordingCounts,
	RecordingEnd
} from './recorder-types';
export type {
	DatasetListing,
	EpisodeWriter,
	NewEpisode,
	RecordingStore,
	RecoverableEpisode
} from './recording-store';
export type { StorageEngine, StorageTransaction } from './storage-engine';
export { makeThumbnail } from './thumbnail';
export type { VideoEncoderFactory, VideoEncoderLike } from './video-encoder';
export { chooseVideoCodec, createWebCodecsFactory, type VideoCodecName } from './webcodecs-encoder';
