// The text part of a block: which episode it belongs to and what was known of it by then, as JSON. Reading it checks
// every field, because the bytes may come from a damaged disk or a forged file.

import type { CameraCounters, ImageStats, TrackConfig } from '$lib/contracts';
import type { EpisodeProgress } from './episode-codec';

const STAT_KEYS = ['min', 'max', 'mean', 'std', 'q01', 'q10', 'q50', 'q90', 'q99'] as const;

interface BlockHeader {
	readonly episodeId: string;
	readonly progress: EpisodeProgress;
	/** One per row of the block; null: no row is a correction. */
	readonly correction: Uint8Array | null;
}

export function printBlockHeader(
	episodeId: string,
	progress: EpisodeProgress,
	correction?: Uint8Array
): Uint8Array {
	const spans = correction === undefined ? [] : spansOf(correction);
	const header = { episodeId, progress, ...(spans.length > 0 ? { corrections: spans } : {}) };
	const text = JSON.stringify(header, (key, value: unknown) =>
		key === 'description' && value instanceof Uint8Array ? toHex(value) : value
	);
	return new TextEncoder().encode(text);
}

export function parseBlockHeader(
	bytes: Uint8Array,
	{ cameras, rows }: { readonly cameras: number; readonly rows: number }
): BlockHeader | null {
	let value: unknown;
	try {
		value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
	} catch {
		return null;
	}
	if (!isObject(value) || typeof value.episodeId !== 'string') return null;
	const progress = readProgress(value.progress, cameras);
	const correction = readSpans(value.corrections, rows);
	if (progress === null || correction === undefined) return null;
	return { episodeId: value.episodeId, progress, correction };
}

/** Runs of rows that are marked: [first, count]. */
function spansOf(marks: Uint8Array): [number, number][] {
	const spans: [number, number][] = [];
	for (const [row, mark] of marks.entries()) {
		if (mark === 0) continue;
		const last = spans.at(-1);
		if (last !== undefined && last[0] + last[1] === row) last[1] += 1;
		else spans.push([row, 1]);
	}
	return spans;
}

/** Null where none are told; undefined for spans that are none of this block. */
function readSpans(value: unknown, rows: number): Uint8Array | null | undefined {
	if (value === undefined) return null;
	if (!Array.isArray(value) || value.length > rows) return undefined;
	const marks = new Uint8Array(rows);
	for (const span of value as unknown[]) {
		if (!Array.isArray(span)) return undefined;
		const [first, count] = span as unknown[];
		if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count)) return undefined;
		const [from, until] = [Number(first), Number(first) + Number(count)];
		if (from < 0 || until <= from || until > rows) return undefined;
		marks.fill(1, from, until);
	}
	return marks;
}

function readProgress(value: unknown, cameras: number): EpisodeProgress | null {
	if (!isObject(value) || !Array.isArray(value.cameras) || value.cameras.length !== cameras) return null;
	const { startedAtEpochMs, failedTicks, droppedTicks } = value;
	if (!isNumber(startedAtEpochMs) || !isNumber(failedTicks) || !isNumber(droppedTicks)) return null;
	const read: EpisodeProgress['cameras'][number][] = [];
	for (const camera of value.cameras as unknown[]) {
		if (!isObject(camera)) return null;
		const counters = readCounters(camera.counters);
		const track = camera.track === null ? null : readTrack(camera.track);
		const stats = camera.stats === null ? null : readStats(camera.stats);
		if (!counters || track === undefined || stats === undefined) return null;
		read.push({ track, counters, stats });
	}
	return { startedAtEpochMs, failedTicks, droppedTicks, cameras: read };
}

function readCounters(value: unknown): CameraCounters | null {
	if (!isObject(value)) return null;
	const { dup, skip, encoderDrop } = value;
	return isNumber(dup) && isNumber(skip) && isNumber(encoderDrop) ? { dup, skip, encoderDrop } : null;
}

function readTrack(value: unknown): TrackConfig | undefined {
	if (!isObject(value) || !isObject(value.colorSpace)) return undefined;
	const { codec, width, height, description } = value;
	const { primaries, transfer, matrix, fullRange } = value.colorSpace;
	const isTrack =
		typeof codec === 'string' &&
		isNumber(width) &&
		isNumber(height) &&
		typeof description === 'string' &&
		/^([0-9a-f]{2})*$/.test(description) &&
		typeof primaries === 'string' &&
		typeof transfer === 'string' &&
		typeof matrix === 'string' &&
		typeof fullRange === 'boolean';
	if (!isTrack) return undefined;
	const colorSpace = { primaries, transfer, matrix, fullRange };
	return { codec, width, height, description: fromHex(description), colorSpace };
}

function readStats(value: unknown): ImageStats | undefined {
	if (!isObject(value) || !isNumber(value.count)) return undefined;
	for (const key of STAT_KEYS) {
		const channel = value[key];
		if (!Array.isArray(channel) || channel.length !== 3 || !channel.every(isNumber)) return undefined;
	}
	return value as unknown as ImageStats;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null;
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const toHex = (bytes: Uint8Array): string =>
	Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const fromHex = (text: string): Uint8Array =>
	Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
