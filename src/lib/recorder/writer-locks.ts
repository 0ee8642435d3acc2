// Who is writing an episode right now. A lock dies with the worker that holds it, so "running without a holder" means
// "its writer is gone". Web Locks in the browser, a shared set in tests.

export interface WriterLocks {
	/** Resolves with the release once the lock is held. */
	hold(episodeId: string): Promise<() => void>;
	isHeld(episodeId: string): Promise<boolean>;
}

export function createMemoryWriterLocks(held = new Set<string>()): WriterLocks {
	return {
		hold(episodeId) {
			held.add(episodeId);
			return Promise.resolve(() => held.delete(episodeId));
		},
		isHeld: (episodeId) => Promise.resolve(held.has(episodeId))
	};
}

/** `locks`: navigator.locks of this realm. Names carry the seat, because the lock space is shared by the origin. */
export function createWebWriterLocks(locks: LockManager, seatId: string): WriterLocks {
	const nameOf = (episodeId: string): string => `edubotics-recording:${seatId}:${episodeId}`;
	return {
		hold: (episodeId) =>
			new Promise((resolve, reject) => {
				locks
					.request(nameOf(episodeId), () => new Promise<void>((release) => resolve(() => release())))
					.catch(reject);
			}),
		async isHeld(episodeId) {
			const { held = [] } = await locks.query();
			return held.some((lock) => lock.name === nameOf(episodeId));
		}
	};
}
