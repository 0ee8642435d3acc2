// What every recording store owes.

import type { EpisodeBlock } from '$lib/contracts';
import { equal, rejects, type Contract, type ContractHarness } from '$lib/core/testing/contract';
import type { EpisodeWriter, RecordingStore } from './recording-store';
import type { StorageEngine } from './storage-engine';
import { fixtureBlock, fixtureEpisode, fixtureProgress } from './store-fixtures';
import { ABOUT_KEY, blockKey } from './store-rows';
import { createMemoryWriterLocks, type WriterLocks } from './writer-locks';

/** Without data when it is handed over. */
export interface StoreHarness extends ContractHarness {
	/** Opens a seat's store; opening again sees the same data. Without `locks` every former writer counts as dead. */
	open(seatId: string, locks?: WriterLocks): Promise<RecordingStore>;
	/** The same data below the store, to damage it. */
	engine(seatId: string): Promise<StorageEngine>;
}

async function appendBlocks(writer: EpisodeWriter, count: number, from = 0): Promise<EpisodeBlock[]> {
	const blocks: EpisodeBlock[] = [];
	for (let index = from; index < from + count; index++) {
		const block = fixtureBlock(writer.meta.id, index, index * 3);
		await writer.append(block, fixtureProgress(), index % 4 === 3 ? 'strict' : 'relaxed');
		blocks.push(block);
	}
	return blocks;
}

const seal = (writer: EpisodeWriter, block: EpisodeBlock | null = null) =>
	writer.seal({ block, progress: fixtureProgress(), interrupted: false });

async function readAll(store: RecordingStore, id: string): Promise<EpisodeBlock[]> {
	const blocks: EpisodeBlock[] = [];
	for await (const block of (await store.openEpisode(id)).blocks()) blocks.push(block);
	return blocks;
}

async function sealedEpisode(store: RecordingStore, blocks = 2): Promise<string> {
	const writer = await store.beginEpisode(fixtureEpisode('d'));
	await appendBlocks(writer, blocks);
	await seal(writer);
	return writer.meta.id;
}

const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);

export const storeContract: Contract<StoreHarness> = [
	{
		name: 'gives back every row and packet of a sealed episode, also after reopening',
		async run(harness) {
			const store = await harness.open('a');
			const writer = await store.beginEpisode(fixtureEpisode('d'));
			const blocks = await appendBlocks(writer, 5);
			const last = fixtureBlock(writer.meta.id, 5, 15);
			const meta = await seal(writer, last);
			equal(meta?.status, 'sealed', 'status');
			equal(meta?.frameCount, 18, 'frames');
			equal(meta?.closing?.blockCount, 6, 'blocks in the closing record');
			equal(Math.round((meta?.achievedFps ?? NaN) * 1000), 30_000, 'achieved rate');
			equal(meta?.cameras[1]?.counters, { dup: 1, skip: 2, encoderDrop: 0 }, 'counters');
			equal(await readAll(store, writer.meta.id), [...blocks, last], 'blocks');
			store.close();
			const again = await harness.open('a');
			equal(ids(await again.listEpisodes()), [writer.meta.id], 'list');
			equal(await readAll(again, writer.meta.id), [...blocks, last], 'blocks after reopening');
			again.close();
		}
	},
	{
		name: 'keeps what metadata holds: track, statistics, thumbnail, counts',
		async run(harness) {
			const store = await harness.open('a');
			const writer = await store.beginEpisode(fixtureEpisode('d'));
			await writer.setThumbnail(0, Uint8Array.of(137, 80, 78, 71));
			await appendBlocks(writer, 1);
			await seal(writer);
			const [meta] = await store.listEpisodes({ datasetId: 'd' });
			const { track, stats } = fixtureProgress().cameras[0] ?? {};
			equal(meta?.cameras[0]?.track, track, 'track');
			equal(meta?.cameras[0]?.stats, stats, 'statistics');
			equal([...(meta?.cameras[0]?.thumbnail ?? [])], [137, 80, 78, 71], 'thumbnail');
			equal([meta?.failedTicks, meta?.droppedTicks], [1, 2], 'counts');
			store.close();
		}
	},
	{
		name: 'numbers episodes from 0 without gaps under one device, across openings',
		async run(harness) {
			const first = await harness.open('a');
			const { deviceId } = first;
			await sealedEpisode(first);
			await sealedEpisode(first);
			first.close();
			const second = await harness.open('a');
			await sealedEpisode(second);
			const metas = await second.listEpisodes();
			equal(
				metas.map((meta) => meta.sequence),
				[0, 1, 2],
				'sequence'
			);
			equal([...new Set(metas.map((meta) => meta.deviceId))], [deviceId], 'device');
			second.close();
		}
	},
	{
		name: 'keeps two seats apart and wipes only one',
		async run(harness) {
			const [a, b] = [await harness.open('a'), await harness.open('b')];
			await sealedEpisode(a);
			const kept = await sealedEpisode(b);
			await a.wipe();
			const again = await harness.open('a');
			equal(await again.listEpisodes(), [], 'wiped seat');
			equal(ids(await b.listEpisodes()), [kept], 'other seat');
			again.close();
			b.close();
		}
	},
	{
		name: 'shows a running episode to nobody but its writer',
		async run(harness) {
			const locks = createMemoryWriterLocks();
			const store = await harness.open('a', locks);
			const writer = await store.beginEpisode(fixtureEpisode('d'));
			await appendBlocks(writer, 2);
			equal(await store.listEpisodes(), [], 'list');
			equal(await store.recoverable(), [], 'recoverable while the writer lives');
			await rejects(store.openEpisode(writer.meta.id), 'RangeError');
			await rejects(store.recover(writer.meta.id), 'RangeError');
			await rejects(store.discard(writer.meta.id), 'RangeError');
			await rejects(store.wipe(), 'RangeError');
			await seal(writer);
			equal(ids(await store.listEpisodes()), [writer.meta.id], 'list after sealing');
			store.close();
		}
	},
	{
		name: 'offers the episode of a dead writer and recovers its whole blocks, once',
		async run(harness) {
			const dead = await harness.open('a');
			const writer = await dead.beginEpisode(fixtureEpisode('d'));
			const blocks = await appendBlocks(writer, 3);
			dead.close();
			const store = await harness.open('a');
			const [offer] = await store.recoverable();
			equal([offer?.meta.id, offer?.frameCount], [writer.meta.id, 9], 'offer');
			const meta = await store.recover(writer.meta.id);
			equal([meta?.status, meta?.interrupted, meta?.frameCount], ['sealed', true, 9], 'recovered');
			equal(meta?.cameras[0]?.track?.codec, 'avc1.42001f', 'track of a recovered episode');
			equal(await store.recover(writer.meta.id), meta, 'second recovery');
			equal(await store.recoverable(), [], 'offers left');
			equal(await readAll(store, writer.meta.id), blocks, 'blocks');
			store.close();
		}
	},
	{
		name: 'removes a dead episode that never got a block',
		async run(harness) {
			const dead = await harness.open('a');
			const writer = await dead.beginEpisode(fixtureEpisode('d'));
			dead.close();
			const store = await harness.open('a');
			equal(await store.recover(writer.meta.id), null, 'recovery');
			equal(await store.recoverable(), [], 'offers left');
			store.close();
		}
	},
	{
		name: 'removes an episode sealed without rows',
		async run(harness) {
			const store = await harness.open('a');
			const writer = await store.beginEpisode(fixtureEpisode('d'));
			equal(await seal(writer), null, 'seal');
			equal(await store.listEpisodes(), [], 'list');
			await rejects(store.openEpisode(writer.meta.id), 'RangeError');
			store.close();
		}
	},
	{
		name: 'recovers up to a damaged block and drops what follows it',
		async run(harness) {
			const dead = await harness.open('a');
			const writer = await dead.beginEpisode(fixtureEpisode('d'));
			const blocks = await appendBlocks(writer, 4);
			dead.close();
			await damageBlock(harness, writer.meta.id, 2);
			const store = await harness.open('a');
			const meta = await store.recover(writer.meta.id);
			equal(meta?.frameCount, 6, 'frames');
			equal(await readAll(store, writer.meta.id), blocks.slice(0, 2), 'blocks');
			store.close();
			const engine = await harness.engine('a');
			const last = await engine.read((tx) => tx.lastKey('blocks', `${writer.meta.id}/`));
			equal(last, blockKey(writer.meta.id, 1), 'last block kept');
			engine.close();
		}
	},
	{
		name: 'names a damaged block of a sealed episode, after the whole ones before it',
		async run(harness) {
			const store = await harness.open('a');
			const id = await sealedEpisode(store, 3);
			await damageBlock(harness, id, 1);
			const seen: number[] = [];
			const reading = async (): Promise<void> => {
				for await (const block of (await store.openEpisode(id)).blocks()) seen.push(block.blockIndex);
			};
			await rejects(reading(), 'store_damaged');
			equal(seen, [0], 'blocks read before the damage');
			store.close();
		}
	},
	{
		name: 'refuses a block out of order and goes on with the right one',
		async run(harness) {
			const store = await harness.open('a');
			const writer = await store.beginEpisode(fixtureEpisode('d'));
			await appendBlocks(writer, 1);
			await rejects(
				writer.append(fixtureBlock(writer.meta.id, 0, 0), fixtureProgress(), 'relaxed'),
				'RangeError'
			);
			await rejects(
				writer.append(fixtureBlock(writer.meta.id, 1, 4), fixtureProgress(), 'relaxed'),
				'RangeError'
			);
			await rejects(writer.append(fixtureBlock('other', 1, 3), fixtureProgress(), 'relaxed'), 'RangeError');
			await appendBlocks(writer, 1, 1);
			equal((await seal(writer))?.frameCount, 6, 'frames');
			await rejects(
				writer.append(fixtureBlock(writer.meta.id, 2, 6), fixtureProgress(), 'relaxed'),
				'RangeError'
			);
			store.close();
		}
	},
	{
		name: 'discards, brings back and purges',
		async run(harness) {
			const store = await harness.open('a');
			const [kept, gone] = [await sealedEpisode(store), await sealedEpisode(store)];
			await store.discard(gone);
			equal(ids(await store.listEpisodes()), [kept], 'list without the discarded');
			equal(ids(await store.listEpisodes({ status: 'discarded' })), [gone], 'discarded ones');
			await store.undoDiscard(gone);
			equal(ids(await store.listEpisodes()), [kept, gone], 'list after undo');
			await store.discard(gone);
			await store.purge();
			await rejects(store.undoDiscard(gone), 'RangeError');
			equal(ids(await store.listEpisodes()), [kept], 'list after purge');
			store.close();
			const engine = await harness.engine('a');
			equal(await engine.read((tx) => tx.getAll('blocks', `${gone}/`)), [], 'blocks left');
			engine.close();
		}
	},
	{
		name: 'brings a discarded torn recording back as torn',
		async run(harness) {
			const dead = await harness.open('a');
			const writer = await dead.beginEpisode(fixtureEpisode('d'));
			await appendBlocks(writer, 1);
			dead.close();
			const store = await harness.open('a');
			await store.discard(writer.meta.id);
			equal(await store.recoverable(), [], 'offers while discarded');
			await store.undoDiscard(writer.meta.id);
			equal((await store.recoverable()).length, 1, 'offers after undo');
			store.close();
		}
	},
	{
		name: 'lists datasets with size, rate and pictures, and takes deletion back',
		async run(harness) {
			const store = await harness.open('a');
			const id = await store.createDataset('Würfel');
			const empty = (await store.listDatasets())[0];
			equal([empty?.name, empty?.episodes, empty?.fps], ['Würfel', 0, null], 'empty dataset');
			const writer = await store.beginEpisode(fixtureEpisode(id));
			await writer.setThumbnail(1, Uint8Array.of(9));
			await appendBlocks(writer, 2);
			const meta = await seal(writer);
			await store.renameDataset(id, 'Würfel 2');
			const [full] = await store.listDatasets();
			equal([full?.name, full?.episodes, full?.frames, full?.fps], ['Würfel 2', 1, 6, 30], 'filled dataset');
			equal([full?.bytes, await store.recordedBytes()], Array(2).fill(meta?.closing?.byteCount), 'bytes');
			equal(full?.thumbnails, [Uint8Array.of(9)], 'thumbnails');
			await store.deleteDataset(id);
			equal(await store.listDatasets(), [], 'after deletion');
			await store.undoDeleteDataset(id);
			equal((await store.listDatasets()).length, 1, 'after undo');
			await store.deleteDataset(id);
			await store.purge();
			await rejects(store.undoDeleteDataset(id), 'RangeError');
			equal(await store.listEpisodes(), [], 'episodes after purge');
			store.close();
		}
	},
	{
		name: 'purges only what was discarded before the given time',
		async run(harness) {
			const store = await harness.open('a');
			const id = await sealedEpisode(store);
			await store.discard(id);
			await store.purge(1);
			await store.undoDiscard(id);
			equal(ids(await store.listEpisodes()), [id], 'list');
			store.close();
		}
	},
	{
		name: 'touches nothing that a newer version wrote',
		async run(harness) {
			const store = await harness.open('a');
			await sealedEpisode(store);
			store.close();
			const engine = await harness.engine('a');
			const future = { schemaVersion: 99, unknown: true };
			await engine.write('strict', (tx) => tx.put('about', ABOUT_KEY, future));
			engine.close();
			await rejects(harness.open('a'), 'store_from_future');
			const after = await harness.engine('a');
			equal(await after.read((tx) => tx.get('about', ABOUT_KEY)), future, 'about row');
			equal((await after.read((tx) => tx.getAll('episodes'))).length, 1, 'episodes');
			after.close();
		}
	},
	{
		name: 'says which episode is unknown',
		async run(harness) {
			const store = await harness.open('a');
			await rejects(store.openEpisode('x'), 'RangeError');
			await rejects(store.recover('x'), 'RangeError');
			await rejects(store.discard('x'), 'RangeError');
			await rejects(store.renameDataset('x', 'y'), 'RangeError');
			store.close();
		}
	}
];

async function damageBlock(harness: StoreHarness, id: string, index: number): Promise<void> {
	const engine = await harness.engine('a');
	await engine.write('strict', async (tx) => {
		const bytes = ((await tx.get('blocks', blockKey(id, index))) as Uint8Array).slice();
		bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 16;
		await tx.put('blocks', blockKey(id, index), bytes);
	});
	engine.close();
}
