// One training from examples to trained weights: steps, measurements, checkpoints, pause and early end. What runs it gives
// time, a way to let other messages in, and a place for checkpoints. Knows no package and no screen.

import type { TrainingFailure, TrainingPoint, TrainingProgress, TrainingRequest } from '$lib/contracts';
import { err, ok, type Result } from '$lib/core';
import type { Examples } from '../data/examples';
import { CHECKPOINT_VERSION, type BestWeights, type Checkpoint, type CheckpointStore } from './checkpoint';
import { createTrainer, type Trainer } from './trainer';

/** Of the running mean: one step counts for a hundredth. */
const LOSS_KEEP = 0.99;
/** Steps between two measurements on held-out episodes; each also is a checkpoint. */
export const MEASURE_EVERY = 250;
/** Measurements of one training that are drawn; a short one measures more often. */
const LEAST_MEASUREMENTS = 10;
/** Progress is told at most this often, ms. */
const TELL_EVERY_MS = 250;

/** What a person wants of a running training; read between two steps. */
export interface RunControl {
	/** Resolves at once unless paused. */
	untilGoing(): Promise<void>;
	readonly paused: boolean;
	/** End early with the best so far. */
	readonly stopped: boolean;
	readonly cancelled: boolean;
}

export interface RunSurroundings {
	readonly nowMs: () => number;
	readonly epochMs: () => number;
	/** Lets messages in between two steps. */
	readonly breathe: () => Promise<void>;
	/** Null where nothing can be kept. */
	readonly checkpoints: CheckpointStore | null;
	readonly onProgress: (progress: TrainingProgress) => void;
}

export interface Trained {
	readonly trainer: Trainer;
	readonly best: BestWeights;
	readonly curve: readonly TrainingPoint[];
	readonly loss: number;
	readonly stepsDone: number;
	readonly seconds: number;
}

/**
 * `ok(null)`: cancelled. Fails with `training_diverged` when the loss is no number, `training_data_changed` when the
 * checkpoint is of other examples. Rejects only for defects.
 */
export async function runTraining(
	request: TrainingRequest,
	examples: Examples,
	control: RunControl,
	surroundings: RunSurroundings
): Promise<Result<Trained | null, TrainingFailure>> {
	const { nowMs, epochMs, breathe, onProgress } = surroundings;
	const { settings } = request;
	const found = (await surroundings.checkpoints?.find(request.id).catch(() => undefined)) ?? null;
	if (found !== null && found.fingerprint !== examples.fingerprint)
		return err({ code: 'training_data_changed', details: {} });
	const trainer = await createTrainer(examples, settings, found?.state ?? null);
	let { best, loss, seconds } = found ?? { best: null, loss: NaN, seconds: 0 };
	const curve: TrainingPoint[] = [...(found?.curve ?? [])];
	let kept = surroundings.checkpoints !== null;
	let toldAtMs = -Infinity;
	const pace = createPace(settings.batch);
	const measureEvery = Math.max(1, Math.min(MEASURE_EVERY, Math.ceil(settings.steps / LEAST_MEASUREMENTS)));

	const tell = (always: boolean): void => {
		if (!always && nowMs() - toldAtMs < TELL_EVERY_MS) return;
		toldAtMs = nowMs();
		const perSecond = pace.examplesPerSecond;
		const left = settings.steps - trainer.step;
		onProgress({
			phase: 'learning',
			done: trainer.step,
			total: settings.steps,
			episodes: trainer.learnedEpisodes,
			frames: trainer.learnedRows,
			loss: Number.isFinite(loss) ? loss : null,
			examplesPerSecond: perSecond,
			seconds,
			secondsLeft: perSecond === null ? null : (left * settings.batch) / perSecond,
			curve: [...curve],
			bestStep: best?.step ?? null,
			kept
		});
	};

	const keep = async (durability: 'relaxed' | 'strict'): Promise<void> => {
		if (best === null || surroundings.checkpoints === null) return;
		const checkpoint: Checkpoint = {
			schemaVersion: CHECKPOINT_VERSION,
			request,
			fingerprint: examples.fingerprint,
			state: await trainer.read(),
			best,
			curve: [...curve],
			loss,
			seconds,
			savedAtEpochMs: epochMs()
		};
		// A full disk must not end a training: it goes on and says that it could not be kept.
		kept = await surroundings.checkpoints.keep(checkpoint, durability).then(
			() => true,
			() => false
		);
	};

	const measure = async (): Promise<void> => {
		const heldOutDegrees = await trainer.measure();
		const { step } = trainer;
		curve.push({ step, loss, heldOutDegrees });
		if (best === null || heldOutDegrees < best.heldOutDegrees)
			best = { step, heldOutDegrees, weights: await trainer.readAveraged() };
	};

	tell(true);
	while (trainer.step < settings.steps && !control.stopped && !control.cancelled) {
		if (control.paused) {
			if (trainer.step > 0 && curve.at(-1)?.step !== trainer.step) await measure();
			await keep('strict');
			tell(true);
			pace.rest();
			await control.untilGoing();
			continue;
		}
		const startedMs = nowMs();
		const value = await trainer.advance();
		if (!Number.isFinite(value)) {
			trainer.dispose();
			return err({ code: 'training_diverged', details: { step: trainer.step } });
		}
		loss = Number.isNaN(loss) ? value : LOSS_KEEP * loss + (1 - LOSS_KEEP) * value;
		const spentMs = nowMs() - startedMs;
		seconds += spentMs / 1000;
		pace.add(spentMs);
		if (trainer.step % measureEvery === 0 || trainer.step === settings.steps) {
			const measuredFromMs = nowMs();
			await measure();
			seconds += (nowMs() - measuredFromMs) / 1000;
			await keep('relaxed');
		}
		tell(false);
		await breathe();
	}
	if (control.cancelled) {
		trainer.dispose();
		return ok(null);
	}
	if (trainer.step > 0 && curve.at(-1)?.step !== trainer.step) await measure();
	tell(true);
	if (best === null) {
		trainer.dispose();
		return ok(null);
	}
	// Kept until its package is.
	await keep('strict');
	return ok({ trainer, best, curve, loss, stepsDone: trainer.step, seconds });
}

/** Examples per second over the last steps; the first step, which compiles, does not count. */
function createPace(batch: number): {
	readonly examplesPerSecond: number | null;
	add(spentMs: number): void;
	rest(): void;
} {
	const LAST = 20;
	let spent: number[] = [];
	let compiled = false;
	return {
		get examplesPerSecond() {
			const totalMs = spent.reduce((a, b) => a + b, 0);
			return totalMs > 0 ? (1000 * batch * spent.length) / totalMs : null;
		},
		add(spentMs) {
			if (compiled) spent = [...spent.slice(1 - LAST), spentMs];
			compiled = true;
		},
		rest() {
			spent = [];
		}
	};
}
