// What the dataset room reads from and writes to. Paths are POSIX, relative to the dataset's root.

import type { EpisodeReader } from './episode';

export interface DatasetSource {
	/** Shown to people and used for the folder name. */
	readonly name: string;
	/** Episodes in the order they get their `episode_index`. */
	readonly episodes: readonly EpisodeReader[];
}

/** One file being written. Bytes are handed over in order; the sink applies back-pressure through the promise. */
export interface FileWriter {
	write(bytes: Uint8Array): Promise<void>;
	close(): Promise<void>;
}

/** A folder, a zip, an upload or memory. Files are written one after the other; `finish` makes the whole usable. */
export interface FileSink {
	file(path: string): Promise<FileWriter>;
	finish(): Promise<void>;
	/** Removes what was written so far. */
	abort(reason: unknown): Promise<void>;
	/** Bytes this sink moved into buffers of its own; absent when it passes them on as they come. */
	readonly bytesCopied?: number;
}

export interface ExportProgress {
	readonly episodesDone: number;
	readonly episodesTotal: number;
	readonly bytesWritten: number;
}

export interface DatasetSummary {
	readonly episodes: number;
	readonly frames: number;
	readonly bytesWritten: number;
	/** Payload bytes copied in script while writing, for the copy budget. */
	readonly bytesCopied: number;
	readonly files: readonly string[];
}
