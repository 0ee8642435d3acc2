import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import { CodedError } from '$lib/core';
import { describeContract } from '$lib/core/testing/describe-contract';
import { openIdbEngine } from './idb-engine';
import { openIdbStore } from './idb-store';
import { createMemoryEngine } from './memory-engine';
import { openStore } from './open-store';
import { fixtureBlock, fixtureEpisode, fixtureProgress } from './store-fixtures';
import { storeContract } from './store.contract';
import { idbStoreHarness, memoryStoreHarness } from './testing/store-harness';
import { createMemoryWriterLocks, createWebWriterLocks } from './writer-locks';

beforeEach(() => {
	globalThis.indexedDB = new IDBFactory();
});

describeContract('RecordingStore: memory', storeContract, memoryStoreHarness);
describeContract('RecordingStore: IndexedDB', storeContract, idbStoreHarness);

describe('recording store in IndexedDB', () => {
	it('uses one database per seat', async () => {
		const store = await openIdbStore({ seatId: '7', locks: createMemoryWriterLocks() });
		store.close();
		expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(['edubotics-seat-7']);
	});

	it('does not touch a database with a newer layout', async () => {
		const future = await rawOpen('edubotics-seat-a', 99);
		future.close();
		await expect(openIdbStore({ seatId: 'a', locks: createMemoryWriterLocks() })).rejects.toMatchObject({
			code: 'store_from_future'
		});
		expect(await indexedDB.databases()).toEqual([{ name: 'edubotics-seat-a', version: 99 }]);
	});

	it('says when another tab keeps an older layout open, and opens once that tab let go', async () => {
		const older = await rawOpen('seat', 1);
		await expect(openIdbEngine('seat', 2)).rejects.toMatchObject({ code: 'store_blocked' });
		older.close();
		(await openIdbEngine('seat', 2)).close();
	});

	it('makes way for a newer version, but not during a recording', async () => {
		const idle = await openIdbEngine('seat');
		(await openIdbEngine('seat', 2)).close();
		await expect(idle.read((tx) => tx.getAll('about'))).rejects.toMatchObject({ code: 'no_indexeddb' });
		const busy = await openIdbEngine('seat', 2);
		const release = busy.hold();
		await expect(openIdbEngine('seat', 3)).rejects.toMatchObject({ code: 'store_blocked' });
		await busy.write('relaxed', (tx) => tx.put('about', 'x', 1));
		release();
		(await openIdbEngine('seat', 3)).close();
	});

	it('leaves no trace of a transaction whose body fails', async () => {
		const engine = await openIdbEngine('seat');
		const failing = engine.write('strict', async (tx) => {
			await tx.put('about', 'x', 1);
			throw new RangeError('changed my mind');
		});
		await expect(failing).rejects.toThrow(RangeError);
		expect(await engine.read((tx) => tx.getAll('about'))).toEqual([]);
		engine.close();
	});

	it('is refused with a code where there is no IndexedDB or no Web Locks', async () => {
		globalThis.indexedDB = undefined as unknown as IDBFactory;
		await expect(openIdbStore({ seatId: 'a', locks: createMemoryWriterLocks() })).rejects.toMatchObject({
			code: 'no_indexeddb'
		});
	});
});

async function rawOpen(name: string, version: number): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open(name, version);
		request.onupgradeneeded = () => {
			for (const table of ['about', 'datasets', 'episodes', 'blocks'])
				request.result.createObjectStore(table);
		};
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error('open failed'));
	});
}

describe('a full disk', () => {
	const refuse = (after: number) => {
		let writes = 0;
		return () => {
			if (++writes > after) throw new CodedError('storage_full', 'full');
		};
	};
	const options = {
		seatId: 'a',
		locks: createMemoryWriterLocks(),
		epochMs: () => 0,
		newId: () => crypto.randomUUID()
	};

	it('at opening is a quota of nothing', async () => {
		const engine = createMemoryEngine({ onCommit: refuse(0) });
		await expect(openStore(engine, options)).rejects.toMatchObject({ code: 'quota_zero' });
	});

	it('refuses to begin, and frees the writer lock', async () => {
		const held = new Set<string>();
		const engine = createMemoryEngine({ onCommit: refuse(1) });
		const store = await openStore(engine, { ...options, locks: createMemoryWriterLocks(held) });
		await expect(store.beginEpisode(fixtureEpisode('d'))).rejects.toMatchObject({ code: 'storage_full' });
		expect(held.size).toBe(0);
		await store.wipe();
	});

	it('refuses a block and still seals those before it', async () => {
		let full = false;
		const engine = createMemoryEngine({
			onCommit(writes) {
				if (full && writes.some((write) => write.table === 'blocks'))
					throw new CodedError('storage_full', 'full');
			}
		});
		const store = await openStore(engine, options);
		const writer = await store.beginEpisode(fixtureEpisode('d'));
		const { id } = writer.meta;
		await writer.append(fixtureBlock(id, 0, 0), fixtureProgress(), 'relaxed');
		full = true;
		const second = writer.append(fixtureBlock(id, 1, 3), fixtureProgress(), 'relaxed');
		await expect(second).rejects.toMatchObject({ code: 'storage_full' });
		const meta = await writer.seal({ block: null, progress: fixtureProgress(), interrupted: true });
		expect(meta).toMatchObject({ frameCount: 3, interrupted: true, status: 'sealed' });
	});
});

describe('writer locks of the browser', () => {
	it('are held until released and carry the seat', async () => {
		const held = new Map<string, () => void>();
		const locks = {
			request: (name: string, run: () => Promise<void>) => {
				held.set(name, () => undefined);
				return run().then(() => held.delete(name));
			},
			query: () => Promise.resolve({ held: [...held.keys()].map((name) => ({ name })) })
		} as unknown as LockManager;
		const mine = createWebWriterLocks(locks, 'a');
		const release = await mine.hold('e');
		expect(await mine.isHeld('e')).toBe(true);
		expect(await createWebWriterLocks(locks, 'b').isHeld('e')).toBe(false);
		release();
		await Promise.resolve();
		await Promise.resolve();
		expect(await mine.isHeld('e')).toBe(false);
	});
});
