// The parquet tables of a dataset: one data file per episode, and meta/tasks and meta/episodes for all of them. Column
// names, order and types are those of lerobot 0.6.1 (docs/dataset-format.md).

import type { EpisodeRows } from './episode-content';
import { CAPTURE_TIME, CORRECTION, vectorFeatures, type Feature, type VectorFeature } from './features';
import { fileIndexOf } from './layout';
import { parquetBytes, type ParquetColumn } from './parquet';
import type { DatasetShape } from './shape';
import { STAT_KEYS, vectorStats, type FeatureStats } from './stats';

/** Where an episode stands in its dataset. */
export interface EpisodePlace {
	readonly episodeIndex: number;
	/** `index` of the episode's first row in the whole dataset. */
	readonly firstIndex: number;
	readonly taskIndex: number;
	readonly fps: number;
}

/** Flat values of one vector feature over an episode's rows, row-major. */
export function featureValues(
	key: string,
	rows: EpisodeRows,
	place: EpisodePlace
): Float32Array | Float64Array {
	const each = (of: (row: number) => number): Float64Array =>
		Float64Array.from({ length: rows.count }, (_, row) => of(row));
	switch (key) {
		case 'action':
			return rows.action;
		case 'observation.state':
			return rows.state;
		case CAPTURE_TIME:
			return rows.captureTime;
		case CORRECTION:
			return each((row) => rows.correction[row] ?? 0);
		case 'timestamp':
			return each((row) => row / place.fps);
		case 'frame_index':
			return each((row) => row);
		case 'episode_index':
			return each(() => place.episodeIndex);
		case 'index':
			return each((row) => place.firstIndex + row);
		case 'task_index':
			return each(() => place.taskIndex);
		default:
			throw new RangeError(`no column ${key}`);
	}
}

const DTYPE_COLUMNS = { float32: 'float', float64: 'double', int64: 'int64' } as const;

function dataColumn(feature: VectorFeature, flat: Float32Array | Float64Array): ParquetColumn {
	const { key, dtype, width } = feature;
	const numbers: (number | bigint)[] = dtype === 'int64' ? Array.from(flat, BigInt) : [...flat];
	const type = DTYPE_COLUMNS[dtype];
	if (width === 1) return { name: key, type, depth: 0, values: numbers };
	const values = Array.from({ length: numbers.length / width }, (_, row) =>
		numbers.slice(row * width, (row + 1) * width)
	);
	return { name: key, type, depth: 1, values };
}

/** The footer entry by which the `datasets` library knows the columns; without its random fingerprint. */
function huggingFaceMetadata(features: readonly VectorFeature[]): string {
	const columns = features.map(({ key, dtype, width }) => {
		const value = { dtype, _type: 'Value' };
		return [key, width === 1 ? value : { feature: value, length: width, _type: 'List' }] as const;
	});
	return JSON.stringify({ info: { features: Object.fromEntries(columns) } });
}

export interface EpisodeData {
	readonly bytes: Uint8Array;
	/** Of the vector features, by feature key. */
	readonly stats: ReadonlyMap<string, FeatureStats>;
}

/** `data/chunk-CCC/file-FFF.parquet` of one episode, and the statistics of its columns. */
export function episodeData(
	features: readonly Feature[],
	rows: EpisodeRows,
	place: EpisodePlace
): EpisodeData {
	const vectors = vectorFeatures(features);
	const flats = vectors.map(({ key }) => featureValues(key, rows, place));
	const columns = vectors.map((feature, k) => dataColumn(feature, flats[k] ?? new Float64Array()));
	const stats = new Map(vectors.map(({ key, width }, k) => [key, vectorStats(flats[k] ?? [], width)]));
	return { bytes: parquetBytes(columns, { huggingface: huggingFaceMetadata(vectors) }), stats };
}

/** What pandas needs to make the sentence the index; without it LeRobot hands out a number for the task. */
const TASKS_PANDAS_METADATA = JSON.stringify({
	index_columns: ['task'],
	column_indexes: [
		{
			name: null,
			field_name: null,
			pandas_type: 'unicode',
			numpy_type: 'object',
			metadata: { encoding: 'UTF-8' }
		}
	],
	columns: [
		{
			name: 'task_index',
			field_name: 'task_index',
			pandas_type: 'int64',
			numpy_type: 'int64',
			metadata: null
		},
		{ name: 'task', field_name: 'task', pandas_type: 'unicode', numpy_type: 'object', metadata: null }
	],
	attributes: {},
	creator: { library: 'pyarrow', version: '26.0.1' },
	pandas_version: '2.3.3'
});

/** meta/tasks.parquet. A task's index is its position. */
export function tasksTable(tasks: readonly string[]): Uint8Array {
	const columns: ParquetColumn[] = [
		{ name: 'task_index', type: 'int64', depth: 0, values: tasks.map((_, index) => BigInt(index)) },
		{ name: 'task', type: 'string', depth: 0, values: tasks }
	];
	return parquetBytes(columns, { pandas: TASKS_PANDAS_METADATA });
}

/** What meta/episodes keeps of an episode once its files are written. */
export interface EpisodeRecord {
	readonly length: number;
	readonly task: string;
	/** By feature key, in feature order. */
	readonly stats: ReadonlyMap<string, FeatureStats>;
}

function statsColumns(features: readonly Feature[], records: readonly EpisodeRecord[]): ParquetColumn[] {
	return features
		.filter(({ key }) => records.every(({ stats }) => stats.has(key)))
		.flatMap(({ key, kind }) =>
			STAT_KEYS.map((stat): ParquetColumn => {
				const name = `stats/${key}/${stat}`;
				const of = (record: EpisodeRecord) => record.stats.get(key)?.[stat] ?? [];
				if (stat === 'count')
					return { name, type: 'int64', depth: 1, values: records.map((r) => [BigInt(Number(of(r)))]) };
				const nested = (value: number): unknown => (kind === 'video' ? [[value]] : value);
				const values = records.map((r) => (of(r) as readonly number[]).map(nested));
				return { name, type: 'double', depth: kind === 'video' ? 3 : 1, values };
			})
		);
}

/** meta/episodes/chunk-000/file-000.parquet: one row per episode. */
export function episodesTable(
	shape: DatasetShape,
	features: readonly Feature[],
	records: readonly EpisodeRecord[],
	chunksSize: number
): Uint8Array {
	const files = records.map((_, index) => fileIndexOf(index, chunksSize));
	const starts: number[] = [];
	let frames = 0;
	for (const record of records) {
		starts.push(frames);
		frames += record.length;
	}
	const int = (name: string, of: (episode: number) => number): ParquetColumn => ({
		name,
		type: 'int64',
		depth: 0,
		values: records.map((_, episode) => BigInt(of(episode)))
	});
	const chunk = (episode: number): number => files[episode]?.chunkIndex ?? 0;
	const file = (episode: number): number => files[episode]?.fileIndex ?? 0;
	const length = (episode: number): number => records[episode]?.length ?? 0;
	const start = (episode: number): number => starts[episode] ?? 0;
	const seconds = (name: string, of: (episode: number) => number): ParquetColumn => ({
		name,
		type: 'double',
		depth: 0,
		values: records.map((_, episode) => of(episode))
	});
	return parquetBytes([
		int('episode_index', (episode) => episode),
		{ name: 'tasks', type: 'string', depth: 1, values: records.map((record) => [record.task]) },
		int('length', length),
		int('data/chunk_index', chunk),
		int('data/file_index', file),
		int('dataset_from_index', start),
		int('dataset_to_index', (episode) => start(episode) + length(episode)),
		...shape.cameras.flatMap(({ key }) => [
			int(`videos/${key}/chunk_index`, chunk),
			int(`videos/${key}/file_index`, file),
			seconds(`videos/${key}/from_timestamp`, () => 0),
			seconds(`videos/${key}/to_timestamp`, (episode) => length(episode) / shape.fps)
		]),
		...statsColumns(features, records),
		int('meta/episodes/chunk_index', () => 0),
		int('meta/episodes/file_index', () => 0)
	]);
}
