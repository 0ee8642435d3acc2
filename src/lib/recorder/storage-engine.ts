// What the recording store needs of the thing that keeps bytes: four tables of string keys, transactions that hold
// together, and the choice between "soon on disk" and "on disk when acknowledged". IndexedDB, plain memory and the crash
// model implement it. Knows nothing of episodes.
// [Note: transaction bodies] A body may await nothing but operations of its own transaction: IndexedDB commits a
// transaction that has nothing pending. A body that throws leaves no trace.

/** Tables of a seat's recordings. */
export const TABLES = ['about', 'datasets', 'episodes', 'blocks'] as const;
/** Tables of the arms a computer knows, a database of its own: arms outlive the seats of pupils. */
export const ARM_TABLES = ['about', 'arms'] as const;
/** Tables of a seat's policies and their runs, a database of its own: no recording waits for a large file. */
export const POLICY_TABLES = ['about', 'packages', 'files', 'runs'] as const;
/** Tables of what a seat has yet to tell its class, a database of its own: nothing of it waits for a recording. */
export const OUTBOX_TABLES = ['about', 'events', 'noted'] as const;
/** Tables of a seat's unfinished trainings, a database of its own: checkpoints come often and are replaced. */
export const TRAINING_TABLES = ['about', 'trainings'] as const;
export type Table =
	| (typeof TABLES)[number]
	| (typeof ARM_TABLES)[number]
	| (typeof POLICY_TABLES)[number]
	| (typeof OUTBOX_TABLES)[number]
	| (typeof TRAINING_TABLES)[number];

/**
 * `relaxed`: handed to the operating system when acknowledged; survives the death of the process.
 * `strict`: flushed to the disk when acknowledged, with everything acknowledged before; survives a power cut.
 */
export type Durability = 'relaxed' | 'strict';

export interface StorageTransaction {
	/** undefined where nothing is stored. Values are not to be changed in place. */
	get(table: Table, key: string): Promise<unknown>;
	/** All values whose key starts with `prefix`, in key order. For tables of small rows only. */
	getAll(table: Table, prefix?: string): Promise<unknown[]>;
	/** Highest key that starts with `prefix`. */
	lastKey(table: Table, prefix: string): Promise<string | undefined>;
	/** Stores a value that structured cloning can hold. */
	put(table: Table, key: string, value: unknown): Promise<void>;
	delete(table: Table, key: string): Promise<void>;
	deleteAll(table: Table, prefix?: string): Promise<void>;
}

export interface StorageEngine {
	read<T>(body: (transaction: StorageTransaction) => Promise<T>): Promise<T>;
	/** Rejects with `storage_full` or `no_indexeddb` when the transaction did not happen. */
	write<T>(durability: Durability, body: (transaction: StorageTransaction) => Promise<T>): Promise<T>;
	/** While held, the engine does not make way for a newer version in another tab. Call the result to let go. */
	hold(): () => void;
	close(): void;
	/** Closes and removes everything, tables included. */
	destroy(): Promise<void>;
}

/** Largest string that starts with `prefix`, for key ranges. */
export const prefixEnd = (prefix: string): string => `${prefix}\uffff`;
