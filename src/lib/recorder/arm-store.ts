// The arms a computer knows, in IndexedDB: database `edubotics-arms`, one row per arm under its fingerprint, and a row that
// says which version of the lab laid it out. Beside the seats' databases, because arms belong to the school and not to a
// pupil: wiping a seat leaves them. Knows rows; what is in them is the robot room's.

import { CodedError } from '$lib/core';
import type { ArmStore } from '$lib/robot';
import { openIdbEngine } from './idb-engine';
import { ARM_TABLES, type StorageEngine } from './storage-engine';

const ARM_DATABASE = 'edubotics-arms';
/** Layout of the database; raised together with an upgrade step. */
const ARM_IDB_VERSION = 1;
/** Meaning of its rows. */
const ARM_STORE_VERSION = 1;
const ABOUT_KEY = 'store';

/** Opens or creates it. Rejects as `openIdbEngine` does; `store_from_future` also when only the rows are of a newer lab. */
export async function openIdbArmStore(name = ARM_DATABASE): Promise<ArmStore> {
	return openArmStore(await openIdbEngine(name, ARM_IDB_VERSION, ARM_TABLES));
}

export async function openArmStore(engine: StorageEngine): Promise<ArmStore> {
	try {
		await engine.write('relaxed', async (tx) => {
			const about = await tx.get('about', ABOUT_KEY);
			const found = versionOf(about);
			if (found > ARM_STORE_VERSION)
				throw new CodedError('store_from_future', 'the arms were written by a newer version', {
					details: { found, known: ARM_STORE_VERSION }
				});
			if (about === undefined) await tx.put('about', ABOUT_KEY, { schemaVersion: ARM_STORE_VERSION });
		});
	} catch (error) {
		engine.close();
		throw error;
	}
	return {
		async rows() {
			const rows = await engine.read((tx) => tx.getAll('arms'));
			return rows.map((row) => [keyOf(row), row] as const);
		},
		change: (put, remove) =>
			engine.write('strict', async (tx) => {
				for (const key of remove) await tx.delete('arms', key);
				for (const record of put) await tx.put('arms', record.fingerprint, record);
			}),
		close: () => engine.close()
	};
}

function versionOf(about: unknown): number {
	if (typeof about !== 'object' || about === null) return 0;
	const { schemaVersion } = about as { schemaVersion?: unknown };
	return typeof schemaVersion === 'number' ? schemaVersion : 0;
}

/** A row that does not even say whose it is has no key that an arm could have. */
function keyOf(row: unknown): string {
	if (typeof row !== 'object' || row === null) return '';
	const { fingerprint } = row as { fingerprint?: unknown };
	return typeof fingerprint === 'string' ? fingerprint : '';
}
