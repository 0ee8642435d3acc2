// Network, optimiser, batches and measurement of one training, step by step. Knows no time, no store and no job: who calls
// `advance`, how often and until when, is not its business.

import { openJax, type Tensor } from '../net/jax';
import { createStepper, rateAt, untrained, type Stepper, type TrainedState } from '../net/optimiser';
import { createPolicyNet, type Batch } from '../net/policy-net';
import { patchesOf, patchValuesOf, trainedTensors } from '../net/shape';
import { startWeights } from '../net/start-weights';
import { createBatches, createRowIndex, type BatchArrays, type RowAt } from '../data/batches';
import { rowsOf, type Examples } from '../data/examples';
import { isRelative, normalsOf, splitEpisodes, type Normals } from '../data/split';
import type { TrainingSettings } from '$lib/contracts';

/** Rows of held-out episodes that one measurement looks at, spread evenly. */
const MEASURED_ROWS = 512;

export interface Trainer {
	readonly step: number;
	readonly normals: Normals;
	readonly learnedEpisodes: number;
	readonly learnedRows: number;
	readonly heldOutEpisodes: number;
	/** One step; the loss before it, normalised units. */
	advance(): Promise<number>;
	/** Mean error over held-out rows, all steps of the chunk and the joints in degrees, degrees. */
	measure(): Promise<number>;
	/** Actions [rows][chunk * joints] in dataset units that the averaged weights answer. */
	answer(rows: readonly RowAt[]): Promise<Float32Array[]>;
	/** Everything that the next step depends on. */
	read(): Promise<TrainedState>;
	/** The averaged weights in the order of `trainedTensors`. */
	readAveraged(): Promise<Float32Array[]>;
	dispose(): void;
}

export async function createTrainer(
	examples: Examples,
	settings: TrainingSettings,
	from: TrainedState | null
): Promise<Trainer> {
	const { shape } = examples;
	const { batch, seed, steps, rate } = settings;
	const { joints, chunk } = shape;
	const jax = await openJax();
	const { numpy: np } = jax;
	const { learned, heldOut } = splitEpisodes(examples.episodes);
	const normals = normalsOf(learned, shape);
	const batches = createBatches(learned, shape, normals, { batch, seed });
	const tensors = trainedTensors(shape);
	const net = createPolicyNet(jax, shape, batch);
	const stepper: Stepper = createStepper(jax, net, tensors, from ?? untrained(startWeights(tensors, seed)));
	const heldOutRow = createRowIndex(heldOut);
	const heldOutRows = rowsOf(heldOut);

	// jax-js keeps what it is given: the arrays of a batch are used again, so it gets copies.
	const array = (values: Float32Array, dims: number[]): Tensor => np.array(values.slice()).reshape(dims);
	const toBatch = (arrays: BatchArrays): Batch => ({
		patches: arrays.patches.map((values) => array(values, [batch, patchesOf(shape), patchValuesOf(shape)])),
		state: array(arrays.state, [batch, joints])
	});

	const answer = async (rows: readonly RowAt[]): Promise<Float32Array[]> => {
		const out: Float32Array[] = [];
		for (let first = 0; first < rows.length; first += batch) {
			const some = rows.slice(first, first + batch);
			const normal = await stepper.answer(toBatch(batches.take(some)));
			some.forEach(({ episode, row }, n) => {
				const actions = new Float32Array(chunk * joints);
				for (let k = 0; k < actions.length; k++) {
					const joint = k % joints;
					const base = isRelative(joint, joints) ? (episode.state[row * joints + joint] ?? NaN) : 0;
					const value = normal[n * actions.length + k] ?? NaN;
					actions[k] = value * (normals.actionStd[joint] ?? 1) + (normals.actionMean[joint] ?? 0) + base;
				}
				out.push(actions);
			});
		}
		return out;
	};

	return {
		get step() {
			return stepper.step;
		},
		normals,
		learnedEpisodes: learned.length,
		learnedRows: rowsOf(learned),
		heldOutEpisodes: heldOut.length,
		async advance() {
			const next = stepper.step + 1;
			const arrays = batches.draw(next);
			const wanted = array(arrays.wanted, [batch, chunk * joints]);
			return stepper.advance(toBatch(arrays), wanted, rateAt(next, steps, rate));
		},
		async measure() {
			const count = Math.min(MEASURED_ROWS, heldOutRows);
			const rows = Array.from({ length: count }, (_, k) => heldOutRow(Math.floor((k * heldOutRows) / count)));
			let [sum, terms] = [0, 0];
			for (const [n, actions] of (await answer(rows)).entries()) {
				const at = rows[n];
				if (at === undefined) continue;
				for (let k = 0; k < actions.length; k++) {
					const joint = k % joints;
					// The gripper is in percent.
					if (!isRelative(joint, joints)) continue;
					const row = Math.min(at.row + Math.floor(k / joints), at.episode.rows - 1);
					sum += Math.abs((actions[k] ?? NaN) - (at.episode.action[row * joints + joint] ?? NaN));
					terms += 1;
				}
			}
			return sum / terms;
		},
		answer,
		read: () => stepper.read(),
		readAveraged: () => stepper.readAveraged(),
		dispose: () => stepper.dispose()
	};
}
