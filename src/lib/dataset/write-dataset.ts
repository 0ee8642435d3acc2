// Writes sealed episodes as a LeRobotDataset v3.0 tree, file after file, into any sink. Equal episodes give equal bytes:
// no clock, no random number, no library version goes into a file. meta/info.json comes last, so a tree that stops
// half-way is not taken for a dataset by any reader. Knows neither where the episodes are stored nor where the files go.

import type { DatasetSource, DatasetSummary, ExportProgress, FileSink } from '$lib/contracts';
import { datasetError } from './errors';
import { readEpisode, type EpisodeContent } from './episode-content';
import { episodeData, episodesTable, tasksTable, type EpisodeRecord } from './episode-tables';
import { featuresOf, type Feature } from './features';
import {
	CHUNKS_SIZE,
	EPISODES_PATH,
	INFO_PATH,
	STATS_PATH,
	TASKS_PATH,
	dataPath,
	fileIndexOf,
	videoPath
} from './layout';
import { infoJson, statsJson } from './meta-json';
import { mp4Header } from './mp4-header';
import { commonShape, trackOf, type DatasetShape } from './shape';
import { imageStats, mergeStats, type FeatureStats } from './stats';

export interface WriteDatasetOptions {
	readonly signal?: AbortSignal;
	/** After every file. */
	readonly onProgress?: (progress: ExportProgress) => void;
	readonly layout?: {
		/** Files per chunk folder; LeRobot's 1000 unless told. */
		readonly chunksSize?: number;
		/** Episodes above this many stored bytes are read once per camera instead of being held. */
		readonly holdLimitBytes?: number;
	};
}

/** Hands files to the sink and counts what passes. */
class CountingFiles {
	readonly paths: string[] = [];
	bytesWritten = 0;
	bytesCopied = 0;
	readonly #sink: FileSink;

	constructor(sink: FileSink) {
		this.#sink = sink;
	}

	async write(path: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
		const file = await this.#sink.file(path);
		for await (const bytes of pieces) {
			await file.write(bytes);
			this.bytesWritten += bytes.length;
		}
		await file.close();
		this.paths.push(path);
	}

	/** A file built in memory: its pages or lines were gathered into it once. */
	async writeBuilt(path: string, bytes: Uint8Array): Promise<void> {
		this.bytesCopied += bytes.length;
		await this.write(path, [bytes]);
	}

	async writeText(path: string, text: string): Promise<void> {
		await this.writeBuilt(path, new TextEncoder().encode(text));
	}
}

class DatasetWriter {
	readonly #source: DatasetSource;
	readonly #options: WriteDatasetOptions;
	readonly #shape: DatasetShape;
	readonly #features: readonly Feature[];
	readonly #files: CountingFiles;
	readonly #tasks: string[] = [];
	readonly #records: EpisodeRecord[] = [];
	#frames = 0;

	constructor(
		source: DatasetSource,
		shape: DatasetShape,
		files: CountingFiles,
		options: WriteDatasetOptions
	) {
		this.#source = source;
		this.#shape = shape;
		this.#features = featuresOf(shape);
		this.#files = files;
		this.#options = options;
	}

	async run(): Promise<void> {
		for (const index of this.#source.episodes.keys()) await this.#episode(index);
		await this.#meta();
	}

	get #chunksSize(): number {
		return this.#options.layout?.chunksSize ?? CHUNKS_SIZE;
	}

	#taskIndex(task: string): number {
		const known = this.#tasks.indexOf(task);
		return known >= 0 ? known : this.#tasks.push(task) - 1;
	}

	async #episode(episodeIndex: number): Promise<void> {
		const reader = this.#source.episodes[episodeIndex];
		if (!reader) throw new RangeError(`no episode ${episodeIndex}`);
		const { meta } = reader;
		const { signal, layout } = this.#options;
		const content = await readEpisode(reader, {
			...(signal ? { signal } : {}),
			...(layout?.holdLimitBytes === undefined ? {} : { holdLimitBytes: layout.holdLimitBytes })
		});
		this.#files.bytesCopied += content.bytesCopied;
		const place = {
			episodeIndex,
			firstIndex: this.#frames,
			taskIndex: this.#taskIndex(meta.task),
			fps: this.#shape.fps
		};
		const file = fileIndexOf(episodeIndex, this.#chunksSize);
		const data = episodeData(this.#features, content.rows, place);
		await this.#files.writeBuilt(dataPath(file), data.bytes);
		const stats = new Map<string, FeatureStats>();
		for (const feature of this.#features) {
			const own = feature.kind === 'video' ? meta.cameras[feature.cameraIndex]?.stats : undefined;
			const found = own ? imageStats(own) : data.stats.get(feature.key);
			if (found) stats.set(feature.key, found);
			if (feature.kind !== 'video') continue;
			await this.#video(episodeIndex, feature.cameraIndex, content, videoPath(feature.key, file));
			this.#progress();
		}
		this.#frames += content.rows.count;
		this.#records.push({ length: content.rows.count, task: meta.task, stats });
		this.#progress();
	}

	async #video(episodeIndex: number, camera: number, content: EpisodeContent, path: string): Promise<void> {
		const reader = this.#source.episodes[episodeIndex];
		const track = content.tracks[camera];
		if (!reader || !track) throw new RangeError(`no camera ${camera} in episode ${episodeIndex}`);
		const { signal } = this.#options;
		const header = await mp4Header(trackOf(reader.meta, camera), track, this.#shape.fps);
		// The muxer's boxes were gathered once and joined once.
		this.#files.bytesCopied += 2 * header.length;
		await this.#files.write(
			path,
			(async function* () {
				yield header;
				for await (const packet of track.packets(signal)) {
					signal?.throwIfAborted();
					yield packet;
				}
			})()
		);
	}

	async #meta(): Promise<void> {
		const totals = {
			episodes: this.#records.length,
			frames: this.#frames,
			tasks: this.#tasks.length,
			chunksSize: this.#chunksSize
		};
		await this.#files.writeBuilt(TASKS_PATH, tasksTable(this.#tasks));
		const episodes = episodesTable(this.#shape, this.#features, this.#records, this.#chunksSize);
		await this.#files.writeBuilt(EPISODES_PATH, episodes);
		await this.#files.writeText(STATS_PATH, statsJson(this.#mergedStats()));
		await this.#files.writeText(INFO_PATH, infoJson(this.#shape, this.#features, totals));
		this.#progress();
	}

	/** Of the features every episode has statistics for: a camera without any is left out, not guessed. */
	#mergedStats(): ReadonlyMap<string, FeatureStats> {
		const merged = new Map<string, FeatureStats>();
		for (const { key } of this.#features) {
			const parts = this.#records.map((record) => record.stats.get(key)).filter((part) => part !== undefined);
			if (parts.length === this.#records.length) merged.set(key, mergeStats(parts));
		}
		return merged;
	}

	#progress(): void {
		this.#options.signal?.throwIfAborted();
		this.#options.onProgress?.({
			episodesDone: this.#records.length,
			episodesTotal: this.#source.episodes.length,
			bytesWritten: this.#files.bytesWritten
		});
	}
}

/**
 * Writes the episodes of `source`, in order, as a LeRobotDataset v3.0 into `sink`, and finishes the sink.
 *
 * Episodes that cannot share a dataset, or are not sealed, are refused by name before anything is written (codes in
 * `errors.ts`). A torn episode, a failing sink or `signal` aborts the sink, so nothing half-written stays; the reason is
 * thrown. Memory: one episode's rows, and its packets when it is small (`HOLD_LIMIT_BYTES`).
 */
export async function writeDataset(
	source: DatasetSource,
	sink: FileSink,
	options: WriteDatasetOptions = {}
): Promise<DatasetSummary> {
	const files = new CountingFiles(sink);
	try {
		options.signal?.throwIfAborted();
		const shape = commonShape(source.episodes.map((episode) => episode.meta));
		const writer = new DatasetWriter(source, shape, files, options);
		await writer.run();
		await sink.finish();
		return {
			episodes: source.episodes.length,
			frames: source.episodes.reduce((sum, { meta }) => sum + meta.frameCount, 0),
			bytesWritten: files.bytesWritten,
			bytesCopied: files.bytesCopied + (sink.bytesCopied ?? 0),
			files: files.paths
		};
	} catch (error) {
		// The first failure is the one to tell. What an abort that fails too leaves behind has no info.json.
		await sink.abort(error).catch(() => undefined);
		if (options.signal?.aborted === true)
			throw datasetError('export_aborted', 'the export was ended', {}, error);
		throw error;
	}
}
