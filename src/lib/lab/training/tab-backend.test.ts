// The tab's back-end against the contract of all back-ends, with the real trainer in this process: episodes of a made-up
// recording whose "video" is one grey per packet. What a worker adds (a thread, comlink) is the business of e2e.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TRAINING_SCHEMA_VERSION, type TrainingRequest } from '$lib/contracts';
import { readPackage } from '$lib/inference/package';
import { trainingBackendContract } from '../../training/training-backend.contract';
import { createMemoryEngine, type MemoryTables } from '../../recorder/memory-engine';
import { madeUpRecording } from '../../training/testing/made-up-recording';
import { createTabBackend } from './tab-backend';
import { TrainHost, type TrainSurroundings } from './train-host';
import type { TrainWorker } from './train-worker';
import { WorkerGoneError } from '../page/worker-gone';

const STATIC = join(import.meta.dirname, '..', '..', '..', '..', 'static', 'training');

beforeEach(() => {
	vi.stubGlobal('fetch', (path: string) =>
		Promise.resolve(new Response(new Uint8Array(readFileSync(join(STATIC, path.replace('/training/', ''))))))
	);
});
afterEach(() => vi.unstubAllGlobals());

function surroundings(tables: MemoryTables, episodes: number, still = false): TrainSurroundings {
	const { readers, decode } = madeUpRecording(episodes, 24, { still });
	return {
		device: () => 'a test',
		openEngine: () => Promise.resolve(createMemoryEngine({ tables })),
		openEpisodes: (seatId) =>
			Promise.resolve({
				readers: seatId === 'nobody' ? readers.slice(0, 2) : readers,
				close: () => undefined
			}),
		decode
	};
}

/** The host called as comlink would call it: every answer a promise. */
function workerHere(given: TrainSurroundings, dies: { now?: () => void } = {}): TrainWorker {
	const host = new TrainHost({ build: 'test', isolated: true }, given);
	let gone: (error: Error) => void = () => undefined;
	const death = new Promise<never>((_, reject) => {
		gone = reject;
	});
	death.catch(() => undefined);
	dies.now = () => {
		host.cancel();
		gone(new WorkerGoneError('train is gone'));
	};
	return {
		api: host as unknown as TrainWorker['api'],
		orGone: (answer) => Promise.race([answer, death]),
		terminate: () => undefined
	};
}

const options = (startWorker: () => Promise<TrainWorker>) => ({
	seatId: 'seat',
	startWorker,
	limits: '',
	templates: '/training/'
});
const data = { kind: 'dataset', seatId: 'seat', datasetId: 'd', name: 'made up' } as const;

trainingBackendContract('this tab', () => {
	const tables: MemoryTables = new Map();
	return Promise.resolve({
		open: () =>
			Promise.resolve(createTabBackend(options(() => Promise.resolve(workerHere(surroundings(tables, 6)))))),
		data,
		refused: { data: { ...data, datasetId: 'd', seatId: 'nobody' }, code: 'training_too_few_episodes' },
		examine: async (file) => {
			const read = await readPackage(file);
			if (!read.ok) throw new Error(`${read.error.part}: ${read.error.reason}`);
		}
	});
});

describe('training in the tab', () => {
	const request: TrainingRequest = {
		schemaVersion: TRAINING_SCHEMA_VERSION,
		id: 'x',
		name: 'X',
		data,
		settings: { steps: 1000, batch: 8, rate: 1e-3, seed: 1 }
	};

	it('says that the worker died when it is gone, and when it does not start', async () => {
		const dies: { now?: () => void } = {};
		const backend = createTabBackend(
			options(() => Promise.resolve(workerHere(surroundings(new Map(), 6), dies)))
		);
		const job = await backend.start(request);
		const begun = new Promise<void>((resolve) =>
			job.onStatus(({ state }) => state === 'running' && resolve())
		);
		await begun;
		dies.now?.();
		expect(await job.result()).toEqual({ ok: false, error: { code: 'train_worker_died', details: {} } });
		const none = createTabBackend(options(() => Promise.reject(new Error('no worker'))));
		expect((await none.start(request)).status.failure?.code).toBe('train_worker_died');
		expect(await none.unfinished()).toEqual([]);
	});

	it('refuses recordings in which nothing moves, and a browser that cannot compute', async () => {
		const still = createTabBackend(
			options(() => Promise.resolve(workerHere(surroundings(new Map(), 6, true))))
		);
		expect(await (await still.start(request)).result()).toMatchObject({
			error: { code: 'training_no_motion' }
		});
		vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
		expect(await (await still.start(request)).result()).toMatchObject({
			error: { code: 'training_no_simd' }
		});
		vi.restoreAllMocks();
	});
});
