// Every recording store there is, for the contract: in Node over a stand-in for IndexedDB, in the browser over the real one.

import { openIdbEngine } from '../idb-engine';
import { openIdbStore, seatDatabaseName } from '../idb-store';
import { createMemoryEngine, type MemoryTables } from '../memory-engine';
import { openMemoryStore } from '../memory-store';
import type { StoreHarness } from '../store.contract';
import { createMemoryWriterLocks } from '../writer-locks';

export function memoryStoreHarness(): StoreHarness {
	const disks = new Map<string, MemoryTables>();
	const diskOf = (seatId: string): MemoryTables => {
		const disk = disks.get(seatId) ?? new Map<string, unknown>();
		disks.set(seatId, disk);
		return disk;
	};
	return {
		open: (seatId, locks = createMemoryWriterLocks()) =>
			openMemoryStore({ seatId, locks, engine: { tables: diskOf(seatId) } }),
		engine: (seatId) => Promise.resolve(createMemoryEngine({ tables: diskOf(seatId) }))
	};
}

let count = 0;

/** Databases of its own, so that a case that failed and left its store open disturbs no other. */
export function idbStoreHarness(): StoreHarness {
	const run = `contract-${count++}`;
	const seats = new Set<string>();
	const mine = (seatId: string): string => {
		seats.add(`${run}-${seatId}`);
		return `${run}-${seatId}`;
	};
	return {
		open: (seatId, locks = createMemoryWriterLocks()) => openIdbStore({ seatId: mine(seatId), locks }),
		engine: (seatId) => openIdbEngine(seatDatabaseName(mine(seatId))),
		dispose() {
			for (const seat of seats) indexedDB.deleteDatabase(seatDatabaseName(seat));
		}
	};
}
