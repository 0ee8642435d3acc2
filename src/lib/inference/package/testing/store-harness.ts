// Every store of policies there is, for the contract: in Node over a stand-in for IndexedDB, in the browser over the real one.

import { CodedError } from '$lib/core';
import { createMemoryEngine, type MemoryTables } from '$lib/recorder/memory-engine';
import { openIdbPolicyEngine } from '$lib/recorder/policy-engine';
import { openPolicyStore } from '../store/policy-store';
import type { PolicyStoreHarness } from '../store/store.contract';

/** Time and ids that count. */
function counting(): { readonly epochMs: () => number; readonly newId: () => string } {
	let now = 1000;
	let id = 0;
	return { epochMs: () => now++, newId: () => `run-${id++}` };
}

export function memoryPolicyHarness(zip: Blob): PolicyStoreHarness {
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

/** A seat of its own, so that a case that failed and left its store open disturbs no other. */
export function idbPolicyHarness(zip: Blob): PolicyStoreHarness {
	const seat = `contract-${seats++}-${crypto.randomUUID()}`;
	const options = counting();
	return {
		zip,
		open: async () => openPolicyStore(await openIdbPolicyEngine(seat), options),
		engine: () => openIdbPolicyEngine(seat),
		dispose: () => void indexedDB.deleteDatabase(`edubotics-policies-${seat}`)
	};
}
