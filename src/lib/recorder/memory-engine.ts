// A StorageEngine in plain memory, with the same rules as the durable one: writes of a transaction appear together or
// not at all, one transaction after the other, values are copies.

import type { Durability, StorageEngine, StorageTransaction, Table } from './storage-engine';

export interface WriteOperation {
	readonly table: Table;
	readonly key: string;
	/** undefined = removed. */
	readonly value: unknown;
}

/** Key -> value of all tables in one map; key = `table` + '\n' + key. */
export type MemoryTables = Map<string, unknown>;

export interface MemoryEngineOptions {
	/** Shared by engines that look at the same "disk". */
	readonly tables?: MemoryTables;
	/** Called when a transaction is committed, before it is acknowledged; may throw to refuse it. */
	readonly onCommit?: (writes: readonly WriteOperation[], durability: Durability) => void;
	/** False where the caller promises to treat values as frozen. */
	readonly copyValues?: boolean;
}

const REMOVED = Symbol('removed');
const address = (table: Table, key: string): string => `${table}\n${key}`;

export function applyWrites(tables: MemoryTables, writes: readonly WriteOperation[]): void {
	for (const { table, key, value } of writes)
		if (value === undefined) tables.delete(address(table, key));
		else tables.set(address(table, key), value);
}

export function createMemoryEngine(options: MemoryEngineOptions = {}): StorageEngine {
	const tables = options.tables ?? new Map<string, unknown>();
	const copy = options.copyValues === false ? (value: unknown) => value : structuredClone<unknown>;
	let tail: Promise<unknown> = Promise.resolve();
	let closed = false;

	/** Transactions queue up behind each other, as IndexedDB's do on the same tables. */
	const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
		if (closed) return Promise.reject(new Error('the storage engine is closed'));
		const result = tail.then(run);
		tail = result.catch(() => undefined);
		return result;
	};

	return {
		read: (body) => inTurn(() => body(createTransaction(tables, new Map(), copy))),
		write: (durability, body) =>
			inTurn(async () => {
				const overlay = new Map<string, unknown>();
				const result = await body(createTransaction(tables, overlay, copy));
				const writes = [...overlay].map(([at, value]): WriteOperation => {
					const split = at.indexOf('\n');
					return {
						table: at.slice(0, split) as Table,
						key: at.slice(split + 1),
						value: value === REMOVED ? undefined : value
					};
				});
				options.onCommit?.(writes, durability);
				applyWrites(tables, writes);
				return result;
			}),
		hold: () => () => undefined,
		close() {
			closed = true;
		},
		destroy() {
			closed = true;
			tables.clear();
			return Promise.resolve();
		}
	};
}

function createTransaction(
	tables: MemoryTables,
	overlay: Map<string, unknown>,
	copy: (value: unknown) => unknown
): StorageTransaction {
	const valueAt = (at: string): unknown => {
		const fresh = overlay.get(at);
		return fresh === REMOVED ? undefined : (fresh ?? tables.get(at));
	};
	const keysUnder = (table: Table, prefix: string): string[] => {
		const start = address(table, prefix);
		const keys = new Set<string>();
		for (const map of [tables, overlay]) for (const at of map.keys()) if (at.startsWith(start)) keys.add(at);
		return [...keys].filter((at) => valueAt(at) !== undefined).sort();
	};
	return {
		get: (table, key) => Promise.resolve(copy(valueAt(address(table, key)))),
		getAll: (table, prefix = '') => Promise.resolve(keysUnder(table, prefix).map((at) => copy(valueAt(at)))),
		lastKey: (table, prefix) =>
			Promise.resolve(
				keysUnder(table, prefix)
					.at(-1)
					?.slice(table.length + 1)
			),
		put(table, key, value) {
			overlay.set(address(table, key), copy(value));
			return Promise.resolve();
		},
		delete(table, key) {
			overlay.set(address(table, key), REMOVED);
			return Promise.resolve();
		},
		deleteAll(table, prefix = '') {
			for (const at of keysUnder(table, prefix)) overlay.set(at, REMOVED);
			return Promise.resolve();
		}
	};
}
