// Trained weights as an ordinary policy package (docs/policy-package.md): the filled template, reference answers of the
// trainer's own forward pass, manifest, pictures, card. Knows the format; the graph is a template's, the reading the
// inference room's.

import { POLICY_SCHEMA_VERSION, SO101, type PolicyManifest, type TrainingRequest } from '$lib/contracts';
import type { RowAt } from '../data/batches';
import { patchOrder, readPicture, rowsOf, sha256, type Examples } from '../data/examples';
import type { Normals } from '../data/split';
import { trainedTensors } from '../net/shape';
import { writeCard } from './card';
import { cameraPrefix, fillTemplate } from './fill-template';
import { encodePng } from './png';
import { writeSafetensors } from './safetensors';
import type { Bytes } from './wire';
import { storedZip } from './zip';

/** Of the chunk of ten, as the bundled policy plays them. */
const ACTION_STEPS = 3;
/** Of @jax-js/jax; the test compares it with package.json. */
export const TRAINER_TOOL = 'EduBotics in the tab, jax-js 0.1.25';

export interface PackageParts {
	readonly request: TrainingRequest;
	readonly examples: Examples;
	readonly normals: Normals;
	/** In the order of `trainedTensors`. */
	readonly weights: readonly Float32Array[];
	/** Rows with what the trainer answers to them, dataset units. */
	readonly references: readonly { readonly at: RowAt; readonly actions: Float32Array }[];
	readonly template: Uint8Array;
	readonly measured: {
		readonly steps: number;
		readonly seconds: number;
		readonly loss: number;
		readonly heldOutDegrees: number;
		readonly heldOutEpisodes: number;
		readonly learnedEpisodes: number;
		readonly learnedRows: number;
	};
	/** What computed it, as the browser says it; for people. */
	readonly device: string;
	/** What it cannot do, in plain words. */
	readonly limits: string;
	/** SPDX; '' while nobody has chosen one. */
	readonly licence: string;
}

/** One line without control characters, no longer than the reader of packages allows. */
const line = (text: string, most: number): string =>
	text
		.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
		.trim()
		.slice(0, most);

function modelOf(parts: PackageParts): Bytes {
	const { examples, normals, weights } = parts;
	const { shape } = examples;
	const inGraph = { ...shape, cameras: shape.cameras.map(cameraPrefix) };
	const values = new Map(
		trainedTensors(inGraph).map(({ name }, n) => [name, weights[n] ?? new Float32Array()])
	);
	values.set('state_mean', normals.stateMean).set('state_std', normals.stateStd);
	values.set('action_mean', normals.actionMean).set('action_std', normals.actionStd);
	return fillTemplate(parts.template, shape.cameras, values);
}

function referenceOf({ examples, references }: PackageParts): Bytes {
	const { shape } = examples;
	const { joints, chunk, sizePx } = shape;
	const count = references.length;
	const order = patchOrder(shape);
	const perPicture = order.length;
	const state = new Float32Array(count * joints);
	const action = new Float32Array(count * chunk * joints);
	const images = shape.cameras.map(() => new Float32Array(count * perPicture));
	for (const [n, { at, actions }] of references.entries()) {
		state.set(at.episode.state.subarray(at.row * joints, (at.row + 1) * joints), n * joints);
		action.set(actions, n * actions.length);
		for (const [camera, out] of images.entries())
			readPicture(at.episode.pictures[camera] ?? new Uint8Array(), order, at.row).forEach((byte, k) => {
				out[n * perPicture + k] = byte / 255;
			});
	}
	return writeSafetensors([
		{ name: 'observation.state', shape: [count, joints], values: state },
		{ name: 'action', shape: [count, chunk, joints], values: action },
		...shape.cameras.map((name, camera) => ({
			name: `observation.images.${name}`,
			shape: [count, 3, sizePx, sizePx],
			values: images[camera] ?? new Float32Array()
		}))
	]);
}

function rangeOf({ episodes, shape }: Examples, pick: (a: number, b: number) => number): number[] {
	const range = Array.from({ length: shape.joints }, () => NaN);
	for (const { state } of episodes)
		state.forEach((value, k) => {
			const so = range[k % shape.joints] ?? NaN;
			range[k % shape.joints] = Number.isNaN(so) ? value : pick(so, value);
		});
	return range;
}

export async function writePackage(parts: PackageParts): Promise<Blob> {
	const { request, examples, measured } = parts;
	const { shape, facts } = examples;
	const { sizePx } = shape;
	const order = patchOrder(shape);
	const [first] = examples.episodes;
	const model = modelOf(parts);
	const reference = referenceOf(parts);
	const pictures = shape.cameras.map((name, camera) => {
		const picture = readPicture(first?.pictures[camera] ?? new Uint8Array(), order, 0);
		return [`pictures/${name}.png`, encodePng(picture, sizePx, sizePx)] as const;
	});
	const file = async (path: string, data: Uint8Array) => ({
		path,
		bytes: data.length,
		sha256: await sha256(data)
	});
	const units = new Map(SO101.joints.map(({ name, unit }) => [name, unit]));
	const manifest: PolicyManifest = {
		schema_version: POLICY_SCHEMA_VERSION,
		kind: 'onnx',
		name: line(request.name, 120),
		architecture: 'patch_keypoint',
		robot_type: facts.robotType,
		joints: facts.jointNames.map((name) => ({ name, unit: units.get(name) ?? 'degrees' })),
		cameras: shape.cameras.map((name) => ({ name, width: sizePx, height: sizePx })),
		fps: facts.fps,
		chunk_size: shape.chunk,
		n_action_steps: ACTION_STEPS,
		files: {
			fp32: await file('policy.fp32.onnx', model),
			reference: await file('reference.safetensors', reference),
			pictures: await Promise.all(pictures.map(([path, data]) => file(path, data)))
		},
		training: {
			dataset: line(facts.dataset, 200),
			dataset_fingerprint: examples.fingerprint,
			calibration_fingerprints: facts.calibrationFingerprints,
			simulated: facts.simulated,
			task: line(facts.task, 400),
			episodes: examples.episodes.length,
			frames: rowsOf(examples.episodes),
			steps: measured.steps,
			seconds: Math.round(measured.seconds * 10) / 10,
			tool: TRAINER_TOOL,
			state_min: rangeOf(examples, Math.min),
			state_max: rangeOf(examples, Math.max)
		},
		metrics: {
			final_loss: measured.loss,
			held_out_degrees: measured.heldOutDegrees,
			held_out_episodes: measured.heldOutEpisodes,
			learned_episodes: measured.learnedEpisodes,
			learned_frames: measured.learnedRows,
			parameters: parts.weights.reduce((sum, { length }) => sum + length, 0),
			seed: request.settings.seed,
			batch: request.settings.batch,
			planned_steps: request.settings.steps,
			learning_rate: request.settings.rate
		},
		success: [],
		licence: parts.licence,
		limits: parts.limits
	};
	const text = new TextEncoder();
	const zip = storedZip(
		new Map<string, Uint8Array>([
			['manifest.json', text.encode(`${JSON.stringify(manifest, null, '\t')}\n`)],
			['policy.fp32.onnx', model],
			['reference.safetensors', reference],
			...pictures,
			['README.md', text.encode(writeCard(manifest, parts.device))]
		])
	);
	return new Blob([zip], { type: 'application/zip' });
}
