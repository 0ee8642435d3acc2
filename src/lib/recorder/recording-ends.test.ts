import { describe, expect, it } from 'vitest';
import { CodedError } from '$lib/core';
import type { MemoryEngineOptions } from './memory-engine';
import { rowsPerBlock } from './durability';
import { openMemoryStore } from './memory-store';
import { RESERVE_BYTES } from './quota';
import { blocksOf, createBench, statesOf, stop } from './recording-bench';
import type { RecordingStore } from './recording-store';

const BLOCK_ROWS = rowsPerBlock(30);

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
		expect([end?.code, end?.sealed, end?.meta?.frameCount]).toEqual(['storage_full', true, 4 * BLOCK_ROWS]);
		expect(statesOf(await blocksOf(bench.store, bench.recorder.episodeId))).toHaveLength(4 * BLOCK_ROWS);
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
