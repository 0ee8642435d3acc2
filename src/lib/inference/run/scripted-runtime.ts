// A policy without a model: answers come from a function. For tests of everything around a runtime, in Node and in
// browsers, with the manners of the real ones.

import type { PolicyFailure, PolicyManifest, PolicyObservation, PolicyRuntime } from '$lib/contracts';
import { ok, type Result } from '$lib/core';
import { guardRuntime } from './guarded-runtime';

/** [chunk_size * N], or why there is none. May take its time; what it throws is `policy_run_failed`. */
export type PolicyScript = (
	observation: PolicyObservation
) =>
	| Float32Array
	| Result<Float32Array, PolicyFailure>
	| Promise<Float32Array | Result<Float32Array, PolicyFailure>>;

/** `script` is not asked again before it has answered. */
export function createScriptedRuntime(manifest: PolicyManifest, script: PolicyScript): PolicyRuntime {
	return guardRuntime(
		{ backend: 'scripted', precision: 'fp32', manifest },
		{
			async infer(observation) {
				const answer = await script(observation);
				return answer instanceof Float32Array ? ok(answer) : answer;
			},
			dispose: () => Promise.resolve()
		}
	);
}

/** The simplest script: stay where the arm is. */
export function holdStill({ joints, chunk_size }: PolicyManifest): PolicyScript {
	return ({ state }) =>
		Float32Array.from({ length: chunk_size * joints.length }, (_, at) => state[at % joints.length] ?? NaN);
}
