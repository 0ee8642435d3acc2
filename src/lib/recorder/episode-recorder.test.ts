import { describe, expect, it } from 'vitest';
import { CodedError, createVirtualScheduler } from '$lib/core';
import { BLOCK_MS } from './durability';
import { prepareRecorder } from './episode-recorder';
import { openMemoryStore } from './memory-store';
import {
	blocksOf,
	createBench,
	FPS,
	JOINTS,
	picturesOf,
	settle,
	SIZE,
	statesOf,
	stop
} from './recording-bench';
import { fixtureEpisode } from './store-fixtures';

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

	it('keeps which rows a person drove after taking over, also where ticks before them have no row', async () => {
		const bench = await createBench();
		await bench.run(40, (tick) => ({
			...tick,
			...(tick.index === 5 ? { read: false, state: new Float32Array(0), action: new Float32Array(0) } : {}),
			...(tick.index >= 10 && tick.index < 20 ? { correction: true } : {})
		}));
		await stop(bench);
		const blocks = await blocksOf(bench.store, bench.recorder.episodeId);
		const marks = blocks.flatMap(({ rows }) => [...(rows.correction ?? new Uint8Array(rows.frameCount))]);
		const states = statesOf(blocks);
		expect(states.filter((_, row) => marks[row] === 1)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
		expect(marks).toHaveLength(39);
	});

	it('stores blocks of at most 250 ms that are strict at least every second', async () => {
		const durabilities: string[] = [];
		const bench = await createBench({
			engine: {
				onCommit(writes, durability) {
					if (writes[0]?.table === 'blocks') durabilities.push(durability);
				}
			}
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
			const ready: boolean[] = [];
			void bench.recorder.ready().then(() => ready.push(true));
			for (let k = 0; k < 200 && ready.length === 0; k++) {
				// Only the encoder's clock goes on; the lab's stands until everyone has answered.
				bench.scheduler.runNext(Infinity);
				await settle();
			}
			expect(ready).toHaveLength(1);
		}
		expect(bench.recorder.counts().droppedTicks).toBe(0);
	});

	it('waits for the picture of the tick, also one stamped a little before it', async () => {
		const bench = await createBench({ cameras: 1 });
		bench.stopCamera(0);
		const data = new Uint8Array((SIZE.width * SIZE.height * 3) / 2);
		const values = new Float32Array(JOINTS);
		for (let index = 0; index < 5; index++) {
			const tMs = (index * 1000) / FPS;
			bench.recorder.tick({ index, tMs, read: true, state: values, action: values });
			const ready: boolean[] = [];
			void bench.recorder.ready().then(() => ready.push(true));
			await settle();
			expect(ready).toHaveLength(0);
			bench.recorder.frame(0, { ...SIZE, data, tMs: tMs - 1, sequence: index });
			bench.scheduler.advanceTo(bench.scheduler.now() + 5);
			await settle();
			expect(ready).toHaveLength(1);
		}
		const { meta } = await stop(bench);
		expect([meta?.frameCount, meta?.cameras[0]?.counters.dup]).toEqual([5, 0]);
	});
});
