// Rows of episodes as the floats of a batch: drawn at random and varied a little for learning, or as they are for measuring.
// What step n learns from is decided by the seed and n alone, so that a training that was interrupted goes on as it would
// have. Buffers are made once and filled again. Knows arrays; knows no jax-js.

import { createRandom, type Random } from '$lib/core';
import { patchesOf, patchValuesOf, type NetShape } from '../net/shape';
import { rowsOf, type EpisodeExamples } from './examples';
import { actionAt, isRelative, type Normals } from './split';

/** As train.py: a trace brighter or darker, tinted, and joints off by a hair. Never shifted: a pixel is a centimetre. */
const VARIATION = { brightness: 0.03, tint: 0.02, joints: 0.01 } as const;
const CHANNELS = 3;

export interface BatchArrays {
	/** Per camera [batch, patches, patchValues], -1..1. */
	readonly patches: readonly Float32Array[];
	/** [batch, joints], normalised. */
	readonly state: Float32Array;
	/** [batch, chunk, joints], normalised. */
	readonly wanted: Float32Array;
}

/** A row by its number among all rows. */
export interface RowAt {
	readonly episode: EpisodeExamples;
	readonly row: number;
}

export interface Batches {
	/** Of step `step` (1, 2, ...). The arrays are overwritten by the next call. */
	draw(step: number): BatchArrays;
	/** These rows, as they are; fewer than a batch leaves the rest as it was. Overwritten by the next call. */
	take(rows: readonly RowAt[]): BatchArrays;
}

/** Row `n` of all rows of `episodes`, in order. */
export function createRowIndex(episodes: readonly EpisodeExamples[]): (n: number) => RowAt {
	const ends: number[] = [];
	for (const { rows } of episodes) ends.push((ends.at(-1) ?? 0) + rows);
	return (n) => {
		let [low, high] = [0, ends.length - 1];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (n < (ends[middle] ?? 0)) high = middle;
			else low = middle + 1;
		}
		const episode = episodes[low];
		if (episode === undefined) throw new RangeError('no rows');
		return { episode, row: n - ((ends[low] ?? 0) - episode.rows) };
	};
}

/** Two numbers to one seed, so that neighbouring steps draw nothing alike. */
const seedOf = (seed: number, step: number): number =>
	(Math.imul(seed, 0x9e3779b1) ^ Math.imul(step, 0x85ebca6b)) >>> 0;

export function createBatches(
	episodes: readonly EpisodeExamples[],
	shape: NetShape,
	normals: Normals,
	options: { readonly batch: number; readonly seed: number }
): Batches {
	const { joints, chunk, cameras } = shape;
	const { batch, seed } = options;
	const perPatch = patchValuesOf(shape);
	const perChannel = perPatch / CHANNELS;
	const perPicture = patchesOf(shape) * perPatch;
	const total = rowsOf(episodes);
	const rowAt = createRowIndex(episodes);
	const arrays: BatchArrays = {
		patches: cameras.map(() => new Float32Array(batch * perPicture)),
		state: new Float32Array(batch * joints),
		wanted: new Float32Array(batch * chunk * joints)
	};

	const fill = ({ episode, row }: RowAt, n: number, random: Random | null): void => {
		for (const [camera, out] of arrays.patches.entries()) {
			const bytes = episode.pictures[camera];
			if (bytes === undefined) throw new RangeError(`no camera ${camera}`);
			const light = random === null ? 1 : 1 + VARIATION.brightness * random.normal();
			const tints = Array.from({ length: CHANNELS }, () =>
				random === null ? 0 : VARIATION.tint * random.normal()
			);
			let from = row * perPicture;
			let to = n * perPicture;
			const end = to + perPicture;
			while (to < end)
				for (let channel = 0; channel < CHANNELS; channel++) {
					const offset = (tints[channel] ?? 0) - light;
					const scale = light / 127.5;
					for (let k = 0; k < perChannel; k++) out[to++] = (bytes[from++] ?? 0) * scale + offset;
				}
		}
		for (let joint = 0; joint < joints; joint++) {
			const state = episode.state[row * joints + joint] ?? NaN;
			const normal = (state - (normals.stateMean[joint] ?? 0)) / (normals.stateStd[joint] ?? 1);
			arrays.state[n * joints + joint] = normal + (random === null ? 0 : VARIATION.joints * random.normal());
			const base = (isRelative(joint, joints) ? state : 0) + (normals.actionMean[joint] ?? 0);
			const scale = normals.actionStd[joint] ?? 1;
			for (let k = 0; k < chunk; k++)
				arrays.wanted[(n * chunk + k) * joints + joint] =
					(actionAt(episode, row, k, joint, joints) - base) / scale;
		}
	};

	return {
		draw(step) {
			const random = createRandom(seedOf(seed, step));
			for (let n = 0; n < batch; n++) fill(rowAt(random.int(total)), n, random);
			return arrays;
		},
		take(rows) {
			rows.slice(0, batch).forEach((row, n) => fill(row, n, null));
			return arrays;
		}
	};
}
