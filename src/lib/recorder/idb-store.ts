// The recording store of one seat in IndexedDB: database `edubotics-seat-<id>`, so that the next pupil on this machine
// meets none of the last one's data and a seat can be wiped whole.

import { CodedError } from '$lib/core';
import { openIdbEngine } from './idb-engine';
import { openStore, type StoreOptions } from './open-store';
import type { RecordingStore } from './recording-store';
import { createWebWriterLocks } from './writer-locks';

export const seatDatabaseName = (seatId: string): string => `edubotics-seat-${seatId}`;

/** Locks default to the browser's; rejects as `openIdbEngine` and `openStore` do. */
export async function openIdbStore(
	options: { readonly seatId: string } & Partial<StoreOptions>
): Promise<RecordingStore> {
	const { seatId } = options;
	const locks = options.locks ?? webLocks(seatId);
	const engine = await openIdbEngine(seatDatabaseName(seatId));
	return openStore(engine, {
		seatId,
		locks,
		epochMs: options.epochMs ?? Date.now,
		newId: options.newId ?? (() => crypto.randomUUID())
	});
}

function webLocks(seatId: string): ReturnType<typeof createWebWriterLocks> {
	// Without Web Locks (an insecure context) nobody could tell a running recording from a torn one.
	if (!('locks' in globalThis.navigator))
		throw new CodedError('insecure_context', 'this page has no Web Locks');
	return createWebWriterLocks(navigator.locks, seatId);
}
