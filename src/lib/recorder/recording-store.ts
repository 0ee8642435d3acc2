// What a seat's recordings are kept in. One store per seat; implementations differ only in the engine underneath.
// Rejections are CodedErrors with codes of `contracts/error-codes`: storage_full, quota_zero, store_from_future,
// store_blocked, store_damaged, no_indexeddb. Calls that make no sense (an unknown episode, a second append at the same
// place) reject with a RangeError: a defect, not an outcome.

import type {
	ArmRef,
	CameraInfo,
	EpisodeBlock,
	EpisodeMeta,
	EpisodeReader,
	EpisodeRun
} from '$lib/contracts';
import type { EpisodeProgress } from './episode-codec';
import type { Durability } from './storage-engine';

export const STORE_SCHEMA_VERSION = 1;

/** Everything that is known when recording starts. */
export interface NewEpisode {
	readonly datasetId: string;
	readonly task: string;
	readonly fps: number;
	readonly robotType: string;
	readonly simulated: boolean;
	readonly arms: readonly ArmRef[];
	readonly jointNames: readonly string[];
	readonly cameras: readonly CameraInfo[];
	/** It shows a policy driving. */
	readonly run?: EpisodeRun;
}

export interface EpisodeEnd {
	/** Rows not yet appended; they become durable in the sealing transaction itself. */
	readonly block: EpisodeBlock | null;
	readonly progress: EpisodeProgress;
	readonly interrupted: boolean;
}

/** The one writer of a running episode. Calls must not overlap. */
export interface EpisodeWriter {
	readonly meta: EpisodeMeta;
	/** Acknowledged = the block survives at least the death of this process (`strict`: a power cut). */
	append(block: EpisodeBlock, progress: EpisodeProgress, durability: Durability): Promise<void>;
	setThumbnail(camera: number, image: Uint8Array): Promise<void>;
	/** One strict transaction. An episode without rows is removed instead and gives null. */
	seal(end: EpisodeEnd): Promise<EpisodeMeta | null>;
	/** Bytes of the blocks appended so far. */
	readonly byteCount: number;
	/** Lets go without sealing: what was appended can be recovered. */
	release(): void;
}

/** A running episode whose writer is gone, as far as its whole blocks go. */
export interface RecoverableEpisode {
	readonly meta: EpisodeMeta;
	/** Rows in the blocks found; recovery keeps at most these. */
	readonly frameCount: number;
}

export interface DatasetListing {
	readonly id: string;
	readonly name: string;
	readonly createdAtEpochMs: number;
	readonly episodes: number;
	/** Of these, what a person or the expert did; the others show runs of models. */
	readonly demonstrations: number;
	readonly frames: number;
	readonly seconds: number;
	readonly bytes: number;
	/** Rate of its episodes; null while it has none or they differ. */
	readonly fps: number | null;
	readonly simulated: boolean;
	/** First picture of each camera of the first episode that has them. */
	readonly thumbnails: readonly Uint8Array[];
}

export interface RecordingStore {
	readonly seatId: string;
	/** Identity of this store's data together with EpisodeMeta.sequence; made when the store was created. */
	readonly deviceId: string;

	createDataset(name: string): Promise<string>;
	renameDataset(id: string, name: string): Promise<void>;
	listDatasets(): Promise<DatasetListing[]>;
	/** Hides the dataset with its episodes; `undoDeleteDataset` brings both back until `purge`. */
	deleteDataset(id: string): Promise<void>;
	undoDeleteDataset(id: string): Promise<void>;

	beginEpisode(episode: NewEpisode): Promise<EpisodeWriter>;
	/** By sequence. Sealed ones only unless asked otherwise. */
	listEpisodes(filter?: { datasetId?: string; status?: EpisodeMeta['status'] }): Promise<EpisodeMeta[]>;
	/** A sealed or discarded-after-sealing episode. Its blocks() rejects with `store_damaged` at the first bad block. */
	openEpisode(id: string): Promise<EpisodeReader>;
	recoverable(): Promise<RecoverableEpisode[]>;
	/** Seals what is whole, marked interrupted; null when not even one block is. Repeating it changes nothing. */
	recover(id: string): Promise<EpisodeMeta | null>;
	discard(id: string): Promise<void>;
	undoDiscard(id: string): Promise<void>;
	/** Removes for good what was discarded or deleted before `beforeEpochMs` (default: all of it). */
	purge(beforeEpochMs?: number): Promise<void>;
	/** Bytes of recorded blocks, discarded ones included. */
	recordedBytes(): Promise<number>;
	/** Removes the seat's data and closes the store. Refused (RangeError) while an episode is being written. */
	wipe(): Promise<void>;
	close(): void;
}
