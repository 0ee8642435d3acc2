// A recording store that lives as long as the process: tests, and the lab where the browser gives no IndexedDB.

import { createMemoryEngine, type MemoryEngineOptions } from './memory-engine';
import { openStore, type StoreOptions } from './open-store';
import type { RecordingStore } from './recording-store';
import { createMemoryWriterLocks } from './writer-locks';

export function openMemoryStore(
	options: Partial<StoreOptions> & { readonly engine?: MemoryEngineOptions } = {}
): Promise<RecordingStore> {
	return openStore(createMemoryEngine(options.engine), {
		seatId: options.seatId ?? 'memory',
		locks: options.locks ?? createMemoryWriterLocks(),
		epochMs: options.epochMs ?? Date.now,
		newId: options.newId ?? (() => crypto.randomUUID())
	});
}
