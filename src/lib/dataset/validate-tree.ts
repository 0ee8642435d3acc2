// Reads a written tree back and holds it against itself: tables against info.json, rows against the episode table,
// videos against rows. Finds what LeRobot would only find later, or not at all (its default decoder does not notice a
// video that is one frame short). Decodes no picture.

import { datasetError } from './errors';
import { CAPTURE_TIME } from './features';
import { EPISODES_PATH, INFO_PATH, STATS_PATH, TASKS_PATH, dataPath, videoPath } from './layout';
import { mp4Facts } from './mp4-boxes';
import { keyValue, readTable, type Row, type Table } from './parquet-table';
import type { TreeReader } from './tree-reader';

export interface TreeProblem {
	readonly path: string;
	readonly problem: string;
}

export interface TreeReport {
	readonly episodes: number;
	readonly frames: number;
	readonly problems: readonly TreeProblem[];
}

interface DeclaredFeature {
	readonly dtype: string;
	readonly shape: readonly number[];
	readonly info?: Readonly<Record<string, unknown>>;
}

interface DeclaredDataset {
	readonly codebase_version: string;
	readonly fps: number;
	readonly features: Readonly<Record<string, DeclaredFeature>>;
	readonly total_episodes: number;
	readonly total_frames: number;
	readonly total_tasks: number;
	readonly splits: Readonly<Record<string, string>>;
}

const SAMPLE_ENTRIES: Readonly<Record<string, string>> = { h264: 'avc1', av1: 'av01', vp9: 'vp09' };

class TreeValidator {
	readonly problems: TreeProblem[] = [];
	frames = 0;
	readonly #tree: TreeReader;
	readonly #info: DeclaredDataset;
	readonly #wanted = new Set([INFO_PATH, STATS_PATH, TASKS_PATH, EPISODES_PATH]);

	constructor(tree: TreeReader, info: DeclaredDataset) {
		this.#tree = tree;
		this.#info = info;
	}

	async run(): Promise<void> {
		const tasks = await this.#table(TASKS_PATH);
		const episodes = await this.#table(EPISODES_PATH);
		if (tasks) this.#tasks(tasks);
		for (const [index, episode] of (episodes?.rows ?? []).entries())
			await this.#episode(index, episode, tasks?.rows ?? []);
		this.#totals(episodes?.rows.length ?? 0, tasks?.rows.length ?? 0);
		await this.#stats();
		for (const path of await this.#tree.list())
			if (!this.#wanted.has(path)) this.#say(path, 'belongs to no episode');
	}

	#say(path: string, problem: string): void {
		this.problems.push({ path, problem });
	}

	#expect(path: string, name: string, found: unknown, wanted: unknown): void {
		if (found !== wanted) this.#say(path, `${name} is ${String(found)}, not ${String(wanted)}`);
	}

	async #read<T>(path: string, parse: (bytes: Uint8Array) => T | Promise<T>): Promise<T | null> {
		this.#wanted.add(path);
		try {
			return await parse(await this.#tree.read(path));
		} catch (error) {
			this.#say(path, error instanceof Error ? error.message : String(error));
			return null;
		}
	}

	#table(path: string): Promise<Table | null> {
		return this.#read(path, readTable);
	}

	#tasks(tasks: Table): void {
		const pandas = keyValue(tasks, 'pandas') ?? '{}';
		const { index_columns: index } = JSON.parse(pandas) as { index_columns?: readonly unknown[] };
		if (index?.[0] !== 'task') this.#say(TASKS_PATH, 'the sentence is not the pandas index');
		tasks.rows.forEach((row, k) =>
			this.#expect(TASKS_PATH, `task_index of row ${k}`, Number(row.task_index), k)
		);
		const sentences = new Set(tasks.rows.map((row) => row.task));
		this.#expect(TASKS_PATH, 'number of different tasks', sentences.size, tasks.rows.length);
	}

	async #episode(index: number, episode: Row, tasks: readonly Row[]): Promise<void> {
		const number = (key: string): number => Number(episode[key]);
		const length = number('length');
		this.#expect(EPISODES_PATH, `episode_index of row ${index}`, number('episode_index'), index);
		this.#expect(EPISODES_PATH, `first row of episode ${index}`, number('dataset_from_index'), this.frames);
		this.#expect(EPISODES_PATH, `end of episode ${index}`, number('dataset_to_index'), this.frames + length);
		const place = (prefix: string) => ({
			chunkIndex: number(`${prefix}/chunk_index`),
			fileIndex: number(`${prefix}/file_index`)
		});
		const path = dataPath(place('data'));
		const data = await this.#table(path);
		if (data) this.#rows(path, data, index, length, { episode, tasks });
		for (const [key, feature] of Object.entries(this.#info.features)) {
			if (feature.dtype !== 'video') continue;
			const video = videoPath(key, place(`videos/${key}`));
			await this.#video(video, feature, length);
			this.#expect(EPISODES_PATH, `start of ${video}`, number(`videos/${key}/from_timestamp`), 0);
			const seconds = length / this.#info.fps;
			this.#expect(EPISODES_PATH, `end of ${video}`, number(`videos/${key}/to_timestamp`), seconds);
		}
		this.frames += length;
	}

	#rows(
		path: string,
		{ rows }: Table,
		index: number,
		length: number,
		known: { readonly episode: Row; readonly tasks: readonly Row[] }
	): void {
		this.#expect(path, 'number of rows', rows.length, length);
		const [task] = (known.episode.tasks ?? []) as readonly unknown[];
		rows.forEach((row, frame) => {
			const at = `of row ${frame}`;
			this.#expect(path, `frame_index ${at}`, Number(row.frame_index), frame);
			this.#expect(path, `episode_index ${at}`, Number(row.episode_index), index);
			this.#expect(path, `index ${at}`, Number(row.index), this.frames + frame);
			this.#expect(path, `timestamp ${at}`, row.timestamp, Math.fround(frame / this.#info.fps));
			this.#expect(path, `task ${at}`, known.tasks[Number(row.task_index)]?.task, task);
			for (const key of ['action', 'observation.state', CAPTURE_TIME])
				this.#vector(path, key, row[key], frame);
		});
	}

	#vector(path: string, key: string, value: unknown, frame: number): void {
		const width = this.#info.features[key]?.shape[0];
		const values = Array.isArray(value) ? (value as readonly unknown[]) : [value];
		this.#expect(path, `components of ${key} of row ${frame}`, values.length, width);
		if (!values.every(Number.isFinite)) this.#say(path, `${key} of row ${frame} is not finite`);
	}

	async #video(path: string, feature: DeclaredFeature, length: number): Promise<void> {
		const facts = await this.#read(path, mp4Facts);
		if (!facts) return;
		const [height, width] = feature.shape;
		this.#expect(path, 'number of frames', facts.sampleCount, length);
		this.#expect(path, 'ticks per frame', facts.sampleDelta, facts.timescale / this.#info.fps);
		this.#expect(path, 'codec', facts.codec, SAMPLE_ENTRIES[String(feature.info?.['video.codec'])]);
		this.#expect(path, 'size', `${facts.width}x${facts.height}`, `${String(width)}x${String(height)}`);
		this.#expect(path, 'bytes of all frames', facts.sampleBytes, facts.mediaBytes);
		this.#expect(path, 'tracks', facts.tracks, 1);
		this.#expect(path, 'first key frame', facts.keyRows[0], 0);
		if (!facts.plainTimes) this.#say(path, 'frames are shifted in time');
		if (!facts.fastStart || !facts.startsAtMedia)
			this.#say(path, 'the index does not come right before the frames');
	}

	#totals(episodes: number, tasks: number): void {
		const info = this.#info;
		this.#expect(INFO_PATH, 'codebase_version', info.codebase_version, 'v3.0');
		this.#expect(INFO_PATH, 'total_episodes', info.total_episodes, episodes);
		this.#expect(INFO_PATH, 'total_frames', info.total_frames, this.frames);
		this.#expect(INFO_PATH, 'total_tasks', info.total_tasks, tasks);
		this.#expect(INFO_PATH, 'splits', info.splits.train, `0:${episodes}`);
	}

	async #stats(): Promise<void> {
		const stats = await this.#read(
			STATS_PATH,
			(bytes) => parseJson(bytes) as Record<string, { count?: number[] }>
		);
		if (!stats) return;
		for (const [key, feature] of Object.entries(this.#info.features)) {
			if (feature.dtype === 'video') continue;
			this.#expect(STATS_PATH, `count of ${key}`, stats[key]?.count?.[0], this.frames);
		}
	}
}

function parseJson(bytes: Uint8Array): unknown {
	return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
}

/**
 * Holds a written tree against itself. Never rejects for what is wrong with the tree: that is in `problems`, each with
 * the file it was found in.
 */
export async function validateTree(tree: TreeReader): Promise<TreeReport> {
	let info: DeclaredDataset;
	try {
		info = parseJson(await tree.read(INFO_PATH)) as DeclaredDataset;
	} catch (error) {
		const problem = error instanceof Error ? error.message : String(error);
		return { episodes: 0, frames: 0, problems: [{ path: INFO_PATH, problem }] };
	}
	const validator = new TreeValidator(tree, info);
	await validator.run();
	return { episodes: info.total_episodes, frames: validator.frames, problems: validator.problems };
}

/** Throws `dataset_check_failed`, naming the first problem, when the tree is not whole. */
export async function checkTree(tree: TreeReader): Promise<TreeReport> {
	const report = await validateTree(tree);
	const [first] = report.problems;
	if (!first) return report;
	const details = { ...first, count: report.problems.length };
	throw datasetError('dataset_check_failed', `${first.path}: ${first.problem}`, details);
}
