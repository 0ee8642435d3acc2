// From trained weights to the package: the best weights answer the reference observations by a forward pass of their own, so
// that what reads the package can tell whether its graph is what was trained.

import type { TrainingRequest } from '$lib/contracts';
import { createRowIndex } from '../data/batches';
import { rowsOf, type Examples } from '../data/examples';
import { writePackage } from '../export/write-package';
import { untrained } from '../net/optimiser';
import type { Trained } from './run-training';
import { createTrainer } from './trainer';

/** Observations in the package, spread over all episodes. */
const REFERENCES = 4;

export interface FinishOptions {
	readonly template: Uint8Array;
	readonly device: string;
	readonly limits: string;
	readonly licence: string;
}

/** Disposes of the trainer. */
export async function finishTraining(
	request: TrainingRequest,
	examples: Examples,
	trained: Trained,
	options: FinishOptions
): Promise<Blob> {
	const { best, loss, seconds, trainer } = trained;
	const { normals, learnedEpisodes, learnedRows, heldOutEpisodes } = trainer;
	trainer.dispose();
	const of = await createTrainer(examples, request.settings, untrained(best.weights));
	const total = rowsOf(examples.episodes);
	const rowAt = createRowIndex(examples.episodes);
	const rows = Array.from({ length: REFERENCES }, (_, k) =>
		rowAt(Math.floor((k * (total - 1)) / (REFERENCES - 1)))
	);
	const answers = await of.answer(rows);
	of.dispose();
	return writePackage({
		request,
		examples,
		normals,
		weights: best.weights,
		references: rows.map((at, n) => ({ at, actions: answers[n] ?? new Float32Array() })),
		measured: {
			steps: best.step,
			seconds,
			loss,
			heldOutDegrees: best.heldOutDegrees,
			heldOutEpisodes,
			learnedEpisodes,
			learnedRows
		},
		...options
	});
}
