// A run of a model as a recording: begins before the model drives, ends with it, is kept without a question, and never gets among
// what a person showed. Knows the recording's states; knows no run but its name.

import type { EpisodeRun, PolicyManifest, PolicyRunRecord } from '$lib/contracts';
import type { LabCore } from './lab-core';

/** What the drive needs of it. */
export interface Film {
	/** Resolves when it records, or when it cannot: then the run goes on without. */
	begin(run: PolicyRunRecord, manifest: PolicyManifest): Promise<void>;
	/** The sealed episode's id; null when nothing of this run was recorded. */
	end(): Promise<string | null>;
}

export interface EpisodeOfRun {
	readonly datasetId: '';
	readonly datasetName: string;
	readonly task: string;
	readonly run: EpisodeRun;
}

type FilmCore = Pick<LabCore, 'recording' | 'changed' | 'storeOpen' | 'capabilities' | 'episodeOfRun'>;

export class RunFilm implements Film {
	readonly #core: FilmCore;
	readonly #datasetName: () => string;
	#films = false;
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

	async begin({ id, policyId, policyName }: PolicyRunRecord, { training }: PolicyManifest): Promise<void> {
		this.#films = false;
		if (!this.wanted || !this.possible) return;
		const { recording } = this.#core;
		const task = training.task.trim() === '' ? policyName : training.task;
		const run = { runId: id, policyId, policyName };
		this.#core.episodeOfRun = { datasetId: '', datasetName: this.#datasetName(), task, run };
		recording.send({ type: 'start', countdownS: 0 });
		await this.#until(() => recording.state.name !== 'countdown');
		this.#core.episodeOfRun = null;
		this.#films = recording.state.name === 'recording';
	}

	async end(): Promise<string | null> {
		if (!this.#films) return null;
		this.#films = false;
		const { recording } = this.#core;
		recording.send({ type: 'stop' });
		await this.#until(() => recording.state.name === 'review' || recording.state.name === 'idle');
		const { state } = recording;
		if (state.name !== 'review') return null;
		recording.send({ type: 'keep' });
		return state.episodeId;
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
