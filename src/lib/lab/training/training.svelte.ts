// The rune facade of /training: the seat's recordings to choose from, one training at a time, and the policy that comes of it,
// put into the seat's store of models before the training is forgotten.

import {
	TRAINING_SCHEMA_VERSION,
	isErrorCode,
	type TrainingBackend,
	type TrainingJob,
	type TrainingRequest,
	type TrainingSettings,
	type UnfinishedTraining
} from '$lib/contracts';
import { isCoded } from '$lib/core';
import { m } from '$lib/i18n';
import type { PolicyStore } from '$lib/inference/package';
import { openIdbStore } from '$lib/recorder';
import type { TrainingChoice, TrainingLength, TrainingPageActions, TrainingPageView } from '$lib/ui/training';
import { openSeatPolicies } from '../page/policy-store';
import { createTabBackend } from './tab-backend';
import { startTrainWorker } from './train-worker';

/** Steps; a pupil reads "short, normal, long". */
const STEPS: Readonly<Record<TrainingLength, number>> = { short: 1000, normal: 3000, long: 6000 };
/** As tools/policy/train.py. */
const SETTINGS = { batch: 64, rate: 1.5e-3 } as const;
/** The expert's seeds begin where those of the bundled policy do; counted starts are far below. */
const FIRST_SEED = 100_000;
const ORIGIN = 'trained here';

const NOTHING: TrainingPageView = {
	ready: false,
	sources: [],
	choice: { kind: 'expert' },
	expertEpisodes: 50,
	length: 'normal',
	unfinished: null,
	run: null,
	made: null,
	problem: null
};

export interface TrainingOptions {
	readonly seatId: string;
	readonly build: string;
	/** Other settings than a pupil can choose, for measuring. */
	readonly settings?: Partial<TrainingSettings>;
	readonly expertEpisodes?: number;
}

export class Training {
	readonly actions: TrainingPageActions;
	readonly #seatId: string;
	readonly #backend: TrainingBackend;
	readonly #settings: Partial<TrainingSettings>;
	#job: TrainingJob | null = null;
	#starting = false;
	#unfinished: UnfinishedTraining | null = null;
	#policies: PolicyStore | null = null;
	#view = $state.raw<TrainingPageView>(NOTHING);

	constructor({ seatId, build, settings = {}, expertEpisodes = NOTHING.expertEpisodes }: TrainingOptions) {
		this.#seatId = seatId;
		this.#settings = settings;
		this.#view = { ...NOTHING, expertEpisodes };
		this.#backend = createTabBackend({
			seatId,
			startWorker: () => startTrainWorker(build),
			limits: m.training_limits(),
			templates: '/training/'
		});
		this.actions = {
			choose: (choice) => this.#show({ choice }),
			chooseEpisodes: (episodes) => this.#show({ expertEpisodes: episodes }),
			chooseLength: (length) => this.#show({ length }),
			start: () => void this.#run(this.#request()),
			pause: () => this.#job?.pause(),
			resume: () => this.#job?.resume(),
			stop: () => this.#job?.stop(),
			cancel: () => void this.#cancel(),
			continueUnfinished: () => {
				if (this.#unfinished !== null) void this.#run(this.#unfinished.request);
			},
			forgetUnfinished: () => void this.#forget(this.#unfinished?.request.id),
			another: () => this.#show({ made: null, run: null }),
			dismissProblem: () => this.#show({ problem: null })
		};
	}

	get view(): TrainingPageView {
		return this.#view;
	}

	/** Looks through the seat anew: at the start, and whenever a person comes back to the page. */
	async open(): Promise<void> {
		try {
			const store = await openIdbStore({ seatId: this.#seatId });
			const sources = (await store.listDatasets()).filter(({ demonstrations }) => demonstrations > 0);
			store.close();
			const newest = sources.at(-1);
			const { choice: before } = this.#view;
			const isThere = before.kind === 'dataset' && sources.some(({ id }) => id === before.id);
			const first: TrainingChoice =
				newest === undefined ? { kind: 'expert' } : { kind: 'dataset', id: newest.id };
			this.#show({
				sources,
				choice: this.#view.ready && (isThere || before.kind === 'expert') ? before : first
			});
		} catch (error) {
			this.#fail(error);
		}
		await this.#lookForUnfinished();
		this.#show({ ready: true });
	}

	#request(): TrainingRequest {
		const { choice, sources, length, expertEpisodes } = this.#view;
		const source = choice.kind === 'dataset' ? sources.find(({ id }) => id === choice.id) : undefined;
		const seatId = this.#seatId;
		return {
			schemaVersion: TRAINING_SCHEMA_VERSION,
			id: crypto.randomUUID(),
			name: source?.name ?? m.training_expert_name({ count: expertEpisodes }),
			data:
				source === undefined
					? { kind: 'expert', seatId, episodes: expertEpisodes, firstSeed: FIRST_SEED }
					: { kind: 'dataset', seatId, datasetId: source.id, name: source.name },
			settings: { ...SETTINGS, steps: STEPS[length], seed: 0, ...this.#settings }
		};
	}

	async #run(request: TrainingRequest): Promise<void> {
		// The worker takes a while to come; a second click meanwhile would start a second training.
		if (this.#starting || this.#job !== null) return;
		this.#starting = true;
		this.#show({ problem: null, made: null, unfinished: null });
		const job = await this.#backend.start(request).finally(() => (this.#starting = false));
		this.#job = job;
		const { name } = request;
		this.#show({ run: { name, status: job.status } });
		const end = job.onStatus((status) => this.#show({ run: { name, status } }));
		const answer = await job.result();
		end();
		this.#job = null;
		if (!answer.ok) this.#show({ problem: answer.error });
		else if (answer.value !== null) await this.#keep(request, answer.value.file);
		if (this.#view.made === null) {
			await this.#lookForUnfinished();
			this.#show({ run: null });
		}
	}

	/** First into the store of models, then the checkpoint goes: a tab that dies between the two loses nothing. */
	async #keep(request: TrainingRequest, file: Blob): Promise<void> {
		try {
			this.#policies ??= await openSeatPolicies(this.#seatId);
			const added = await this.#policies.add(file, ORIGIN);
			if (!added.ok) {
				const { code, part } = added.error;
				this.#show({ problem: { code, details: { part } } });
				return;
			}
			const { id, manifest } = added.value;
			const heldOutDegrees = manifest.metrics['held_out_degrees'] ?? NaN;
			// Its package is kept: what is left of it would only offer to finish a finished training.
			await this.#backend.forget(request.id).catch(() => undefined);
			this.#show({ made: { policyId: id, name: manifest.name, heldOutDegrees } });
		} catch (error) {
			this.#fail(error);
		}
	}

	async #cancel(): Promise<void> {
		const id = this.#job?.request.id;
		this.#job?.cancel();
		await this.#forget(id);
	}

	async #forget(id: string | undefined): Promise<void> {
		if (id !== undefined) await this.#backend.forget(id).catch((error: unknown) => this.#fail(error));
		await this.#lookForUnfinished();
	}

	async #lookForUnfinished(): Promise<void> {
		if (this.#job !== null) return;
		const [newest = null] = await this.#backend.unfinished();
		this.#unfinished = newest;
		if (newest === null) {
			this.#show({ unfinished: null });
			return;
		}
		const { request, step, savedAtEpochMs } = newest;
		const { name, settings } = request;
		this.#show({ unfinished: { name, step, steps: settings.steps, savedAtEpochMs } });
	}

	#fail(error: unknown): void {
		const code = isCoded(error) ? error.code : '';
		this.#show({ problem: { code: isErrorCode(code) ? code : 'train_worker_died', details: {} } });
	}

	#show(change: Partial<TrainingPageView>): void {
		this.#view = { ...this.#view, ...change };
	}
}
