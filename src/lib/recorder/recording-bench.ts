// A recorder with pattern cameras, record ticks and a fake encoder on one virtual clock, for tests.

import { createPatternCamera } from '$lib/camera';
import type { CameraInfo, EpisodeBlock, I420Frame, RecordTick } from '$lib/contracts';
import { createVirtualScheduler, type VirtualScheduler } from '$lib/core';
import { prepareRecorder } from './episode-recorder';
import { createFakeEncoderFactory, readFakePacket, type FakeEncoderOptions } from './fake-encoder';
import type { MemoryEngineOptions } from './memory-engine';
import { openMemoryStore } from './memory-store';
import type { EpisodeRecorder, EpisodeRecorderOptions, RecordingEnd } from './recorder-types';
import type { RecordingStore } from './recording-store';
import { fixtureEpisode } from './store-fixtures';

export const FPS = 30;
export const JOINTS = 6;
export const SIZE = { width: 64, height: 48 };

/** Promises inside the recorder and the memory store resolve before this does. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export interface Bench {
	readonly scheduler: VirtualScheduler;
	readonly store: RecordingStore;
	readonly recorder: EpisodeRecorder;
	readonly ends: RecordingEnd[];
	/** Runs cameras and record ticks for so many ticks; `change` alters a tick. */
	run(ticks: number, change?: (tick: RecordTick) => RecordTick): Promise<void>;
	stopCamera(index: number): void;
}

export interface BenchOptions {
	readonly cameras?: number;
	readonly phaseMs?: number;
	readonly encoder?: FakeEncoderOptions;
	readonly recorder?: Partial<EpisodeRecorderOptions>;
	readonly engine?: MemoryEngineOptions;
}

export async function createBench(options: BenchOptions = {}): Promise<Bench> {
	const scheduler = createVirtualScheduler();
	const count = options.cameras ?? 2;
	const infos: CameraInfo[] = Array.from({ length: count }, (_, i) => ({
		name: `cam${i}`,
		...SIZE,
		fps: FPS,
		kind: 'pattern',
		deviceId: ''
	}));
	const store = await openMemoryStore(options.engine ? { engine: options.engine } : {});
	const recorder = await prepareRecorder(
		{
			store,
			scheduler,
			createEncoder: createFakeEncoderFactory({ scheduler, encodeMs: 2, ...options.encoder }),
			epochMs: () => 1_700_000_000_000,
			thumbnail: (picture) => Promise.resolve(Uint8Array.of(picture.sequence)),
			...options.recorder
		},
		{ ...fixtureEpisode('d'), cameras: infos }
	);
	const ends: RecordingEnd[] = [];
	recorder.onEnded((end) => ends.push(end));
	const cameras = infos.map(({ name }, i) =>
		createPatternCamera({ name, ...SIZE, fps: FPS, scheduler, phaseMs: (options.phaseMs ?? 0) * i })
	);
	cameras.forEach((camera, i) => camera.onFrame((picture: I420Frame) => recorder.frame(i, picture)));
	let index = 0;
	const startMs = 1000 / FPS;
	for (const camera of cameras) void camera.start();
	return {
		scheduler,
		store,
		recorder,
		ends,
		stopCamera: (i) => void cameras[i]?.stop(),
		async run(ticks, change = (tick) => tick) {
			for (let n = 0; n < ticks; n++) {
				const tMs = startMs + (index * 1000) / FPS;
				scheduler.advanceTo(tMs);
				const action = new Float32Array(JOINTS).fill(index + 0.5);
				recorder.tick(
					change({ index, tMs, read: true, state: new Float32Array(JOINTS).fill(index), action })
				);
				index += 1;
				await settle();
			}
			scheduler.advanceTo(scheduler.now() + 10);
			await settle();
		}
	};
}

/** Stops and lets virtual time pass until the end is there. */
export async function stop({ recorder, scheduler }: Bench): Promise<RecordingEnd> {
	const reached: RecordingEnd[] = [];
	const end = recorder.stop();
	void end.then((value) => reached.push(value));
	for (let n = 0; n < 500 && reached.length === 0; n++) {
		await settle();
		scheduler.advanceTo(scheduler.now() + 10);
	}
	return end;
}

export async function blocksOf(store: RecordingStore, id: string): Promise<EpisodeBlock[]> {
	const blocks: EpisodeBlock[] = [];
	for await (const block of (await store.openEpisode(id)).blocks()) blocks.push(block);
	return blocks;
}

export const statesOf = (blocks: readonly EpisodeBlock[]): number[] =>
	blocks.flatMap(({ rows }) => [...rows.state].filter((_, i) => i % JOINTS === 0));

export const picturesOf = (blocks: readonly EpisodeBlock[], camera: number): number[] =>
	blocks.flatMap((block) => (block.packets[camera] ?? []).map(({ bytes }) => readFakePacket(bytes).picture));
