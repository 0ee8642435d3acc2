import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import { openInventory } from '$lib/robot';
import { openArmStore, openIdbArmStore } from './arm-store';
import { openIdbEngine } from './idb-engine';
import { createMemoryEngine, type MemoryTables } from './memory-engine';
import { ARM_TABLES } from './storage-engine';

const SEEN = { kind: 'seen', fingerprint: '1.2.3', atEpochMs: 1, cause: null, joints: [] } as const;

beforeEach(() => {
	globalThis.indexedDB = new IDBFactory();
});

describe('arms in IndexedDB', () => {
	it('are there again, in a database of their own', async () => {
		const keeper = await openInventory(await openIdbArmStore());
		await keeper.apply(SEEN);
		await keeper.apply({ kind: 'named', fingerprint: '1.2.3', name: 'Red' });
		keeper.close();
		const again = await openInventory(await openIdbArmStore());
		expect(again.inventory.get('1.2.3')?.name).toBe('Red');
		await again.apply({ kind: 'forgotten', fingerprint: '1.2.3' });
		again.close();
		expect((await openInventory(await openIdbArmStore())).inventory.size).toBe(0);
		expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(['edubotics-arms']);
	});

	it('are left alone when a newer version laid out the database', async () => {
		(await openIdbEngine('edubotics-arms', 9, ARM_TABLES)).close();
		await expect(openIdbArmStore()).rejects.toMatchObject({ code: 'store_from_future' });
		expect(await indexedDB.databases()).toEqual([{ name: 'edubotics-arms', version: 9 }]);
	});

	it('are left alone when only the rows are of a newer version', async () => {
		const engine = await openIdbEngine('edubotics-arms', 1, ARM_TABLES);
		await engine.write('strict', async (tx) => {
			await tx.put('about', 'store', { schemaVersion: 2 });
			await tx.put('arms', '1.2.3', { anything: true });
		});
		engine.close();
		await expect(openIdbArmStore()).rejects.toMatchObject({ code: 'store_from_future' });
		const after = await openIdbEngine('edubotics-arms', 1, ARM_TABLES);
		expect(await after.read((tx) => tx.get('arms', '1.2.3'))).toEqual({ anything: true });
	});

	it('survive rows that are no arms', async () => {
		const tables: MemoryTables = new Map();
		const engine = createMemoryEngine({ tables });
		await engine.write('strict', async (tx) => {
			await tx.put('arms', 'a', null);
			await tx.put('arms', 'b', 'text');
			await tx.put('arms', 'c', { fingerprint: 'c', schemaVersion: 1, number: -1 });
		});
		const keeper = await openInventory(await openArmStore(engine));
		expect(keeper.damaged).toBe(3);
		await keeper.apply(SEEN);
		const again = await openInventory(await openArmStore(createMemoryEngine({ tables })));
		expect([...again.inventory.keys()]).toEqual(['1.2.3']);
		expect(again.damaged).toBe(3);
	});
});
