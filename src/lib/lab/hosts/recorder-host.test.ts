import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openIdbStore, seatDatabaseName } from '$lib/recorder';
import { openIdbEngine } from '$lib/recorder/idb-engine';
import { fixtureBlock, fixtureEpisode, fixtureProgress } from '$lib/recorder/store-fixtures';
import { blockKey } from '$lib/recorder/store-rows';
import { FakeLocks } from '../testing/fake-locks';
import type { StartRecording } from './api';
import { RecorderHost } from './recorder-host';

const SEAT = 'a';
const GB = 1e9;
const WHAT: StartRecording = {
	datasetId: '',
	task: 'put the cube into the bowl',
	fps: 30,
	simulated: true,
	robotType: 'so_follower',
	arms: [{ armId: 'follower', role: 'follower' }],
	jointNames: ['shoulder_pan.pos'],
	cameras: [{ name: 'top', width: 320, height: 240, fps: 30, kind: 'rendered', deviceId: '' }]
};

interface Storage {
	usage: number;
	quota: number;
	persists: boolean;
}

let storage: Storage = { usage: 0, quota: GB, persists: true };
let locks = new FakeLocks();

beforeEach(() => {
	storage = { usage: 0, quota: GB, persists: true };
	globalThis.indexedDB = new IDBFactory();
	locks = new FakeLocks();
	vi.stubGlobal('navigator', {
		locks,
		storage: {
			estimate: () => Promise.resolve({ usage: storage.usage, quota: storage.quota }),
			persisted: () => Promise.resolve(storage.persists),
			persist: () => Promise.resolve(storage.persists)
		}
	});
});
afterEach(() => vi.unstubAllGlobals());

async function opened(): Promise<RecorderHost> {
	const host = new RecorderHost({ build: 'b1', isolated: true });
	expect(await host.open({ seatId: SEAT, clock: 'wall' }, () => undefined)).toEqual({ ok: true });
	return host;
}

/** An episode whose writer is gone, with so many blocks. */
async function tornEpisode(blocks: number): Promise<string> {
	const store = await openIdbStore({ seatId: SEAT });
	const writer = await store.beginEpisode(fixtureEpisode('d'));
	const { id } = writer.meta;
	for (let index = 0; index < blocks; index++)
		await writer.append(fixtureBlock(id, index, index * 3), fixtureProgress(), 'relaxed');
	store.close();
	locks.dropAll();
	return id;
}

async function spoilFirstBlock(id: string): Promise<void> {
	const engine = await openIdbEngine(seatDatabaseName(SEAT));
	await engine.write('strict', (tx) => tx.put('blocks', blockKey(id, 0), Uint8Array.of(1, 2, 3)));
	engine.close();
}

describe('a recording that ended in the middle', () => {
	it('is offered and recovered', async () => {
		const id = await tornEpisode(2);
		const host = await opened();
		const { recoverable } = await host.snapshot();
		expect(recoverable.map((offer) => [offer.id, offer.frameCount])).toEqual([[id, 6]]);
		expect(await host.recover(id)).toEqual({ ok: true });
	});

	it('is told as torn when not one block of it is whole', async () => {
		const id = await tornEpisode(2);
		await spoilFirstBlock(id);
		expect(await (await opened()).recover(id)).toEqual({ ok: false, code: 'episode_torn', details: {} });
	});
});

describe('before a recording', () => {
	it.each([
		['a full disk', { usage: GB - 2e6, quota: GB }, 'storage_full', 2],
		['a browser that grants nothing', { usage: 0, quota: 0 }, 'quota_zero', 0]
	])('%s is told, with what is left', async (_, room, code, megabytes) => {
		const host = await opened();
		Object.assign(storage, room);
		expect(await host.prepare(WHAT)).toEqual({ ok: false, code, details: { megabytes } });
	});

	it('a browser without encoders is told', async () => {
		expect(await (await opened()).prepare(WHAT)).toMatchObject({ ok: false, code: 'no_webcodecs' });
	});

	it('a store that never opened is told', async () => {
		const host = new RecorderHost({ build: 'b1', isolated: true });
		globalThis.indexedDB = undefined as unknown as IDBFactory;
		const answer = await host.open({ seatId: SEAT, clock: 'wall' }, () => undefined);
		expect(answer).toMatchObject({ ok: false, code: 'no_indexeddb' });
		expect(await host.prepare(WHAT)).toMatchObject({ ok: false, code: 'no_indexeddb' });
	});

	it('a page without Web Locks is not a secure one', async () => {
		vi.stubGlobal('navigator', {});
		const host = new RecorderHost({ build: 'b1', isolated: true });
		const answer = await host.open({ seatId: SEAT, clock: 'wall' }, () => undefined);
		expect(answer).toMatchObject({ ok: false, code: 'insecure_context' });
	});
});

it("passes on the browser's promise to keep the data, and its refusal", async () => {
	const host = await opened();
	expect(await host.persist()).toEqual({ ok: true });
	storage.persists = false;
	expect(await host.persist()).toEqual({ ok: false, code: 'storage_not_persisted', details: {} });
});
