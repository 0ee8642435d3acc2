// A run of a model as a recording: begins before the model drives, ends with it, is kept without a question, and never gets among
// what a person showed. Knows the recording's states; knows no run but its name.

import type { EpisodeRun, PolicyManifest, PolicyRunRecord } from '$lib/contracts';
import type { LabCore } from './lab-core';

/** What the drive needs of it. */
export interface Film {
	/**
	 * From here to `end` or `drop` whatever is recorded is this run's, also what a person records by hand. Resolves when it
	 * records, or when it cannot: then the run goes on without.
	 *
	 * @param films false: nothing is recorded of itself
	 */
	begin(run: PolicyRunRecord, manifest: PolicyManifest, films: boolean): Promise<void>;
	/** The sealed episode's id; null when nothing of this run was recorded. */
	end(): Promise<string | null>;
	/** The run never drove: what was recorded of it shows nothing, and is thrown away. */
	drop(): Promise<void>;
}

export interface EpisodeOfRun {
	readonly datasetId: '';
	readonly datasetName: string;
	readonly task: string;
	readonly run: EpisodeRun;
}

type FilmCore = Pick<LabCore, 'recording' | 'changed' | 'storeOpen' | 'capabilities' | 'episodeOfRun'>;

/** The one episode that was begun here, whoever seals it. */
interface OwnEpisode {
	/** It is sealed, or nothing of it is left. */
	over: boolean;
	id: string | null;
}

export class RunFilm implements Film {
	readonly #core: FilmCore;
	readonly #datasetName: () => string;
	#own: OwnEpisode | null = null;
	/** A person's choice for the next run. */
	wanted = true;

	/** @param datasetName of a new dataset of runs, in the person's language */
	constructor(core: FilmCore, datasetName: () => string) {
		this.#core = core;
		this.#datasetName = datasetName;
	}

	/** Something could be recorded now. */
	get possible(): boolean {
		const { storeOpen, capabilities, recording } = this.#core;
		const { name } = recording.state;
		const able = storeOpen && capabilities?.webCodecs !== false && capabilities?.videoCodec !== null;
		return able && (name === 'idle' || name === 'review');
	}

	async begin(
		{ id, policyId, policyName }: PolicyRunRecord,
		{ training }: PolicyManifest,
		films: boolean
	): Promise<void> {
		this.#own = null;
		const task = training.task.trim() === '' ? policyName : training.task;
		const run = { runId: id, policyId, policyName };
		this.#core.episodeOfRun = { datasetId: '', datasetName: this.#datasetName(), task, run };
		if (!films || !this.wanted || !this.possible) return;
		const { recording } = this.#core;
		recording.send({ type: 'start', countdownS: 0 });
		await this.#until(() => recording.state.name !== 'countdown');
		if (recording.state.name === 'recording') this.#own = this.#follow();
	}

	async end(): Promise<string | null> {
		const id = await this.#seal();
		this.#answer(id, 'keep');
		return id;
	}

	async drop(): Promise<void> {
		this.#answer(await this.#seal(), 'discard');
	}

	/** A person may seal and keep it, and record something else, long before the run is over: its id is known only in between. */
	#follow(): OwnEpisode {
		const own: OwnEpisode = { over: false, id: null };
		const { changed, recording } = this.#core;
		const stop = changed.on(() => {
			const { state } = recording;
			if (state.name === 'recording' || state.name === 'sealing') return;
			own.over = true;
			own.id = state.name === 'review' ? state.episodeId : null;
			stop();
		});
		return own;
	}

	/** The id of what was begun here; it alone is ended, never a person's recording. */
	async #seal(): Promise<string | null> {
		const own = this.#own;
		this.#own = null;
		if (own !== null && !own.over) {
			this.#core.recording.send({ type: 'stop' });
			await this.#until(() => own.over);
		}
		this.#core.episodeOfRun = null;
		return own?.id ?? null;
	}

	#answer(id: string | null, type: 'keep' | 'discard'): void {
		const { recording } = this.#core;
		const { state } = recording;
		if (state.name === 'review' && state.episodeId === id) recording.send({ type });
	}

	#until(holds: () => boolean): Promise<void> {
		if (holds()) return Promise.resolve();
		return new Promise((resolve) => {
			const stop = this.#core.changed.on(() => {
				if (!holds()) return;
				stop();
				resolve();
			});
		});
	}
}
