// The recording store over any StorageEngine: episodes here, datasets in `store-datasets`, recovery in `store-recovery`.

import { EPISODE_SCHEMA_VERSION, type EpisodeMeta } from '$lib/contracts';
import { CodedError } from '$lib/core';
import { createEpisodeWriter } from './episode-writer';
import {
	STORE_SCHEMA_VERSION,
	type EpisodeWriter,
	type NewEpisode,
	type RecordingStore
} from './recording-store';
import type { StorageEngine, StorageTransaction } from './storage-engine';
import { createDatasetTable } from './store-datasets';
import { countRecoverableFrames, createEpisodeReader, recoverEpisode, unsealIfTorn } from './store-recovery';
import { ABOUT_KEY, blocksPrefix, type AboutRow, type EpisodeRow } from './store-rows';
import type { WriterLocks } from './writer-locks';

export interface StoreOptions {
	readonly seatId: string;
	readonly locks: WriterLocks;
	/** Wall time for people and for `purge`. */
	readonly epochMs: () => number;
	/** Unique for ever, e.g. crypto.randomUUID. */
	readonly newId: () => string;
}

/** Opens or creates the store in an engine. Rejects with `store_from_future` and touches nothing if a newer one wrote it. */
export async function openStore(engine: StorageEngine, options: StoreOptions): Promise<RecordingStore> {
	const about = await readAbout(engine, options);
	await unsealIfTorn(engine);
	const { seatId, locks, epochMs, newId } = options;
	const datasets = createDatasetTable(engine, { epochMs, newId });
	let writing = 0;

	const rowOf = async (tx: StorageTransaction, id: string): Promise<EpisodeRow> => {
		const row = (await tx.get('episodes', id)) as EpisodeRow | undefined;
		if (!row) throw new RangeError(`no episode ${id}`);
		return row;
	};
	const rows = (): Promise<EpisodeRow[]> =>
		engine.read((tx) => tx.getAll('episodes')) as Promise<EpisodeRow[]>;

	const beginEpisode = async (episode: NewEpisode): Promise<EpisodeWriter> => {
		const id = newId();
		const release = await locks.hold(id);
		const letGo = engine.hold();
		writing += 1;
		const onReleased = (): void => {
			writing -= 1;
			letGo();
			release();
		};
		try {
			const row = await engine.write('strict', async (tx) => {
				const current = (await tx.get('about', ABOUT_KEY)) as AboutRow;
				await tx.put('about', ABOUT_KEY, { ...current, nextSequence: current.nextSequence + 1 });
				const meta = newMeta(id, about.deviceId, current.nextSequence, seatId, episode, epochMs());
				const fresh: EpisodeRow = { schemaVersion: STORE_SCHEMA_VERSION, meta, discarded: null };
				await tx.put('episodes', id, fresh);
				return fresh;
			});
			return createEpisodeWriter(engine, row, onReleased);
		} catch (error) {
			onReleased();
			throw error;
		}
	};

	const store: RecordingStore = {
		seatId,
		deviceId: about.deviceId,
		createDataset: (name) => datasets.create(name),
		renameDataset: (id, name) => datasets.rename(id, name),
		listDatasets: async () => datasets.list(await rows()),
		deleteDataset: (id) => datasets.setDeleted(id, epochMs()),
		undoDeleteDataset: (id) => datasets.setDeleted(id, null),
		beginEpisode,
		async listEpisodes({ datasetId, status = 'sealed' } = {}) {
			const metas = (await rows()).map((row) => row.meta);
			return metas
				.filter((meta) => meta.status === status && (datasetId === undefined || meta.datasetId === datasetId))
				.sort((a, b) => a.sequence - b.sequence);
		},
		async openEpisode(id) {
			return createEpisodeReader(engine, (await engine.read((tx) => rowOf(tx, id))).meta);
		},
		async recoverable() {
			const found = [];
			for (const { meta } of await rows()) {
				if (meta.status !== 'recording' || (await locks.isHeld(meta.id))) continue;
				found.push({ meta, frameCount: await countRecoverableFrames(engine, meta.id) });
			}
			return found.sort((a, b) => a.meta.sequence - b.meta.sequence);
		},
		async recover(id) {
			const row = await engine.read((tx) => rowOf(tx, id));
			if (row.meta.status !== 'recording') return row.meta;
			if (await locks.isHeld(id)) throw new RangeError(`episode ${id} is being written`);
			return recoverEpisode(engine, row);
		},
		async discard(id) {
			if (await locks.isHeld(id)) throw new RangeError(`episode ${id} is being written`);
			await engine.write('strict', async (tx) => {
				const row = await rowOf(tx, id);
				if (row.discarded) return;
				const discarded = { atEpochMs: epochMs(), from: row.meta.status };
				await tx.put('episodes', id, { ...row, discarded, meta: { ...row.meta, status: 'discarded' } });
			});
		},
		undoDiscard: (id) =>
			engine.write('strict', async (tx) => {
				const row = await rowOf(tx, id);
				if (!row.discarded) return;
				const meta: EpisodeMeta = { ...row.meta, status: row.discarded.from };
				await tx.put('episodes', id, { ...row, discarded: null, meta });
			}),
		async purge(beforeEpochMs = Infinity) {
			const gone = await datasets.deletedBefore(beforeEpochMs);
			for (const { meta, discarded } of await rows()) {
				const isGone =
					gone.has(meta.datasetId) || (discarded !== null && discarded.atEpochMs < beforeEpochMs);
				if (!isGone || (await locks.isHeld(meta.id))) continue;
				await engine.write('strict', async (tx) => {
					await tx.deleteAll('blocks', blocksPrefix(meta.id));
					await tx.delete('episodes', meta.id);
				});
			}
			await datasets.remove(gone);
		},
		async recordedBytes() {
			return (await rows()).reduce((sum, row) => sum + (row.meta.closing?.byteCount ?? 0), 0);
		},
		async wipe() {
			if (writing > 0) throw new RangeError('an episode is being written');
			for (const { meta } of await rows())
				if (await locks.isHeld(meta.id)) throw new RangeError('an episode is being written');
			await engine.destroy();
		},
		close: () => engine.close()
	};
	return store;
}

async function readAbout(engine: StorageEngine, options: StoreOptions): Promise<AboutRow> {
	const check = (about: AboutRow): AboutRow => {
		if (about.schemaVersion > STORE_SCHEMA_VERSION)
			throw new CodedError('store_from_future', 'the rows were written by a newer version', {
				details: { found: about.schemaVersion, known: STORE_SCHEMA_VERSION }
			});
		return about;
	};
	try {
		const found = (await engine.read((tx) => tx.get('about', ABOUT_KEY))) as AboutRow | undefined;
		if (found) return check(found);
		return await engine.write('strict', async (tx) => {
			const raced = (await tx.get('about', ABOUT_KEY)) as AboutRow | undefined;
			if (raced) return check(raced);
			const fresh = { schemaVersion: STORE_SCHEMA_VERSION, deviceId: options.newId(), nextSequence: 0 };
			await tx.put('about', ABOUT_KEY, fresh);
			return fresh;
		});
	} catch (error) {
		engine.close();
		if (error instanceof CodedError && error.code === 'storage_full')
			throw new CodedError('quota_zero', 'not even an empty store fits', { cause: error });
		throw error;
	}
}

function newMeta(
	id: string,
	deviceId: string,
	sequence: number,
	seatId: string,
	episode: NewEpisode,
	startedAtEpochMs: number
): EpisodeMeta {
	const counters = { dup: 0, skip: 0, encoderDrop: 0 };
	return {
		...episode,
		schemaVersion: EPISODE_SCHEMA_VERSION,
		id,
		deviceId,
		sequence,
		seatId,
		status: 'recording',
		cameras: episode.cameras.map((info) => ({ info, track: null, counters, stats: null, thumbnail: null })),
		startedAtEpochMs,
		frameCount: 0,
		failedTicks: 0,
		droppedTicks: 0,
		durationMs: 0,
		achievedFps: NaN,
		interrupted: false,
		closing: null
	};
}
