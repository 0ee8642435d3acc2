// A training from examples to a package: it learns, survives being torn, is the same again from the same seed, and what comes
// out is a package that the reader believes and ONNX Runtime answers as the trainer did.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { TRAINING_SCHEMA_VERSION, type TrainingProgress, type TrainingRequest } from '$lib/contracts';
import { readPackage } from '$lib/inference/package';
import { openOrtRuntime } from '$lib/inference/run';
import { loadOrtInNode } from '../../inference/run/testing/ort-node';
import { createMemoryEngine } from '../../recorder/memory-engine';
import type { Examples } from '../data/examples';
import { TRAINER_TOOL } from '../export/write-package';
import { madeUpExamples } from '../testing/made-up-examples';
import { createCheckpointStore, type CheckpointStore } from './checkpoint';
import { finishTraining } from './finish';
import { runTraining, type RunControl, type Trained } from './run-training';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const STEPS = 30;
const template = (cameras: number): Uint8Array =>
	new Uint8Array(readFileSync(join(ROOT, 'static', 'training', `patch-keypoint-${cameras}.onnx`)));

function request(id: string, steps = STEPS, seed = 3, rate = 0.15): TrainingRequest {
	return {
		schemaVersion: TRAINING_SCHEMA_VERSION,
		id,
		name: 'Square',
		data: { kind: 'dataset', seatId: 'local', datasetId: 'd', name: 'made up' },
		settings: { steps, batch: 8, rate, seed }
	};
}

interface Play {
	readonly control?: RunControl;
	readonly checkpoints?: CheckpointStore | null;
	readonly onProgress?: (progress: TrainingProgress) => void;
	/** Throws out of the loop after this many steps, as a killed worker would. */
	readonly dieAfter?: number;
}

const GOING = { untilGoing: () => Promise.resolve(), paused: false, stopped: false, cancelled: false };

async function play(
	asked: TrainingRequest,
	examples: Examples,
	how: Play = {}
): ReturnType<typeof runTraining> {
	let breaths = 0;
	let now = 0;
	return runTraining(asked, examples, how.control ?? GOING, {
		nowMs: () => (now += 10),
		epochMs: () => 1_700_000_000_000,
		breathe: () => {
			breaths += 1;
			return breaths === how.dieAfter ? Promise.reject(new Error('killed')) : Promise.resolve();
		},
		checkpoints: how.checkpoints ?? null,
		onProgress: how.onProgress ?? (() => undefined)
	});
}

function trainedOf(answer: Awaited<ReturnType<typeof runTraining>>): Trained {
	if (!answer.ok || answer.value === null) throw new Error('not trained');
	return answer.value;
}

let examples: Examples;
beforeAll(async () => {
	examples = await madeUpExamples(6, 25);
});

describe('a training', () => {
	it('learns, tells how far it is, and makes a package that is what was trained', async () => {
		const told: TrainingProgress[] = [];
		const asked = request('learns');
		const trained = trainedOf(await play(asked, examples, { onProgress: (progress) => told.push(progress) }));
		const { curve } = trained;
		expect(curve).toHaveLength(10);
		expect(curve.at(-1)?.heldOutDegrees).toBeLessThan(0.7 * (curve[0]?.heldOutDegrees ?? 0));
		expect(told.at(-1)).toMatchObject({
			phase: 'learning',
			done: STEPS,
			total: STEPS,
			episodes: 5,
			frames: 125,
			kept: false
		});
		expect(told.at(-1)?.examplesPerSecond).toBeGreaterThan(0);

		const options = { template: template(2), device: 'a test', limits: 'Nothing but this.', licence: '' };
		const read = await readPackage(await finishTraining(asked, examples, trained, options));
		if (!read.ok) throw new Error(`${read.error.part}: ${read.error.reason}`);
		const { manifest } = read.value;
		expect(manifest.training).toMatchObject({
			episodes: 6,
			frames: 150,
			dataset_fingerprint: examples.fingerprint
		});
		expect(manifest.metrics).toMatchObject({ seed: 3, batch: 8, parameters: 177_180 });
		expect((await read.value.pictures()).ok).toBe(true);

		const [model, reference] = [await read.value.model('fp32'), await read.value.reference()];
		if (!model.ok || !reference.ok) throw new Error('cannot be read');
		const opened = await openOrtRuntime(
			{ manifest, model: model.value, precision: 'fp32', backend: 'wasm', threads: 1 },
			loadOrtInNode
		);
		if (!opened.ok) throw new Error(opened.error.detail);
		let worst = 0;
		for (const [n, observation] of reference.value.observations.entries()) {
			const chunk = await opened.value.run(observation);
			if (!chunk.ok) throw new Error(chunk.error.detail);
			const wanted = reference.value.actions[n] ?? new Float32Array();
			chunk.value.actions.forEach(
				(value, k) => (worst = Math.max(worst, Math.abs(value - (wanted[k] ?? NaN))))
			);
		}
		await opened.value.close();
		expect(worst).toBeLessThan(1e-4);
	});

	it('names the version of jax-js that is pinned', () => {
		const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
			dependencies: Record<string, string>;
		};
		expect(TRAINER_TOOL).toContain(`jax-js ${dependencies['@jax-js/jax'] ?? ''}`);
	});

	it('that is killed goes on from its checkpoint to exactly where it would have come', async () => {
		const through = trainedOf(await play(request('through', 10), examples));
		const tables = new Map<string, unknown>();
		const store = createCheckpointStore(createMemoryEngine({ tables }));
		await expect(play(request('torn', 10), examples, { checkpoints: store, dieAfter: 7 })).rejects.toThrow(
			'killed'
		);
		const after = createCheckpointStore(createMemoryEngine({ tables }));
		expect(await after.list()).toMatchObject([{ step: 7, request: { id: 'torn' } }]);
		const torn = trainedOf(await play(request('torn', 10), examples, { checkpoints: after }));
		expect(torn.stepsDone).toBe(10);
		expect(torn.curve).toEqual(through.curve);
		expect(await torn.trainer.read()).toEqual(await through.trainer.read());
		for (const { trainer } of [torn, through]) trainer.dispose();
	});

	it('does not go on with other examples', async () => {
		const store = createCheckpointStore(createMemoryEngine());
		trainedOf(await play(request('other', 4), examples, { checkpoints: store })).trainer.dispose();
		const more = await madeUpExamples(7, 25);
		expect(await play(request('other', 4), more, { checkpoints: store })).toEqual({
			ok: false,
			error: { code: 'training_data_changed', details: {} }
		});
	});

	it('that is stopped keeps the best, one that is cancelled keeps nothing', async () => {
		let told = 0;
		const onProgress = (): void => void (told += 1);
		const control: RunControl = {
			...GOING,
			get stopped() {
				return told > 2;
			}
		};
		const answer = trainedOf(await play(request('stopped', 1000), examples, { control, onProgress }));
		expect(answer.stepsDone).toBeLessThan(100);
		expect(answer.best.step).toBe(answer.stepsDone);
		expect(answer.best.weights).toHaveLength(24);
		answer.trainer.dispose();
		const gone = await play(request('gone', 1000), examples, { control: { ...GOING, cancelled: true } });
		expect(gone).toEqual({ ok: true, value: null });
	});

	it('keeps a checkpoint when it is paused and goes on afterwards', async () => {
		const store = createCheckpointStore(createMemoryEngine());
		let breaths = 0;
		let pauses = 0;
		const control: RunControl = {
			...GOING,
			get paused() {
				return breaths === 3 && pauses === 0;
			},
			untilGoing: async () => {
				pauses += 1;
				expect(await store.list()).toMatchObject([{ step: 3 }]);
			}
		};
		const answer = await runTraining(request('paused', 6), examples, control, {
			nowMs: () => 0,
			epochMs: () => 0,
			breathe: () => {
				breaths += 1;
				return Promise.resolve();
			},
			checkpoints: store,
			onProgress: () => undefined
		});
		const trained = trainedOf(answer);
		expect([pauses, trained.stepsDone]).toEqual([1, 6]);
		trained.trainer.dispose();
	});

	it('whose loss is no number ends with a reason', async () => {
		const broken: Examples = {
			...examples,
			episodes: examples.episodes.map((one) => ({ ...one, action: one.action.map(() => NaN) }))
		};
		expect(await play(request('diverged'), broken)).toMatchObject({
			ok: false,
			error: { code: 'training_diverged' }
		});
	});

	it('goes on when nothing can be kept, and says so', async () => {
		const store: CheckpointStore = {
			keep: () => Promise.reject(new Error('full')),
			find: () => Promise.resolve(undefined),
			list: () => Promise.resolve([]),
			forget: () => Promise.resolve(),
			close: () => undefined
		};
		const told: boolean[] = [];
		const onProgress = ({ kept }: TrainingProgress): void => void told.push(kept);
		trainedOf(await play(request('full', 4), examples, { checkpoints: store, onProgress })).trainer.dispose();
		expect(told[0]).toBe(true);
		expect(told.at(-1)).toBe(false);
	});
});
