// Keeps a killed browser from costing the whole database. Knows how Chromium stores IndexedDB, nothing of episodes.
//
// [Note: torn tail] Chromium keeps the databases of an origin in one LevelDB. A browser that is killed while it writes can
// leave half a record at the end of LevelDB's log. The next start ignores that half, but goes on writing behind it; the start
// after that finds it in the middle, takes the database for damaged and begins an empty one: all recordings are gone
// (seen once in 500 kills, and every time when the end of the log is cut by hand). A log is given up, torn end and all,
// when some megabytes have been written (about 2 MB here). So the first thing written in every session is as much as that, over
// and over into one place.

import { deleteDB, openDB } from 'idb';

const NAME = 'edubotics-fresh-log';
const STORE = 'filler';
/** One value must stay below the size that Chromium keeps in a file of its own. */
const PIECE_BYTES = 32 * 1024;
const PIECES = 144;

let begun: Promise<void> | null = null;

/** Once per worker, before anything else is written; later calls wait for the first. Never fails: a full disk stays as it was. */
export function freshLog(): Promise<void> {
	begun ??= needsIt() ? fill().catch(() => undefined) : Promise.resolve();
	return begun;
}

/** Other browsers keep their databases in other ways. */
function needsIt(): boolean {
	return typeof indexedDB !== 'undefined' && typeof navigator !== 'undefined' && 'userAgentData' in navigator;
}

async function fill(): Promise<void> {
	const db = await openDB(NAME, 1, { upgrade: (made) => void made.createObjectStore(STORE) });
	try {
		const piece = new Uint8Array(PIECE_BYTES);
		const transaction = db.transaction(STORE, 'readwrite', { durability: 'relaxed' });
		for (let n = 0; n < PIECES; n++) void transaction.store.put(piece, 0);
		await transaction.done;
	} finally {
		db.close();
	}
	// The write after the last piece is the one that begins the new log.
	await deleteDB(NAME);
}
