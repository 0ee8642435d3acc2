// The ten statistics LeRobot keeps per feature, per episode and for the whole dataset (lerobot 0.6.1,
// `datasets/compute_stats.py`): min, max, mean, population standard deviation, count and five quantiles. A vector
// feature has one value per component; an image has one per colour channel, taken from raw frames while recording.
// Episode quantiles here are exact (the value below which that share of the rows lies); LeRobot reads them off a
// histogram of 5000 bins, so the two agree within one bin. Merging follows LeRobot: weighted mean, parallel variance,
// weighted mean of the quantiles.

import type { ImageStats } from '$lib/contracts';

export const QUANTILES = [
	['q01', 0.01],
	['q10', 0.1],
	['q50', 0.5],
	['q90', 0.9],
	['q99', 0.99]
] as const;

type QuantileKey = (typeof QUANTILES)[number][0];
type ValueKey = 'min' | 'max' | 'mean' | 'std' | QuantileKey;

/** LeRobot's order of keys, with `count` as the fifth. */
export const STAT_KEYS = ['min', 'max', 'mean', 'std', 'count', 'q01', 'q10', 'q50', 'q90', 'q99'] as const;

export type FeatureStats = Readonly<Record<ValueKey, readonly number[]>> & {
	/** Rows (vectors) or sampled frames (images) behind the numbers. */
	readonly count: number;
	/** Images are stored with shape [channels, 1, 1]. */
	readonly image: boolean;
};

/** Smallest value of `sorted` that at least the share `q` of all values does not exceed. */
function quantile(sorted: Float64Array, q: number): number {
	// The subtraction keeps q*n that is whole but for rounding (0.9 * 10) on its own value.
	const index = Math.ceil(q * sorted.length - 1e-9) - 1;
	return sorted[Math.min(sorted.length - 1, Math.max(0, index))] ?? Number.NaN;
}

function componentStats(values: Float64Array): Record<ValueKey, number> {
	const sorted = values.slice().sort();
	let sum = 0;
	for (const value of values) sum += value;
	const mean = sum / values.length;
	let squares = 0;
	for (const value of values) squares += (value - mean) ** 2;
	const at = (q: number): number => quantile(sorted, q);
	return {
		min: sorted[0] ?? Number.NaN,
		max: sorted[sorted.length - 1] ?? Number.NaN,
		mean,
		std: Math.sqrt(squares / values.length),
		q01: at(0.01),
		q10: at(0.1),
		q50: at(0.5),
		q90: at(0.9),
		q99: at(0.99)
	};
}

/** Statistics of `rows` vectors of `width` components, stored row-major. At least one row. */
export function vectorStats(values: ArrayLike<number>, width: number): FeatureStats {
	const rows = values.length / width;
	const components = Array.from({ length: width }, (_, component) => {
		const column = new Float64Array(rows);
		for (let row = 0; row < rows; row++) column[row] = values[row * width + component] ?? Number.NaN;
		return componentStats(column);
	});
	return collect((key) => components.map((component) => component[key]), rows, false);
}

/** The recorder's picture statistics in this room's form. */
export function imageStats(stats: ImageStats): FeatureStats {
	return collect((key) => stats[key], stats.count, true);
}

function collect(of: (key: ValueKey) => readonly number[], count: number, image: boolean): FeatureStats {
	return {
		min: of('min'),
		max: of('max'),
		mean: of('mean'),
		std: of('std'),
		q01: of('q01'),
		q10: of('q10'),
		q50: of('q50'),
		q90: of('q90'),
		q99: of('q99'),
		count,
		image
	};
}

/** One feature over several episodes, as LeRobot's `aggregate_feature_stats`. At least one part, all of one width. */
export function mergeStats(parts: readonly FeatureStats[]): FeatureStats {
	const width = parts[0]?.mean.length ?? 0;
	const count = parts.reduce((sum, part) => sum + part.count, 0);
	const value = (part: FeatureStats, key: ValueKey, k: number): number => part[key][k] ?? Number.NaN;
	const weighted = (of: (part: FeatureStats) => number): number =>
		parts.reduce((sum, part) => sum + of(part) * part.count, 0) / count;
	const merge = (key: ValueKey, k: number): number => {
		if (key === 'min') return Math.min(...parts.map((part) => value(part, key, k)));
		if (key === 'max') return Math.max(...parts.map((part) => value(part, key, k)));
		if (key !== 'std') return weighted((part) => value(part, key, k));
		const mean = weighted((part) => value(part, 'mean', k));
		return Math.sqrt(weighted((part) => value(part, 'std', k) ** 2 + (value(part, 'mean', k) - mean) ** 2));
	};
	const components = Array.from({ length: width }, (_, k) => k);
	return collect((key) => components.map((k) => merge(key, k)), count, parts[0]?.image ?? false);
}
