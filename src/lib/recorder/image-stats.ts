// Statistics of a camera's pictures, gathered while recording so that nobody has to decode them again. Follows LeRobot's
// `compute_stats`: about a hundred pictures spread over the episode, each thinned to about 150 pixels, channels R, G, B in
// 0..1, population standard deviation; quantiles interpolated between ranks like numpy's default.
// [Note: unknown length] Every picture is sampled at first; when twice the wanted number is there, every second sample is
// forgotten and the stride doubles. So 100 to 200 samples, evenly spread, whatever the length, in bounded memory.

import { BT601, planesOf, type I420Planes } from '$lib/camera';
import type { ImageStats } from '$lib/contracts';

const WANTED = 100;
const THIN_TO = 150;
/** LeRobot leaves pictures below this size as they are. */
const THIN_FROM = 300;
const LEVELS = 256;

export interface ImageStatsCollector {
	/** Offers the next picture of the episode; takes it or not. */
	add(picture: I420Planes): void;
	/** null before the first picture. */
	stats(): ImageStats | null;
}

export function createImageStats(): ImageStatsCollector {
	/** Per sample: 3 x 256 counts, R then G then B. */
	let samples: Uint32Array[] = [];
	let stride = 1;
	let offered = 0;
	return {
		add(picture) {
			if (offered++ % stride !== 0) return;
			samples.push(countLevels(picture));
			if (samples.length < 2 * WANTED) return;
			samples = samples.filter((_, i) => i % 2 === 0);
			stride *= 2;
		},
		stats() {
			if (samples.length === 0) return null;
			const sum = new Uint32Array(3 * LEVELS);
			for (const sample of samples)
				for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (sample[i] ?? 0);
			return statsOf(sum, samples.length);
		}
	};
}

/** Fixed point, 16 fractional bits: this runs on every picture of the first seconds. */
const fixed = (value: number): number => Math.round(value * 65536);
const [Y_RGB, R_V, G_U, G_V, B_U] = [BT601.y, BT601.rv, BT601.gu, BT601.gv, BT601.bu].map(fixed) as [
	number,
	number,
	number,
	number,
	number
];
const HALF = 1 << 15;

const toLevel = (value: number): number => {
	const level = value >> 16;
	return level < 0 ? 0 : level > 255 ? 255 : level;
};

function countLevels(picture: I420Planes): Uint32Array {
	const { width, height } = picture;
	const { y, u, v } = planesOf(picture);
	const counts = new Uint32Array(3 * LEVELS);
	const step = Math.max(width, height) < THIN_FROM ? 1 : Math.floor(Math.max(width, height) / THIN_TO);
	for (let row = 0; row < height; row += step)
		for (let column = 0; column < width; column += step) {
			const luma = Y_RGB * ((y[row * width + column] ?? 0) - 16) + HALF;
			const chroma = (row >> 1) * (width >> 1) + (column >> 1);
			const cb = (u[chroma] ?? 0) - 128;
			const cr = (v[chroma] ?? 0) - 128;
			const red = toLevel(luma + R_V * cr);
			const green = LEVELS + toLevel(luma + G_U * cb + G_V * cr);
			const blue = 2 * LEVELS + toLevel(luma + B_U * cb);
			counts[red] = (counts[red] ?? 0) + 1;
			counts[green] = (counts[green] ?? 0) + 1;
			counts[blue] = (counts[blue] ?? 0) + 1;
		}
	return counts;
}

function statsOf(counts: Uint32Array, samples: number): ImageStats {
	const channels = [0, 1, 2].map((c) => counts.subarray(c * LEVELS, (c + 1) * LEVELS));
	const each = (measure: (channel: Uint32Array) => number): number[] =>
		channels.map((ch) => measure(ch) / 255);
	return {
		count: samples,
		min: each((channel) => channel.findIndex((n) => n > 0)),
		max: each((channel) => channel.findLastIndex((n) => n > 0)),
		mean: each(meanLevel),
		std: each(deviation),
		q01: each((channel) => quantile(channel, 0.01)),
		q10: each((channel) => quantile(channel, 0.1)),
		q50: each((channel) => quantile(channel, 0.5)),
		q90: each((channel) => quantile(channel, 0.9)),
		q99: each((channel) => quantile(channel, 0.99))
	};
}

function moment(channel: Uint32Array, of: (level: number) => number): number {
	let sum = 0;
	let total = 0;
	channel.forEach((n, level) => {
		sum += n * of(level);
		total += n;
	});
	return sum / total;
}

const meanLevel = (channel: Uint32Array): number => moment(channel, (level) => level);

function deviation(channel: Uint32Array): number {
	const mean = meanLevel(channel);
	return Math.sqrt(moment(channel, (level) => (level - mean) ** 2));
}

function quantile(channel: Uint32Array, q: number): number {
	const total = channel.reduce((sum, n) => sum + n, 0);
	const rank = q * (total - 1);
	const low = levelAt(channel, Math.floor(rank));
	const high = levelAt(channel, Math.ceil(rank));
	return low + (high - low) * (rank - Math.floor(rank));
}

/** Level of the value that stands at `rank` (from 0) when all are sorted. */
function levelAt(channel: Uint32Array, rank: number): number {
	let below = 0;
	return channel.findIndex((n) => (below += n) > rank);
}
