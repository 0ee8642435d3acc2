// From a dataset to a file in the person's downloads: DATASET writes a zip into the browser's own storage, the page hands
// out that file. Progress and cancel go with it.

import { isErrorCode } from '$lib/contracts';
import type { Lab } from '../lab.svelte';
import { handOut } from './hand-out';

/** Starts a download; returns what cancels it. */
export function downloadDataset(lab: Lab, datasetId: string): () => void {
	const { core } = lab;
	const episodesTotal = core.library.datasets.find((entry) => entry.id === datasetId)?.episodes.length ?? 0;
	const show = (
		state: 'running' | 'finished' | 'cancelled',
		episodesDone: number,
		bytesWritten: number
	): void => {
		lab.download = { datasetId, episodesTotal, state, episodesDone, bytesWritten };
		core.changed.emit();
	};
	let cancelled = false;
	show('running', 0, 0);
	const onProgress = (progress: { episodesDone: number; bytesWritten: number }): void => {
		if (!cancelled) show('running', progress.episodesDone, progress.bytesWritten);
	};
	void core.exports.zip(core.options.seatId, datasetId, onProgress).then(
		(answer) => {
			if (answer.ok && !cancelled) {
				handOut(answer.file);
				show('finished', answer.summary.episodes, answer.summary.bytesWritten);
			} else if (!answer.ok && !cancelled) {
				show('cancelled', 0, 0);
				core.fail(isErrorCode(answer.code) ? answer.code : 'export_aborted', answer.details);
			}
		},
		() => {
			show('cancelled', 0, 0);
			core.fail('dataset_worker_died');
		}
	);
	return () => {
		cancelled = true;
		core.exports.cancel();
		show('cancelled', 0, 0);
	};
}
