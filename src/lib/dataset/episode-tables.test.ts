import type { SchemaElement } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { episodeData, episodesTable, tasksTable } from './episode-tables';
import { featuresOf } from './features';
import golden from './fixtures/lerobot-0.6.1-golden.json';
import { infoJson } from './meta-json';
import { keyValue, readTable } from './parquet-table';
import type { DatasetShape } from './shape';
import { imageStats } from './stats';
import { SO101_JOINT_NAMES, hollowClip } from './testing/fake-episode';

/** The dataset lerobot wrote for the golden file. */
const SHAPE: DatasetShape = {
	fps: 30,
	robotType: 'so101_follower',
	simulated: false,
	jointNames: SO101_JOINT_NAMES,
	cameras: ['top', 'wrist'].map((name) => ({
		key: `observation.images.${name}`,
		name,
		width: 64,
		height: 48,
		codec: 'av1',
		fullRange: false,
		localOnly: false
	})),
	hasRuns: false
};
const FEATURES = featuresOf(SHAPE);
const ROWS = {
	count: 3,
	action: Float32Array.from({ length: 18 }, (_, k) => k / 7),
	state: Float32Array.from({ length: 18 }, (_, k) => -k / 3),
	captureTime: Float64Array.from({ length: 9 }, (_, k) => k / 90),
	correction: new Uint8Array(3)
};
const PLACE = { episodeIndex: 4, firstIndex: 1000, taskIndex: 1, fps: 30 };

/** Leaf columns as pyarrow lists them: path, physical type, logical type, levels. */
function leaves(schema: readonly SchemaElement[]): unknown[] {
	let next = 1;
	const visit = (path: readonly string[], definition: number, repetition: number): unknown[] => {
		const element = schema[next++];
		if (!element) throw new Error('schema ends early');
		const here = [...path, element.name];
		const levels = [
			definition + (element.repetition_type === 'REQUIRED' ? 0 : 1),
			repetition + (element.repetition_type === 'REPEATED' ? 1 : 0)
		] as const;
		if (element.num_children !== undefined && element.num_children > 0)
			return Array.from({ length: element.num_children }, () => visit(here, ...levels)).flat();
		const logical = element.converted_type === 'UTF8' ? 'String' : 'None';
		return [[here.join('.'), element.type, logical, ...levels]];
	};
	return Array.from({ length: schema[0]?.num_children ?? 0 }, () => visit([], 0, 0)).flat();
}

describe('tables against those of lerobot 0.6.1', () => {
	it('data: the same columns, types and Hugging Face features', async () => {
		const table = await readTable(episodeData(FEATURES, ROWS, PLACE).bytes);
		expect(leaves(table.metadata.schema)).toEqual(golden.columns.data);
		expect(JSON.parse(keyValue(table, 'huggingface') ?? '')).toEqual({ info: golden.huggingface });
		expect(table.metadata.row_groups).toHaveLength(1);
	});

	it('data: values, with the time stamp of row n at n/fps in float32', async () => {
		const { rows } = await readTable(episodeData(FEATURES, ROWS, PLACE).bytes);
		expect(rows[2]).toEqual({
			action: [...ROWS.action.subarray(12)],
			'observation.state': [...ROWS.state.subarray(12)],
			capture_time: [...ROWS.captureTime.subarray(6)],
			timestamp: Math.fround(2 / 30),
			frame_index: 2n,
			episode_index: 4n,
			index: 1002n,
			task_index: 1n
		});
	});

	it('tasks: the same columns, and the sentence as the pandas index', async () => {
		const tasks = ['Pick up the cube', 'say "no",\nthen\t\\wait', 'hebe den Würfel 🧊'];
		const table = await readTable(tasksTable(tasks));
		expect(leaves(table.metadata.schema)).toEqual(golden.columns.tasks);
		expect(JSON.parse(keyValue(table, 'pandas') ?? '')).toEqual(golden.pandas);
		expect(table.rows).toEqual(tasks.map((task, k) => ({ task_index: BigInt(k), task })));
	});

	it('episodes: the same columns in the same order, statistics included', async () => {
		const { stats } = episodeData(FEATURES, ROWS, PLACE);
		const image = imageStats(hollowClip().stats);
		const all = new Map(FEATURES.map(({ key }) => [key, stats.get(key) ?? image]));
		const records = [3, 5].map((length) => ({ length, task: 'Pick up the cube', stats: all }));
		const table = await readTable(episodesTable(SHAPE, FEATURES, records, 1));
		expect(leaves(table.metadata.schema)).toEqual(golden.columns.episodes);
		expect(table.rows[1]).toMatchObject({
			episode_index: 1n,
			tasks: ['Pick up the cube'],
			length: 5n,
			'data/chunk_index': 1n,
			'data/file_index': 0n,
			dataset_from_index: 3n,
			dataset_to_index: 8n,
			'videos/observation.images.top/to_timestamp': 5 / 30,
			'stats/observation.images.top/mean': [[[0.5]], [[0.4]], [[0.3]]],
			'stats/observation.images.top/count': [100n],
			'stats/frame_index/max': [2]
		});
	});
});

describe('info.json', () => {
	it('is that of lerobot but for the encoder’s settings, which we do not know', () => {
		const ours = infoJson(SHAPE, FEATURES, { episodes: 3, frames: 41, tasks: 2, chunksSize: 1000 });
		const encoder = /"video\.(g|crf|preset|fast_decode|video_backend|extra_options)"/;
		const theirs = golden.infoText.split('\n').filter((line) => !encoder.test(line));
		expect(ours.split('\n')).toEqual(theirs);
	});

	it('has no video path without cameras', () => {
		const shape = { ...SHAPE, cameras: [] };
		const text = infoJson(shape, featuresOf(shape), { episodes: 1, frames: 1, tasks: 1, chunksSize: 1000 });
		expect(JSON.parse(text)).toMatchObject({ video_path: null, features: { capture_time: { shape: [1] } } });
	});
});
