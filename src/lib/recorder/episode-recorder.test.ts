import { describe, expect, it } from 'vitest';
import { createPatternCamera } from '$lib/camera';
import type { CameraInfo, EpisodeBlock, I420Frame, RecordTick } from '$lib/contracts';
import { CodedError, createVirtualScheduler, type VirtualScheduler } from '$lib/core';
import { BLOCK_MS } from './durability';
import { prepareRecorder } from './episode-recorder';
import { createFakeEncoderFactory, readFakePacket, type FakeEncoderOptions } from './fake-encoder';
import type { MemoryEngineOptions } from './memory-engine';
import { openMemoryStore } from './memory-store';
import { RESERVE_BYTES } from './quota';
import type { EpisodeRecorder, EpisodeRecorderOptions, RecordingEnd } from './recorder-types';
import type { RecordingStore } from './recording-store';
import { fixtureEpisode } from './store-fixtures';

const FPS = 30;
const JOINTS = 6;
const SIZE = { width: 64, height: 48 };

/** Promises inside the recorder and the memory store resolve before this does. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

interface Bench {
	readonly scheduler: VirtualScheduler;
	readonly store: RecordingStore;
	readonly recorder: EpisodeRecorder;
	readonly ends: RecordingEnd[];
	/** Runs cameras and record ticks for so many ticks; `change` alters a tick. */
	run(ticks: number, change?: (tick: RecordTick) => RecordTick): Promise<void>;
	stopCamera(index: number): void;
}

interface BenchOptions {
	readonly cameras?: number;
	readonly phaseMs?: number;
	readonly encoder?: FakeEncoderOptions;
	readonly recorder?: Partial<EpisodeRecorderOptions>;
	readonly engine?: MemoryEngineOptions;
}

async function createBench(options: BenchOptions = {}): Promise<Bench> {
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
async function stop({ recorder, scheduler }: Bench): Promise<RecordingEnd> {
	let end: RecordingEnd | null = null;
	void recorder.stop().then((reached) => (end = reached));
	for (let n = 0; n < 500 && !end; n++) {
		await settle();
		scheduler.advanceTo(scheduler.now() + 10);
	}
	return end ?? Promise.reject(new Error('the recording did not end'));
}

async function blocksOf(store: RecordingStore, id: string): Promise<EpisodeBlock[]> {
	const blocks: EpisodeBlock[] = [];
	for await (const block of (await store.openEpisode(id)).blocks()) blocks.push(block);
	return blocks;
}

const statesOf = (blocks: readonly EpisodeBlock[]): number[] =>
	blocks.flatMap(({ rows }) => [...rows.state].filter((_, i) => i % JOINTS === 0));

const picturesOf = (blocks: readonly EpisodeBlock[], camera: number): number[] =>
	blocks.flatMap((block) => (block.packets[camera] ?? []).map(({ bytes }) => readFakePacket(bytes).picture));

describe('recording an episode', () => {
	it('keeps one row and one picture of every camera per tick, right ones, in order', async () => {
		const bench = await createBench();
		await bench.run(100);
		const { meta, code, sealed } = await stop(bench);
		expect([code, sealed, meta?.frameCount, meta?.failedTicks, meta?.droppedTicks]).toEqual([
			null,
			true,
			100,
			0,
			0
		]);
		const blocks = await blocksOf(bench.store, bench.recorder.episodeId);
		expect(statesOf(blocks)).toEqual(Array.from({ length: 100 }, (_, i) => i));
		// Ticks begin with the cameras' second picture and meet them exactly.
		for (const camera of [0, 1])
			expect(picturesOf(blocks, camera)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
		expect(blocks.flatMap(({ rows }) => [...rows.action])[JOINTS]).toBe(1.5);
		expect(meta?.cameras.map(({ counters }) => counters)).toEqual(
			Array(2).fill({ dup: 0, skip: 0, encoderDrop: 0 })
		);
		expect(bench.ends).toHaveLength(1);
	});

	it('stores blocks of at most 250 ms that are strict at least every second', async () => {
		const durabilities: string[] = [];
		const bench = await createBench({
			engine: { onCommit: (writes, d) => void (writes[0]?.table === 'blocks' && durabilities.push(d)) }
		});
		await bench.run(120);
		await stop(bench);
		const blocks = await blocksOf(bench.store, bench.recorder.episodeId);
		for (const { rows } of blocks) expect((rows.frameCount * 1000) / FPS).toBeLessThanOrEqual(BLOCK_MS);
		const gaps = durabilities.join(' ').split('strict');
		for (const gap of gaps)
			expect(gap.trim().split(' ').length * BLOCK_MS).toBeLessThanOrEqual(1000 - BLOCK_MS);
	});

	it('records capture times of state and pictures on the episode scale, and the rate', async () => {
		const bench = await createBench({ phaseMs: 7 });
		await bench.run(60);
		const { meta } = await stop(bench);
		const [block] = await blocksOf(bench.store, bench.recorder.episodeId);
		expect(block?.rows.captureMs[1]).toBeCloseTo(1000 / FPS, 9);
		expect(block?.rows.cameraMs[0]?.[1]).toBeCloseTo(1000 / FPS, 9);
		expect(block?.rows.cameraMs[1]?.[1]).toBeCloseTo(1000 / FPS + 7, 9);
		expect(meta?.achievedFps).toBeCloseTo(30, 9);
		expect(meta?.durationMs).toBeCloseTo((59 * 1000) / FPS, 6);
		expect(meta?.startedAtEpochMs).toBe(1_700_000_000_000);
	});

	it('puts key pictures on the same rows of all cameras, the first row among them', async () => {
		const bench = await createBench({ recorder: { groupLength: 3 } });
		await bench.run(30);
		await stop(bench);
		const blocks = await blocksOf(bench.store, bench.recorder.episodeId);
		for (const camera of [0, 1]) {
			const keys = blocks.flatMap((block) => (block.packets[camera] ?? []).map(({ key }) => key));
			expect(keys).toEqual(Array.from({ length: 30 }, (_, i) => i % 3 === 0));
		}
	});

	it('keeps track, statistics and a thumbnail', async () => {
		const bench = await createBench();
		await bench.run(30);
		const { meta } = await stop(bench);
		for (const camera of meta?.cameras ?? []) {
			expect(camera.track?.codec).toBe('fake');
			expect(camera.stats?.count).toBe(30);
			expect([...(camera.thumbnail ?? [])]).toEqual([1]);
		}
	});

	it('works without any camera', async () => {
		const bench = await createBench({ cameras: 0 });
		await bench.run(20);
		expect((await stop(bench)).meta?.frameCount).toBe(20);
	});

	it('leaves nothing behind when nothing was recorded', async () => {
		const bench = await createBench();
		const end = await stop(bench);
		expect(end).toEqual({ meta: null, code: null, sealed: true });
		expect(await bench.store.listEpisodes()).toEqual([]);
	});
});

describe('what is missing is left out and counted', () => {
	it('ticks that were not read, or without a goal for every joint', async () => {
		const bench = await createBench();
		await bench.run(40, (tick) => {
			if (tick.index === 3) return { ...tick, read: false, state: new Float32Array(0) };
			if (tick.index === 5) return { ...tick, state: tick.state.fill(NaN, 2, 3) };
			if (tick.index === 7) return { ...tick, action: tick.action.fill(NaN) };
			if (tick.index === 9) return { ...tick, action: tick.action.subarray(1) };
			return tick;
		});
		const { meta } = await stop(bench);
		expect([meta?.frameCount, meta?.failedTicks]).toEqual([36, 4]);
		const states = statesOf(await blocksOf(bench.store, bench.recorder.episodeId));
		expect(states).toEqual(Array.from({ length: 40 }, (_, i) => i).filter((i) => ![3, 5, 7, 9].includes(i)));
	});

	it('rows whose picture the encoder could not take in time', async () => {
		const bench = await createBench({ encoder: { encodeMs: 60 } });
		await bench.run(90);
		const { meta } = await stop(bench);
		const drops = meta?.cameras.map(({ counters }) => counters.encoderDrop) ?? [];
		expect(drops[0]).toBeGreaterThan(20);
		expect((meta?.frameCount ?? 0) + (meta?.droppedTicks ?? 0)).toBe(90);
		const blocks = await blocksOf(bench.store, bench.recorder.episodeId);
		expect(picturesOf(blocks, 0)).toEqual(statesOf(blocks).map((state) => state + 1));
	});

	it('rows whose picture an encoder swallowed, and what could not be decoded without it', async () => {
		const bench = await createBench({ encoder: { swallows: (sequence) => sequence === 10 } });
		await bench.run(60);
		const { meta } = await stop(bench);
		expect((meta?.frameCount ?? 0) + (meta?.droppedTicks ?? 0)).toBe(60);
		expect(meta?.droppedTicks).toBeLessThanOrEqual(2);
		const blocks = await blocksOf(bench.store, bench.recorder.episodeId);
		expect(statesOf(blocks)).not.toContain(10);
		expect(picturesOf(blocks, 1)).toEqual(statesOf(blocks).map((state) => state + 1));
	});
});

describe('recordings that something else ends', () => {
	it('a camera that stands still for a second', async () => {
		const bench = await createBench();
		await bench.run(30);
		bench.stopCamera(1);
		await bench.run(60);
		await stop(bench);
		const [end] = bench.ends;
		expect([end?.code, end?.sealed, end?.meta?.interrupted]).toEqual(['camera_frozen', true, true]);
		expect(end?.meta?.frameCount).toBeGreaterThan(55);
		expect(end?.meta?.cameras[1]?.counters.dup).toBeGreaterThan(20);
	});

	it('a camera that never delivers, or delivers another size', async () => {
		const bench = await createBench();
		bench.stopCamera(0);
		const picture = { width: 32, height: 32, data: new Uint8Array(1536), tMs: 50, sequence: 0 };
		bench.recorder.frame(0, picture);
		bench.recorder.frame(7, picture);
		await bench.run(60);
		await stop(bench);
		expect(bench.ends).toEqual([{ meta: null, code: 'camera_frozen', sealed: true }]);
	});

	it('an encoder that fails', async () => {
		const bench = await createBench({ encoder: { failsAt: 40 } });
		await bench.run(60);
		await stop(bench);
		expect(bench.ends[0]).toMatchObject({ code: 'encoder_failed', sealed: true, meta: { frameCount: 40 } });
	});

	it('an encoder that stops answering', async () => {
		const bench = await createBench({ encoder: { swallows: (sequence) => sequence > 20 } });
		await bench.run(150);
		await stop(bench);
		expect(bench.ends[0]).toMatchObject({ code: 'encoder_failed', sealed: true, meta: { frameCount: 21 } });
	});

	it('a full disk, found by the estimate before it is hit', async () => {
		let usage = 0;
		const quota = 10 * RESERVE_BYTES;
		const storage = { estimate: () => Promise.resolve({ usage, quota }) };
		const bench = await createBench({ recorder: { storage } });
		await bench.run(100);
		usage = quota - RESERVE_BYTES / 4;
		await bench.run(200);
		await stop(bench);
		expect(bench.ends[0]).toMatchObject({ code: 'storage_full', sealed: true, meta: { interrupted: true } });
		expect(bench.ends[0]?.meta?.frameCount).toBeGreaterThan(100);
	});

	it('a full disk that refuses a block: everything before it is sealed', async () => {
		let blocks = 0;
		const bench = await createBench({
			engine: {
				onCommit(writes) {
					if (writes.some(({ table, value }) => table === 'blocks' && value) && ++blocks > 4)
						throw new CodedError('storage_full', 'full');
				}
			}
		});
		await bench.run(60);
		await stop(bench);
		const [end] = bench.ends;
		expect([end?.code, end?.sealed, end?.meta?.frameCount]).toEqual(['storage_full', true, 24]);
		expect(statesOf(await blocksOf(bench.store, bench.recorder.episodeId))).toHaveLength(24);
	});

	it('a full disk that refuses everything: what was written stays recoverable', async () => {
		let full = false;
		const engine: MemoryEngineOptions = {
			onCommit() {
				if (full) throw new CodedError('storage_full', 'full');
			}
		};
		const bench = await createBench({ engine });
		await bench.run(30);
		full = true;
		await bench.run(30);
		await stop(bench);
		expect(bench.ends[0]).toMatchObject({ code: 'storage_full', sealed: false, meta: null });
		full = false;
		const [offer] = await bench.store.recoverable();
		expect(offer?.frameCount).toBeGreaterThanOrEqual(24);
		expect((await bench.store.recover(offer?.meta.id ?? ''))?.cameras[0]?.stats?.count).toBeGreaterThan(0);
	});

	it('a store that hangs for a second: nothing that waited is lost once it answers', async () => {
		let answer: (() => void) | null = null;
		const store = hangingStore(await openMemoryStore(), (go) => (answer = go));
		const slow = await createBench({ recorder: { store } });
		await slow.run(60);
		expect(slow.ends).toEqual([]);
		(answer as (() => void) | null)?.();
		const end = await stop(slow);
		expect(end).toMatchObject({ code: 'storage_too_slow', sealed: true, meta: { interrupted: true } });
		expect(end.meta?.frameCount).toBeGreaterThan(30);
		expect(end.meta?.frameCount).toBeLessThan(50);
	});
});

/** Its first append hangs until told. */
function hangingStore(store: RecordingStore, hung: (go: () => void) => void): RecordingStore {
	let first = true;
	return {
		...store,
		async beginEpisode(episode) {
			const writer = await store.beginEpisode(episode);
			return {
				...writer,
				get meta() {
					return writer.meta;
				},
				get byteCount() {
					return writer.byteCount;
				},
				async append(...rest) {
					if (first) await new Promise<void>((go) => hung(go));
					first = false;
					return writer.append(...rest);
				}
			};
		}
	};
}

describe('preparing', () => {
	it('leaves nothing behind when there is no encoder', async () => {
		const store = await openMemoryStore();
		const refused = prepareRecorder(
			{
				store,
				scheduler: createVirtualScheduler(),
				createEncoder: () => Promise.reject(new CodedError('no_webcodecs', 'none')),
				epochMs: () => 0
			},
			fixtureEpisode('d')
		);
		await expect(refused).rejects.toMatchObject({ code: 'no_webcodecs' });
		expect([await store.listEpisodes(), await store.recoverable()]).toEqual([[], []]);
		await store.wipe();
	});
});

describe('lockstep', () => {
	it('drops nothing however slow the encoder, when each step waits until ready', async () => {
		const bench = await createBench({ encoder: { encodeMs: 500 } });
		for (let n = 0; n < 30; n++) {
			await bench.run(1);
			let ready = false;
			void bench.recorder.ready().then(() => (ready = true));
			for (let k = 0; k < 200 && !ready; k++) {
				// Only the encoder's clock goes on; the lab's stands until everyone has answered.
				bench.scheduler.runNext(Infinity);
				await settle();
			}
			expect(ready).toBe(true);
		}
		expect(bench.recorder.counts().droppedTicks).toBe(0);
	});
});
