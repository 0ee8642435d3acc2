// meta/info.json and meta/stats.json, field by field and in the order lerobot 0.6.1 writes them.

import type { Feature } from './features';
import { declareFeatures } from './features';
import { DATA_PATH_TEMPLATE, VIDEO_PATH_TEMPLATE } from './layout';
import { PythonFloat, pythonJson, type PythonJson } from './python-json';
import type { DatasetShape } from './shape';
import { STAT_KEYS, type FeatureStats } from './stats';

export interface DatasetTotals {
	readonly episodes: number;
	readonly frames: number;
	readonly tasks: number;
	readonly chunksSize: number;
}

export function infoJson(shape: DatasetShape, features: readonly Feature[], totals: DatasetTotals): string {
	return pythonJson({
		codebase_version: 'v3.0',
		fps: shape.fps,
		features: declareFeatures(shape, features),
		total_episodes: totals.episodes,
		total_frames: totals.frames,
		total_tasks: totals.tasks,
		chunks_size: totals.chunksSize,
		data_files_size_in_mb: 100,
		video_files_size_in_mb: 200,
		data_path: DATA_PATH_TEMPLATE,
		video_path: shape.cameras.length > 0 ? VIDEO_PATH_TEMPLATE : null,
		robot_type: shape.robotType,
		splits: { train: `0:${totals.episodes}` }
	});
}

function statJson(stats: FeatureStats): PythonJson {
	const value = (number: number): PythonJson => {
		const float = new PythonFloat(number);
		return stats.image ? [[float]] : float;
	};
	return Object.fromEntries(
		STAT_KEYS.map((key) => [key, key === 'count' ? [stats.count] : stats[key].map(value)])
	);
}

export function statsJson(stats: ReadonlyMap<string, FeatureStats>): string {
	return pythonJson(Object.fromEntries([...stats].map(([key, value]) => [key, statJson(value)])));
}
