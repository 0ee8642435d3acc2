// The packages of one seat and what came of running them, over any engine that keeps tables (the recorder room opens the one
// in IndexedDB). Knows rows and when to trust them; knows no database and no screen.
//
// [Note: why a blob in IndexedDB] A package is kept as the one file it came as: what is handed on is the original, its hash
// stays true, and a browser keeps a blob beside the database, so that listing and opening read kilobytes. OPFS would be a
// second store that can disagree with the first, and its handles are exclusive between tabs.

import type { PolicyListing, PolicyPrecision } from '$lib/contracts';
import { CodedError, err, isCoded, ok, type Result } from '$lib/core';
import { readHere } from '../read-here';
import { reopenPackage } from '../read-package';
import { quoted } from '../refusal';
import type {
	PackageProblem,
	PackageReader,
	PolicyEngine,
	PolicyStore,
	PolicyTransaction,
	StoreFull
} from '../types';
import { ABOUT_KEY, POLICY_STORE_VERSION, readPackageRow, toListing, type PackageRow } from './rows';
import { createRunTable } from './run-table';
import { createWhyTable } from './why-table';

export interface PolicyStoreOptions {
	/** Wall time for people and for `purge`. */
	readonly epochMs: () => number;
	/** Unique for ever. */
	readonly newId: () => string;
	/** Reads what strangers made. */
	readonly reader: PackageReader;
}

const DEFAULTS: PolicyStoreOptions = {
	epochMs: Date.now,
	newId: () => crypto.randomUUID(),
	reader: readHere
};

/** Opens or creates the store. Rejects with `store_from_future` and touches nothing if a newer lab wrote it. */
export async function openPolicyStore(
	engine: PolicyEngine,
	options: Partial<PolicyStoreOptions> = {}
): Promise<PolicyStore> {
	const { epochMs, newId, reader } = { ...DEFAULTS, ...options };
	await claim(engine);
	const rowOf = async (tx: PolicyTransaction, id: string): Promise<PackageRow | undefined> =>
		readPackageRow(await tx.get('packages', id));
	const fileOf = async (id: string): Promise<Blob | undefined> => {
		const found = await engine.read((tx) => tx.get('files', id));
		return found instanceof Blob ? found : undefined;
	};
	const change = (id: string, how: (row: PackageRow) => PackageRow): Promise<boolean> =>
		engine.write('strict', async (tx) => {
			const row = await rowOf(tx, id);
			if (row !== undefined) await tx.put('packages', id, how(row));
			return row !== undefined;
		});

	return {
		...createRunTable(engine, { epochMs, newId }),
		...createWhyTable(engine),
		async add(blob, origin) {
			const found = await reader.copy(blob);
			if (!found.ok) return found;
			const { copy, id, card, facts, manifestText } = found.value;
			return cleanly(() =>
				engine.write('strict', async (tx) => {
					const before = await rowOf(tx, id);
					const row: PackageRow = {
						schemaVersion: POLICY_STORE_VERSION,
						id,
						manifestText,
						card,
						packageBytes: copy.size,
						facts,
						addedAtEpochMs: before?.addedAtEpochMs ?? epochMs(),
						origin: before?.origin ?? quoted(origin),
						deletedAtEpochMs: null
					};
					await tx.put('packages', id, row);
					await tx.put('files', id, copy);
					return toListing(row) ?? lost(id);
				})
			);
		},
		async list(which = 'kept') {
			const rows = await engine.read((tx) => tx.getAll('packages'));
			const wanted = rows.flatMap((row): PolicyListing[] => {
				const read = readPackageRow(row);
				const listing = read === undefined ? undefined : toListing(read);
				return listing === undefined ? [] : [listing];
			});
			return wanted
				.filter(({ deletedAtEpochMs }) => (deletedAtEpochMs === null) === (which === 'kept'))
				.sort((a, b) => b.addedAtEpochMs - a.addedAtEpochMs || (a.id < b.id ? -1 : 1));
		},
		async open(id) {
			const row = await engine.read((tx) => rowOf(tx, id));
			const file = await fileOf(id);
			if (row === undefined || row.deletedAtEpochMs !== null || file === undefined) return undefined;
			const opened = await reopenPackage(file, row.facts);
			if (opened.ok && opened.value.id !== id)
				return err({ code: 'policy_package_damaged', part: 'manifest.json', reason: 'another hash' });
			if (!opened.ok) return opened;
			// Directory and manifest are small and were believed before; the rest is read by whoever is to read it.
			return ok({
				...opened.value,
				model: (precision: PolicyPrecision) => reader.model(file, precision),
				reference: () => reader.reference(file)
			});
		},
		file: fileOf,
		async remove(id) {
			await change(id, (row) => ({ ...row, deletedAtEpochMs: row.deletedAtEpochMs ?? epochMs() }));
		},
		restore: (id) => change(id, (row) => ({ ...row, deletedAtEpochMs: null })),
		purge: (beforeEpochMs = Infinity) =>
			engine.write('strict', async (tx) => {
				let freed = 0;
				for (const found of await tx.getAll('packages')) {
					const row = readPackageRow(found);
					if (row === undefined || row.deletedAtEpochMs === null) continue;
					if (row.deletedAtEpochMs >= beforeEpochMs) continue;
					await tx.delete('files', row.id);
					await tx.delete('packages', row.id);
					freed += row.packageBytes;
				}
				return freed;
			}),
		close: () => engine.close()
	};
}

/** Writes down which lab laid the tables out, or finds that a newer one did. */
async function claim(engine: PolicyEngine): Promise<void> {
	try {
		await engine.write('relaxed', async (tx) => {
			const about = (await tx.get('about', ABOUT_KEY)) as { schemaVersion?: unknown } | undefined;
			const found = typeof about?.schemaVersion === 'number' ? about.schemaVersion : 0;
			if (found > POLICY_STORE_VERSION)
				throw new CodedError('store_from_future', 'the policies were written by a newer version', {
					details: { found, known: POLICY_STORE_VERSION }
				});
			if (about === undefined) await tx.put('about', ABOUT_KEY, { schemaVersion: POLICY_STORE_VERSION });
		});
	} catch (error) {
		engine.close();
		throw error;
	}
}

/** A full disk is an answer; whatever else fails goes on as it is. */
async function cleanly<T>(write: () => Promise<T>): Promise<Result<T, PackageProblem | StoreFull>> {
	try {
		return ok(await write());
	} catch (error) {
		if (isCoded(error) && error.code === 'storage_full')
			return err({ code: 'storage_full', part: 'store', reason: error.message });
		throw error;
	}
}

function lost(id: string): never {
	throw new TypeError(`policy ${id} cannot be read back`);
}
