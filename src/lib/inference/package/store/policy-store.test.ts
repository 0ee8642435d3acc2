import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { describeContract } from '$lib/core/testing/describe-contract';
import { openIdbPolicyEngine } from '$lib/recorder';
import { createMemoryEngine, type MemoryTables } from '$lib/recorder/memory-engine';
import { idbPolicyHarness, memoryPolicyHarness } from '../testing/store-harness';
import { openPolicyStore } from './policy-store';
import { policyStoreContract } from './store.contract';

const zip = new Blob([readFileSync(join(import.meta.dirname, '..', 'fixtures', 'policy.zip'))]);

beforeEach(() => {
	globalThis.indexedDB = new IDBFactory();
});

describeContract('PolicyStore: memory', policyStoreContract, () => memoryPolicyHarness(zip));
describeContract('PolicyStore: IndexedDB', policyStoreContract, () => idbPolicyHarness(zip));

describe('policies in IndexedDB', () => {
	it('lie in a database of their seat', async () => {
		(await openPolicyStore(await openIdbPolicyEngine('7'))).close();
		expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(['edubotics-policies-7']);
	});

	it('are listed without a look at their weights', async () => {
		const tables: MemoryTables = new Map();
		const store = await openPolicyStore(createMemoryEngine({ tables }));
		expect((await store.add(zip, 'fixture.zip')).ok).toBe(true);
		for (const key of tables.keys()) if (key.startsWith('files')) tables.delete(key);
		expect((await store.list()).map(({ manifest }) => manifest.name)).toEqual(['Fixture']);
		expect(await store.open((await store.list())[0]?.id ?? '')).toBeUndefined();
	});
});
