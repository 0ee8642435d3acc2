// The StorageEngine on IndexedDB: one database, one object store per table, string keys. Knows versions, durability and
// how a browser reports a full disk; knows nothing of episodes.

import { deleteDB, openDB, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { CodedError } from '$lib/core';
import { freshLog } from './fresh-log';
import { prefixEnd, TABLES, type StorageEngine, type StorageTransaction, type Table } from './storage-engine';

/** Layout of the database: which object stores exist. Raised only together with an upgrade step below. */
export const IDB_VERSION = 1;

type Transaction = IDBPTransaction<unknown, Table[], IDBTransactionMode>;

/**
 * Opens or creates the database. Rejects with `store_from_future` (a newer version wrote it; nothing was touched),
 * `store_blocked` (another tab holds an older layout open), `quota_zero` (no space at all) or `no_indexeddb`.
 */
export async function openIdbEngine(
	name: string,
	version = IDB_VERSION,
	tables: readonly Table[] = TABLES
): Promise<StorageEngine> {
	let holds = 0;
	let asked = false;
	let lost = false;
	// A newer version in another tab wants to change the layout: let it, but not in the middle of a recording.
	const makeWay = (): void => {
		asked = true;
		if (holds === 0) db.close();
	};
	await freshLog();
	const db = await openDatabase(name, version, tables, makeWay);
	db.addEventListener('close', () => (lost = true));

	const run = async <T>(
		mode: 'readonly' | 'readwrite',
		durability: 'relaxed' | 'strict',
		body: (transaction: StorageTransaction) => Promise<T>
	): Promise<T> => {
		if (lost) throw new CodedError('no_indexeddb', 'the browser closed the database');
		let transaction: Transaction | null = null;
		try {
			transaction = db.transaction([...tables], mode, { durability });
			// An aborted transaction rejects `done` as well as the operation that failed; the latter is reported.
			const done = transaction.done.catch((error: unknown) => ({ error }));
			const result = await body(wrapTransaction(transaction));
			const failure = await done;
			if (failure) throw failure.error;
			return result;
		} catch (error) {
			abortQuietly(transaction);
			throw codedStorageError(error);
		}
	};

	return {
		read: (body) => run('readonly', 'relaxed', body),
		write: (durability, body) => run('readwrite', durability, body),
		hold() {
			holds += 1;
			let held = true;
			return () => {
				if (held) holds -= 1;
				held = false;
				if (asked && holds === 0) db.close();
			};
		},
		close: () => db.close(),
		async destroy() {
			db.close();
			await deleteDB(name);
		}
	};
}

function openDatabase(
	name: string,
	version: number,
	tables: readonly Table[],
	makeWay: () => void
): Promise<IDBPDatabase> {
	if (typeof indexedDB === 'undefined')
		return Promise.reject(new CodedError('no_indexeddb', 'this browser has no IndexedDB'));
	return new Promise((resolve, reject) => {
		let refused = false;
		openDB(name, version, {
			upgrade(db, oldVersion) {
				if (oldVersion < 1) for (const table of tables) db.createObjectStore(table);
			},
			blocked() {
				refused = true;
				reject(new CodedError('store_blocked', `another tab holds ${name} open in an older layout`));
			},
			blocking: makeWay
		}).then(
			(db) => (refused ? db.close() : resolve(db)),
			(error: unknown) => reject(codedOpenError(name, error))
		);
	});
}

function codedOpenError(name: string, error: unknown): Error {
	if (isNamed(error, 'VersionError'))
		return new CodedError('store_from_future', `${name} was written by a newer version`, { cause: error });
	const coded = codedStorageError(error);
	if (coded instanceof CodedError && coded.code === 'storage_full')
		return new CodedError('quota_zero', 'the browser grants no space', { cause: error });
	return coded;
}

const isNamed = (error: unknown, name: string): boolean =>
	typeof error === 'object' && error !== null && (error as { name?: unknown }).name === name;

/** Browser exceptions become coded errors; errors of the body pass through as they are. */
export function codedStorageError(error: unknown): Error {
	if (isNamed(error, 'QuotaExceededError'))
		return new CodedError('storage_full', 'the disk or the quota is full', { cause: error });
	const isBrowserError = typeof DOMException !== 'undefined' && error instanceof DOMException;
	if (isBrowserError) return new CodedError('no_indexeddb', `IndexedDB: ${error.name}`, { cause: error });
	return error instanceof Error ? error : new Error(String(error));
}

function abortQuietly(transaction: Transaction | null): void {
	try {
		transaction?.abort();
	} catch {
		// Already finished or aborted by the failure itself.
	}
}

function wrapTransaction(transaction: Transaction): StorageTransaction {
	const store = (table: Table) => transaction.objectStore(table);
	const writable = (table: Table) => {
		const found = transaction.objectStore(table) as { put?: unknown };
		if (!found.put) throw new TypeError('write in a read transaction');
		return transaction.objectStore(table) as IDBWritable;
	};
	const under = (prefix: string) => IDBKeyRange.bound(prefix, prefixEnd(prefix));
	return {
		get: (table, key) => store(table).get(key),
		getAll: (table, prefix = '') => store(table).getAll(under(prefix)),
		async lastKey(table, prefix) {
			const cursor = await store(table).openKeyCursor(under(prefix), 'prev');
			return cursor && typeof cursor.key === 'string' ? cursor.key : undefined;
		},
		async put(table, key, value) {
			await writable(table).put(value, key);
		},
		async delete(table, key) {
			await writable(table).delete(key);
		},
		async deleteAll(table, prefix = '') {
			await writable(table).delete(under(prefix));
		}
	};
}

interface IDBWritable {
	put(value: unknown, key: string): Promise<unknown>;
	delete(key: string | IDBKeyRange): Promise<void>;
}
