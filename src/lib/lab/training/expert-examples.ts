// Demonstrations of the scripted expert as examples, made where they are needed: physics, gate, loop, cameras, all in virtual
// time. The same seeds give the same examples, so nothing of them has to be kept. Knows the expert and examples; knows no
// training.

import { loadMujoco, MujocoPlant, mujocoWasmUrl } from '$lib/sim/mujoco';
import {
	bytesPerRow,
	fingerprintOf,
	MOST_BYTES,
	PATCH_KEYPOINT,
	patchOrder,
	writePatches,
	type EpisodeExamples,
	type Examples,
	type NetShape
} from '$lib/training/worker';
import { SO101, type TrainingFailure } from '$lib/contracts';
import { err, ok, type Result } from '$lib/core';
import { demonstrate, POLICY_CAMERAS, POLICY_FPS, type DemonstrationRow } from './demonstration';
import { createEyes } from './eyes';

export interface ExpertOptions {
	readonly episodes: number;
	readonly firstSeed: number;
	/** Where `mujoco.wasm` is; Node finds it by itself. */
	readonly wasmUrl?: string;
	readonly onEpisode: (done: number, total: number) => void;
	/** Between two demonstrations; true ends it. */
	readonly cancelled: () => Promise<boolean>;
}

export const mujocoInBrowser: string = mujocoWasmUrl;

function toExamples(rows: readonly DemonstrationRow[], shape: NetShape, order: Int32Array): EpisodeExamples {
	const { joints } = shape;
	const pictures = shape.cameras.map(() => new Uint8Array(rows.length * order.length));
	const state = new Float32Array(rows.length * joints);
	const action = new Float32Array(rows.length * joints);
	for (const [n, row] of rows.entries()) {
		for (const [camera, out] of pictures.entries())
			writePatches(row.images[camera] ?? new Uint8Array(), order, out, n);
		state.set(row.state, n * joints);
		action.set(row.action, n * joints);
	}
	return { rows: rows.length, pictures, state, action };
}

/** `ok(null)`: cancelled. A demonstration that failed is not kept; the next seed takes its place. */
export async function expertExamples(
	options: ExpertOptions
): Promise<Result<Examples | null, TrainingFailure>> {
	const shape: NetShape = { ...PATCH_KEYPOINT, cameras: POLICY_CAMERAS };
	const order = patchOrder(shape);
	const plant = new MujocoPlant(await loadMujoco(options.wasmUrl));
	const eyes = createEyes(POLICY_CAMERAS);
	const episodes: EpisodeExamples[] = [];
	let bytes = 0;
	try {
		for (let seed = options.firstSeed; episodes.length < options.episodes; seed++) {
			options.onEpisode(episodes.length, options.episodes);
			if (await options.cancelled()) return ok(null);
			const { rows, success } = await demonstrate(plant, eyes, seed, shape.sizePx);
			if (!success) continue;
			bytes += rows.length * bytesPerRow(shape);
			if (bytes > MOST_BYTES)
				return err({ code: 'training_too_large', details: { episodes: episodes.length } });
			episodes.push(toExamples(rows, shape, order));
		}
	} finally {
		plant.dispose();
	}
	const facts = {
		dataset: 'EduBotics pick and place, scripted expert',
		task: 'Put the cube on the target.',
		robotType: 'so101_follower',
		simulated: true,
		jointNames: SO101.joints.map(({ name }) => name),
		fps: POLICY_FPS,
		calibrationFingerprints: [],
		motionless: 0
	};
	return ok({ shape, facts, episodes, fingerprint: await fingerprintOf(episodes) });
}
