import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { CodedError } from '$lib/core';
import { describeContract } from '$lib/core/testing/describe-contract';
import { openIdbPolicyEngine } from '$lib/recorder';
import { createMemoryEngine, type MemoryTables } from '$lib/recorder/memory-engine';
import { openPolicyStore } from './policy-store';
import { policyStoreContract, type PolicyStoreHarness } from './store.contract';

const zip = new Blob([readFileSync(join(import.meta.dirname, '..', 'fixtures', 'policy.zip'))]);

/** Time and ids that count. */
function counting(): { epochMs: () => number; newId: () => string } {
	let now = 1000;
	let id = 0;
	return { epochMs: () => now++, newId: () => `run-${id++}` };
}

function memoryHarness(): PolicyStoreHarness {
	const tables: MemoryTables = new Map();
	const options = counting();
	let full = false;
	const engine = () =>
		createMemoryEngine({
			tables,
			onCommit(writes) {
				if (full && writes.some(({ table }) => table === 'files'))
					throw new CodedError('storage_full', 'full');
			}
		});
	return {
		zip,
		open: () => openPolicyStore(engine(), options),
		engine: () => Promise.resolve(engine()),
		fill: () => (full = true)
	};
}

let seats = 0;

function idbHarness(): PolicyStoreHarness {
	const seat = `contract-${seats++}`;
	const options = counting();
	return {
		zip,
		open: async () => openPolicyStore(await openIdbPolicyEngine(seat), options),
		engine: () => openIdbPolicyEngine(seat)
	};
}

beforeEach(() => {
	globalThis.indexedDB = new IDBFactory();
});

describeContract('PolicyStore: memory', policyStoreContract, memoryHarness);
describeContract('PolicyStore: IndexedDB', policyStoreContract, idbHarness);

describe('policies in IndexedDB', () => {
	it('lie in a database of their seat', async () => {
		(await openPolicyStore(await openIdbPolicyEngine('7'))).close();
		expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(['edubotics-policies-7']);
	});
});
