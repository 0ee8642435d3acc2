// Datasets of a store: a name over episodes. Knows rows of the `datasets` table; episodes only refer to a dataset by id.

import type { StorageEngine, StorageTransaction } from './storage-engine';
import { STORE_SCHEMA_VERSION, type DatasetListing } from './recording-store';
import type { DatasetRow, EpisodeRow } from './store-rows';

export interface DatasetTable {
	create(name: string): Promise<string>;
	rename(id: string, name: string): Promise<void>;
	setDeleted(id: string, deletedAtEpochMs: number | null): Promise<void>;
	/** Listing of those not deleted, oldest first, summed over the given episode rows. */
	list(episodes: readonly EpisodeRow[]): Promise<DatasetListing[]>;
	deletedBefore(epochMs: number): Promise<ReadonlySet<string>>;
	remove(ids: ReadonlySet<string>): Promise<void>;
}

export function createDatasetTable(
	engine: StorageEngine,
	{ epochMs, newId }: { epochMs: () => number; newId: () => string }
): DatasetTable {
	const all = (): Promise<DatasetRow[]> =>
		engine.read((tx) => tx.getAll('datasets')) as Promise<DatasetRow[]>;

	const change = (id: string, patch: Partial<DatasetRow>): Promise<void> =>
		engine.write('strict', async (tx: StorageTransaction) => {
			const row = (await tx.get('datasets', id)) as DatasetRow | undefined;
			if (!row) throw new RangeError(`no dataset ${id}`);
			await tx.put('datasets', id, { ...row, ...patch });
		});

	return {
		async create(name) {
			const id = newId();
			const row: DatasetRow = {
				schemaVersion: STORE_SCHEMA_VERSION,
				id,
				name,
				createdAtEpochMs: epochMs(),
				deletedAtEpochMs: null
			};
			await engine.write('strict', (tx) => tx.put('datasets', id, row));
			return id;
		},
		rename: (id, name) => change(id, { name }),
		setDeleted: (id, deletedAtEpochMs) => change(id, { deletedAtEpochMs }),
		async list(episodes) {
			const rows = (await all()).filter((row) => row.deletedAtEpochMs === null);
			rows.sort((a, b) => a.createdAtEpochMs - b.createdAtEpochMs || (a.id < b.id ? -1 : 1));
			return rows.map((row) => listing(row, episodes));
		},
		async deletedBefore(beforeEpochMs) {
			const gone = (await all()).filter(
				({ deletedAtEpochMs }) => deletedAtEpochMs !== null && deletedAtEpochMs < beforeEpochMs
			);
			return new Set(gone.map((row) => row.id));
		},
		remove: (ids) =>
			engine.write('strict', async (tx) => {
				for (const id of ids) await tx.delete('datasets', id);
			})
	};
}

function listing(row: DatasetRow, rows: readonly EpisodeRow[]): DatasetListing {
	const episodes = rows
		.map(({ meta }) => meta)
		.filter((meta) => meta.datasetId === row.id && meta.status === 'sealed')
		.sort((a, b) => a.sequence - b.sequence);
	const rates = new Set(episodes.map((meta) => meta.fps));
	const [fps = null] = rates.size === 1 ? rates : [];
	const pictures = episodes.map((meta) =>
		meta.cameras.flatMap(({ thumbnail }) => (thumbnail ? [thumbnail] : []))
	);
	const frames = episodes.reduce((sum, meta) => sum + meta.frameCount, 0);
	return {
		id: row.id,
		name: row.name,
		createdAtEpochMs: row.createdAtEpochMs,
		episodes: episodes.length,
		demonstrations: episodes.filter((meta) => meta.run === undefined).length,
		frames,
		// Frames stand at n / fps in the dataset, so that is how long it plays.
		seconds: episodes.reduce((sum, meta) => sum + meta.frameCount / meta.fps, 0),
		bytes: episodes.reduce((sum, meta) => sum + (meta.closing?.byteCount ?? 0), 0),
		fps,
		simulated: episodes.some((meta) => meta.simulated),
		thumbnails: pictures.find((list) => list.length > 0) ?? []
	};
}
