// Where the inventory is kept, as a seam, and the keeper that lets events change it and writes what changed. The browser's
// store is in the recorder room, which owns IndexedDB; memory serves tests and computers without a store.

import { createSignal, type Signal } from '$lib/core';
import type { ArmFingerprint } from '$lib/contracts';
import { readArmRecord, type ArmRecord } from './arm-record';
import { EMPTY_INVENTORY, inventory, type Inventory, type InventoryEvent } from './inventory';

/** Rows as they are, believed or not. A row is found under its arm's fingerprint. */
export interface ArmStore {
	/** All rows with their keys. Rejects with a coded error when the store cannot be read. */
	rows(): Promise<readonly (readonly [key: ArmFingerprint, row: unknown])[]>;
	/** Writes and removes in one step, or rejects and does neither. */
	change(put: readonly ArmRecord[], remove: readonly ArmFingerprint[]): Promise<void>;
	close(): void;
}

export function createMemoryArmStore(rows: Map<ArmFingerprint, unknown> = new Map()): ArmStore {
	return {
		rows: () => Promise.resolve([...rows].map(([key, row]) => [key, structuredClone(row)] as const)),
		change(put, remove) {
			for (const key of remove) rows.delete(key);
			for (const record of put) rows.set(record.fingerprint, structuredClone(record));
			return Promise.resolve();
		},
		close: () => undefined
	};
}

export interface InventoryKeeper {
	readonly inventory: Inventory;
	/** Rows that could not be believed; they are left as they are until their arm is seen again. */
	readonly damaged: number;
	readonly changed: Signal<Inventory>;
	/**
	 * Takes the event at once; resolves when what it changed is stored. Rejects with the store's coded error: the inventory
	 * in memory goes on, and the next event stores again what was not.
	 */
	apply(event: InventoryEvent): Promise<void>;
	close(): void;
}

/** Loads what can be believed. Rows of a newer version are neither shown nor ever written over. */
export async function openInventory(store: ArmStore): Promise<InventoryKeeper> {
	const changed = createSignal<Inventory>();
	const known = new Map<ArmFingerprint, ArmRecord>();
	const future = new Set<ArmFingerprint>();
	let damaged = 0;
	for (const [key, row] of await store.rows()) {
		const record = readArmRecord(row);
		if (record.ok && record.value.fingerprint === key) known.set(key, record.value);
		else if (!record.ok && record.error === 'future') future.add(key);
		else damaged += 1;
	}
	let state: Inventory = known.size > 0 ? known : EMPTY_INVENTORY;
	/** What the store holds, as far as we wrote or read it. */
	let stored: Inventory = state;
	let tail: Promise<void> = Promise.resolve();

	const writeChanges = async (): Promise<void> => {
		const goal = state;
		const put = [...goal].flatMap(([key, record]) =>
			stored.get(key) === record || future.has(key) ? [] : [record]
		);
		const remove = [...stored.keys()].filter((key) => !goal.has(key));
		if (put.length === 0 && remove.length === 0) return;
		await store.change(put, remove);
		stored = goal;
	};

	return {
		get inventory() {
			return state;
		},
		damaged,
		changed,
		apply(event) {
			const next = inventory(state, event);
			if (next === state) return tail;
			state = next;
			changed.emit(state);
			const written = tail.then(writeChanges, writeChanges);
			// A failure is told to whoever caused it; the next event tries again.
			tail = written.catch(() => undefined);
			return written;
		},
		close: () => store.close()
	};
}
