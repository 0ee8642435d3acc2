// What every PolicyRuntime owes, written once around whatever really runs the model: one observation at a time, shapes
// checked on the way in, numbers checked on the way out, failures as values, an end that everybody hears of. Knows no model.

import type {
	ActionChunk,
	PolicyBackend,
	PolicyFailure,
	PolicyManifest,
	PolicyObservation,
	PolicyPrecision,
	PolicyRuntime
} from '$lib/contracts';
import { err, ok, type Result } from '$lib/core';
import { createEnding } from './ending';
import { observationProblem, outputProblem } from './model-values';

/** The part that differs. */
export interface RuntimeCore {
	/** [chunk_size * N] in an array of its own. May throw: that is `policy_run_failed`. */
	infer(observation: PolicyObservation): Promise<Result<Float32Array, PolicyFailure>>;
	/** Called once, when nothing runs any more. */
	dispose(): Promise<void>;
}

export interface RuntimeFacts {
	readonly backend: PolicyBackend;
	readonly precision: PolicyPrecision;
	readonly manifest: PolicyManifest;
}

type Answer = Result<ActionChunk, PolicyFailure>;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function guardRuntime(facts: RuntimeFacts, core: RuntimeCore): PolicyRuntime {
	const { manifest } = facts;
	const ending = createEnding<Answer>();
	let last: Promise<unknown> = Promise.resolve();
	let closing: Promise<void> | null = null;
	/** A lost graphics card does not come back. */
	let lost: PolicyFailure | null = null;

	const turn = async (observation: PolicyObservation): Promise<Answer> => {
		if (ending.value !== undefined) return ending.value;
		if (lost !== null) return err(lost);
		const wrong = observationProblem(manifest, observation);
		if (wrong !== null) return err({ code: 'policy_observation_wrong', detail: wrong });
		let inferred: Result<Float32Array, PolicyFailure>;
		try {
			inferred = await core.infer(observation);
		} catch (error) {
			return err({ code: 'policy_run_failed', detail: textOf(error) });
		}
		if (!inferred.ok) {
			if (inferred.error.code === 'policy_gpu_lost') lost = inferred.error;
			return inferred;
		}
		const actions = inferred.value;
		const invalid = outputProblem(manifest, actions);
		if (invalid !== null) return err({ code: 'policy_output_invalid', detail: invalid });
		return ok({
			observationTick: observation.tick,
			fps: manifest.fps,
			joints: manifest.joints.length,
			actions
		});
	};

	const close = async (): Promise<void> => {
		ending.end(err({ code: 'policy_closed', detail: 'closed' }));
		await last;
		await core.dispose();
	};

	return {
		...facts,
		run(observation) {
			const mine = last.then(() => turn(observation));
			last = mine;
			return ending.orEnd(mine);
		},
		close() {
			closing ??= close();
			return closing;
		}
	};
}
