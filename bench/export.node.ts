// The export bench in one Node process. `export`: many episodes through writeDataset, copies and memory counted.
// `raw`: the pictures and rows of the recording benches as raw files, for LeRobot to make a dataset of.

import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createVirtualScheduler } from '$lib/core';
import { SO101, type DatasetSource, type FileSink } from '$lib/contracts';
import { writeDataset } from '$lib/dataset';
import { fakeEpisode, hollowClip } from '$lib/dataset/testing/fake-episode';
import { nodeSink } from '$lib/dataset/testing/node-sink';
import { CAMERA_NAMES, createPatternCameras, FPS, patternEpisode, patternRow } from './rig/pattern-episode';

interface ExportTask {
	readonly mode: 'export';
	readonly episodes: number;
	readonly frames: number;
	/** Folder to write to; without it the bytes go nowhere. */
	readonly out?: string;
}

interface RawTask {
	readonly mode: 'raw';
	readonly episodes: number;
	readonly frames: number;
	readonly width: number;
	readonly height: number;
	readonly out: string;
}

/** Size of a packet of the recorder's at 320x240 and 30 fps, about. */
const PACKET_BYTES = 4000;

function heldBytes(): number {
	for (let turn = 0; turn < 3; turn++) globalThis.gc?.();
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	return heapUsed + arrayBuffers;
}

const nowhere: FileSink = {
	file: () => Promise.resolve({ write: () => Promise.resolve(), close: () => Promise.resolve() }),
	finish: () => Promise.resolve(),
	abort: () => Promise.resolve()
};

/** Needs --expose-gc. */
async function runExport({ episodes, frames, out }: ExportTask): Promise<object> {
	const clip = hollowClip(320, 240, PACKET_BYTES);
	const source: DatasetSource = {
		name: 'bench',
		episodes: Array.from({ length: episodes }, (_, k) =>
			fakeEpisode({ sequence: k + 1, frames, cameras: CAMERA_NAMES.map((name) => ({ name, clip })) })
		)
	};
	if (out !== undefined) await rm(out, { recursive: true, force: true });
	const held: number[] = [];
	let peak = 0;
	let done = 0;
	const cpuBefore = process.cpuUsage();
	const summary = await writeDataset(source, out === undefined ? nowhere : nodeSink(out), {
		onProgress({ episodesDone }) {
			const { heapUsed, arrayBuffers } = process.memoryUsage();
			peak = Math.max(peak, heapUsed + arrayBuffers);
			if (episodesDone === done) return;
			done = episodesDone;
			held.push(heldBytes());
		}
	});
	const cpu = process.cpuUsage(cpuBefore);
	if (out !== undefined) await rm(out, { recursive: true, force: true });
	return {
		episodes,
		frames: summary.frames,
		bytesWritten: summary.bytesWritten,
		bytesCopied: summary.bytesCopied,
		heldBytes: held,
		peakBytes: peak,
		cpuSeconds: (cpu.user + cpu.system) / 1e6
	};
}

async function runRaw({ episodes, frames, width, height, out }: RawTask): Promise<object> {
	await rm(out, { recursive: true, force: true });
	await mkdir(out, { recursive: true });
	const size = { width, height };
	const { fps, task, robotType, jointNames } = patternEpisode(size);
	const about = {
		version: 1,
		fps,
		robot_type: robotType,
		joint_names: jointNames,
		cameras: Object.fromEntries(CAMERA_NAMES.map((name) => [name, size])),
		episodes: Array.from({ length: episodes }, (_, n) => ({
			task,
			frames,
			rows: `${n}.rows`,
			pictures: Object.fromEntries(CAMERA_NAMES.map((name) => [name, `${n}.${name}.i420`]))
		}))
	};
	await writeFile(join(out, 'raw.json'), JSON.stringify(about));
	for (let n = 0; n < episodes; n++) {
		const scheduler = createVirtualScheduler();
		const pictures: Uint8Array[][] = CAMERA_NAMES.map(() => []);
		const cameras = createPatternCameras(size, scheduler);
		cameras.forEach((camera, k) => camera.onFrame(({ data }) => void pictures[k]?.push(data)));
		const files = await Promise.all(CAMERA_NAMES.map((name) => open(join(out, `${n}.${name}.i420`), 'w')));
		for (const camera of cameras) await camera.start();
		const rows = new Float32Array(frames * 2 * SO101.joints.length);
		for (let index = 0; index < frames; index++) {
			const tMs = (index * 1000) / FPS;
			scheduler.advanceTo(tMs);
			const { state, action } = patternRow(index, tMs);
			rows.set([...state, ...action], index * 2 * SO101.joints.length);
			for (const [k, taken] of pictures.entries()) {
				const picture = taken.shift();
				if (picture === undefined || taken.length > 0) throw new Error(`row ${index}: not one picture`);
				await files[k]?.write(picture);
			}
		}
		await writeFile(join(out, `${n}.rows`), new Uint8Array(rows.buffer));
		for (const file of files) await file.close();
	}
	return { frames: episodes * frames };
}

const task = JSON.parse(process.argv.at(-1) ?? '{}') as ExportTask | RawTask;
const result = task.mode === 'export' ? await runExport(task) : await runRaw(task);
process.stdout.write(`${JSON.stringify(result)}\n`);
