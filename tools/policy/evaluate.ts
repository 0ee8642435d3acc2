// Runs a policy over many starts: one process of several, each with its own share of the seeds. Entry of a bundle
// (tools/policy/eval.mjs). The trial itself is in `trial`, the runtime is the tab's.

import { readFileSync } from 'node:fs';
import type { PolicyRuntime, SceneDescription } from '$lib/contracts';
import { readPackage, type PolicyPackage } from '$lib/inference/package';
import { openOrtRuntime, type LoadOrt } from '$lib/inference/run';
import { PICK_PLACE_SCENE } from '$lib/sim/so101-model';
import { loadMujoco } from '../../src/lib/sim/mujoco/load-mujoco';
import { MujocoPlant } from '../../src/lib/sim/mujoco/mujoco-plant';
import { createEyes } from '../../src/lib/lab/training/eyes';
import { runTrial, type TrialOptions, type TrialResult } from './trial';

export interface EvaluateOptions extends Omit<TrialOptions, 'seed'> {
	readonly seeds: readonly number[];
	/** How far every camera is moved sideways, m: what a knocked camera does. */
	readonly cameraMovedM: number;
	readonly onTrial: (result: TrialResult) => void;
}

/** The tab's own entry; in Node it finds its binary beside it. */
const loadOrtInNode: LoadOrt = async (_, threads) => {
	const ort = await import('onnxruntime-web/wasm');
	ort.env.wasm.numThreads = threads;
	return ort;
};

/** The package at `file`, read as suspiciously as the tab reads it. */
export async function openPackage(file: string): Promise<PolicyPackage> {
	const read = await readPackage(new Blob([new Uint8Array(readFileSync(file))]));
	if (!read.ok) throw new Error(`${file}: ${read.error.code}, ${read.error.part}: ${read.error.reason}`);
	return read.value;
}

/** Its model in the tab's runtime. */
export async function openModel(policy: PolicyPackage): Promise<PolicyRuntime> {
	const model = await policy.model('fp32');
	if (!model.ok) throw new Error(`${model.error.code}: ${model.error.reason}`);
	const { manifest } = policy;
	const options = { manifest, model: model.value, precision: 'fp32', backend: 'wasm', threads: 1 } as const;
	const opened = await openOrtRuntime(options, loadOrtInNode);
	if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
	return opened.value;
}

function movedScene(metres: number): SceneDescription {
	const cameras = PICK_PLACE_SCENE.cameras.map((camera) => ({
		...camera,
		positionM: [camera.positionM[0], camera.positionM[1] + metres, camera.positionM[2]] as const
	}));
	return { ...PICK_PLACE_SCENE, cameras };
}

export async function evaluate(runtime: PolicyRuntime, options: EvaluateOptions): Promise<void> {
	const plant = new MujocoPlant(await loadMujoco());
	const names = runtime.manifest.cameras.map((camera) => camera.name);
	const eyes = createEyes(names, movedScene(options.cameraMovedM));
	for (const seed of options.seeds)
		options.onTrial(await runTrial(plant, eyes, runtime, { ...options, seed }));
	plant.dispose();
}
