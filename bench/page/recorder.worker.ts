// The recorder with the browser's encoders and its database, as RECORDER runs them, in front of pattern cameras.

import { createVirtualScheduler, createWallScheduler } from '$lib/core';
import { directorySink, writeDataset } from '$lib/dataset';
import {
	createWebCodecsFactory,
	openIdbStore,
	prepareRecorder,
	type EpisodeRecorder,
	type RecordingEnd,
	type RecordingStore
} from '$lib/recorder';
import {
	createPatternCameras,
	feed,
	FPS,
	patternEpisode,
	patternRow,
	type PictureSize
} from '../rig/pattern-episode';
import { createBareSeal } from './bare-seal';
import { serveCalls } from './calls';

const wall = createWallScheduler();
const pause = (ms: number): Promise<void> => new Promise((resolve) => void wall.at(wall.now() + ms, resolve));

interface SealTask extends PictureSize {
	readonly seat: string;
	/** Length of each recording, ms. */
	readonly lengthsMs: readonly number[];
}

function recorderOptions(store: RecordingStore): Parameters<typeof prepareRecorder>[0] {
	return { store, scheduler: wall, createEncoder: createWebCodecsFactory(), epochMs: () => Date.now() };
}

function wholeEnd(end: RecordingEnd): NonNullable<RecordingEnd['meta']> {
	if (!end.sealed || end.meta === null || end.code !== null)
		throw new Error(`not sealed: ${end.code ?? 'no rows'}`);
	return end.meta;
}

/** Stop -> sealed of each recording, each beside the bare floor. */
async function seal({ seat, lengthsMs, ...size }: SealTask): Promise<object> {
	const store = await openIdbStore({ seatId: seat });
	const floor = await createBareSeal(size);
	await floor.measure();
	const sealMs: number[] = [];
	const floorMs: number[] = [];
	let frames = 0;
	let encoderDrop = 0;
	for (const lengthMs of lengthsMs) {
		const recorder = await prepareRecorder(recorderOptions(store), patternEpisode(size));
		const source = feed(recorder, size, wall);
		await pause(lengthMs);
		const begin = performance.now();
		const end = await recorder.stop();
		sealMs.push(performance.now() - begin);
		source.stop();
		const meta = wholeEnd(end);
		frames += meta.frameCount;
		encoderDrop += meta.cameras.reduce((sum, { counters }) => sum + counters.encoderDrop, 0);
		floorMs.push(await floor.measure());
	}
	floor.close();
	return { sealMs, floorMs, frames, encoderDrop };
}

/** One recording of `seconds` on the wall clock. */
async function record({
	seconds,
	seat,
	...size
}: PictureSize & { seconds: number; seat: string }): Promise<object> {
	const store = await openIdbStore({ seatId: seat });
	const recorder = await prepareRecorder(recorderOptions(store), patternEpisode(size));
	const source = feed(recorder, size, wall);
	await pause(seconds * 1000 + 100);
	const end = await recorder.stop();
	source.stop();
	const meta = wholeEnd(end);
	return {
		frames: meta.frameCount,
		failedTicks: meta.failedTicks,
		droppedTicks: meta.droppedTicks,
		achievedFps: meta.achievedFps,
		codec: meta.cameras[0]?.track?.codec,
		bytes: meta.closing?.byteCount,
		cameras: meta.cameras.map(({ counters }) => counters)
	};
}

interface DatasetTask extends PictureSize {
	readonly seat: string;
	readonly episodes: number;
	readonly frames: number;
}

async function recordInLockstep(store: RecordingStore, size: PictureSize, frames: number): Promise<string> {
	const scheduler = createVirtualScheduler();
	const recorder: EpisodeRecorder = await prepareRecorder(
		{ ...recorderOptions(store), scheduler },
		patternEpisode(size)
	);
	const cameras = createPatternCameras(size, scheduler);
	cameras.forEach((camera, k) => camera.onFrame((picture) => recorder.frame(k, picture)));
	for (const camera of cameras) void camera.start();
	for (let index = 0; index < frames; index++) {
		const tMs = (index * 1000) / FPS;
		scheduler.advanceTo(tMs);
		recorder.tick(patternRow(index, tMs));
		await recorder.ready();
	}
	const stopping = recorder.stop();
	for (const camera of cameras) void camera.stop();
	const { id, frameCount, droppedTicks } = wholeEnd(await stopping);
	if (frameCount !== frames) throw new Error(`${frameCount} of ${frames} rows, ${droppedTicks} dropped`);
	return id;
}

/** Raw pictures to a finished tree in the browser's own folder: encoded, stored, read back, written. */
async function makeDataset({ seat, episodes, frames, ...size }: DatasetTask): Promise<object> {
	const store = await openIdbStore({ seatId: seat });
	const begin = performance.now();
	const ids: string[] = [];
	for (let n = 0; n < episodes; n++) ids.push(await recordInLockstep(store, size, frames));
	const recordedMs = performance.now() - begin;
	const readers = await Promise.all(ids.map((id) => store.openEpisode(id)));
	const root = await navigator.storage.getDirectory();
	const sink = await directorySink(root, `bench-${seat}`);
	const summary = await writeDataset({ name: 'bench', episodes: readers }, sink);
	return {
		recordedMs,
		totalMs: performance.now() - begin,
		frames: summary.frames,
		bytes: summary.bytesWritten,
		bytesCopied: summary.bytesCopied
	};
}

/** So that a bench leaves nothing behind and the next run starts from nothing. */
async function clean(seat: string): Promise<boolean> {
	const root = await navigator.storage.getDirectory();
	await root.removeEntry(`bench-${seat}`, { recursive: true }).catch(() => undefined);
	return true;
}

serveCalls({ seal, record, makeDataset, clean });
