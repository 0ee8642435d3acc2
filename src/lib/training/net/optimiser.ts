// One step of training: gradient of the loss, clipped by its norm, AdamW, and weights averaged over the run. The same
// arithmetic as PyTorch's `clip_grad_norm_` and `AdamW` (conformance fixture: fixtures/make_steps.py). Holds the tensors
// between steps; knows no data.

import type { Jax, Tensor } from './jax';
import type { Batch, PolicyNet } from './policy-net';
import { sizeOf, type TensorShape } from './shape';

export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-4, clipNorm: 5 } as const;
const AVERAGED = 0.999;

/** By name, [inputs, outputs] as in the graph. What a checkpoint holds of a training. */
export interface TrainedState {
	/** Steps done. */
	readonly step: number;
	readonly weights: readonly Float32Array[];
	/** Adam's moments. */
	readonly first: readonly Float32Array[];
	readonly second: readonly Float32Array[];
	readonly averaged: readonly Float32Array[];
}

/** Nothing was trained yet: moments are zero, the average is what it starts from. */
export function untrained(weights: readonly Float32Array[]): TrainedState {
	const zeros = (): Float32Array[] => weights.map(({ length }) => new Float32Array(length));
	return { step: 0, weights, first: zeros(), second: zeros(), averaged: weights };
}

/** The share of the old average that step `step` (1, 2, ...) keeps. */
export const averageKeep = (step: number): number => Math.min(AVERAGED, step / (step + 10));

/** Learning rate of step `step`: up over 200 steps, then down along a cosine to a hundredth. */
export function rateAt(step: number, steps: number, rate: number): number {
	return rate * Math.min(1, step / 200) * (0.5 * (1 + Math.cos((Math.PI * step) / steps)) + 0.01);
}

type Group = Tensor[];
type StepAnswer = [Tensor, Group, Group, Group, Group];

export interface Stepper {
	readonly step: number;
	/** Does one step and gives the loss before it. The batch is consumed. */
	advance(batch: Batch, wanted: Tensor, rate: number): Promise<number>;
	/** Normalised answers of the averaged weights, [batch, chunk * joints]. The batch is consumed. */
	answer(batch: Batch): Promise<Float32Array>;
	/** Copies everything out; the stepper goes on. */
	read(): Promise<TrainedState>;
	/** The averaged weights alone. */
	readAveraged(): Promise<Float32Array[]>;
	dispose(): void;
}

/** `tensors` names and shapes what `from` holds, in its order. */
export function createStepper(
	jax: Jax,
	net: PolicyNet,
	tensors: readonly TensorShape[],
	from: TrainedState
): Stepper {
	const { numpy: np } = jax;
	const load = (values: readonly Float32Array[]): Group =>
		tensors.map(({ name, dims }, n) => {
			const data = values[n];
			if (data?.length !== sizeOf(dims)) throw new RangeError(`${name} has another size`);
			return np.array(data.slice()).reshape([...dims]);
		});
	const refs = (group: readonly Tensor[]): Group => group.map((tensor) => tensor.ref);
	const free = (group: readonly Tensor[]): void => {
		for (const tensor of group) tensor.dispose();
	};
	const scalar = (value: number): Tensor => np.array(new Float32Array([value]));

	const gradient = jax.valueAndGrad(
		(weights: Group, pictures: Group, state: Tensor, wanted: Tensor, places: Tensor) =>
			net.loss(weights, { patches: pictures, state }, wanted, places)
	);
	/** decay = 1 - rate * weightDecay, pace = rate / (1 - beta1^t), root = 1 / sqrt(1 - beta2^t), blend = 1 - averageKeep. */
	const stepOnce = jax.jit(
		(
			weights: Group,
			first: Group,
			second: Group,
			averaged: Group,
			pictures: Group,
			state: Tensor,
			wanted: Tensor,
			places: Tensor,
			numbers: Group
		): StepAnswer => {
			const [decay, pace, root, blend] = numbers as [Tensor, Tensor, Tensor, Tensor];
			const [loss, raw] = gradient(refs(weights), pictures, state, wanted, places) as [Tensor, Group];
			const squares = raw.map((g) => np.square(g.ref).sum().reshape([1]));
			const norm = np.sqrt(np.concatenate(squares, 0).sum().reshape([1]));
			const share = np.minimum(np.array(ADAM.clipNorm).div(norm.add(1e-6)), 1);
			const clipped = raw.map((g, n) => g.mul(n === raw.length - 1 ? share : share.ref));
			const firstNext = first.map((m, n) => m.mul(ADAM.beta1).add(of(clipped, n).ref.mul(1 - ADAM.beta1)));
			const secondNext = second.map((v, n) =>
				v.mul(ADAM.beta2).add(np.square(of(clipped, n)).mul(1 - ADAM.beta2))
			);
			const weightsNext = weights.map((w, n) => {
				const scale = np.sqrt(of(secondNext, n).ref).mul(root.ref).add(ADAM.epsilon);
				return w.mul(decay.ref).sub(of(firstNext, n).ref.div(scale).mul(pace.ref));
			});
			const averagedNext = averaged.map((a, n) => a.ref.add(of(weightsNext, n).ref.sub(a).mul(blend.ref)));
			free([decay, pace, root, blend]);
			return [loss, weightsNext, firstNext, secondNext, averagedNext];
		}
	);
	const answerOnce = jax.jit((weights: Group, pictures: Group, state: Tensor, places: Tensor): Tensor =>
		net.forward(weights, { patches: pictures, state }, places)
	);

	let { step } = from;
	let weights = load(from.weights);
	let first = load(from.first);
	let second = load(from.second);
	let averaged = load(from.averaged);
	const places = net.places();

	const read = async (group: readonly Tensor[]): Promise<Float32Array[]> => {
		const out: Float32Array[] = [];
		for (const tensor of group) out.push(Float32Array.from((await tensor.ref.data()) as Float32Array));
		return out;
	};

	return {
		get step() {
			return step;
		},
		async advance(batch, wanted, rate) {
			const next = step + 1;
			const numbers = [
				scalar(1 - rate * ADAM.weightDecay),
				scalar(rate / (1 - ADAM.beta1 ** next)),
				scalar(1 / Math.sqrt(1 - ADAM.beta2 ** next)),
				scalar(1 - averageKeep(next))
			];
			const answer = stepOnce(
				weights,
				first,
				second,
				averaged,
				[...batch.patches],
				batch.state,
				wanted,
				places.ref,
				numbers
			);
			let loss: Tensor;
			[loss, weights, first, second, averaged] = answer;
			step = next;
			const [value = NaN] = (await loss.data()) as Float32Array;
			await jax.blockUntilReady(weights);
			return value;
		},
		async answer(batch) {
			const out = answerOnce(refs(averaged), [...batch.patches], batch.state, places.ref);
			return Float32Array.from((await out.data()) as Float32Array);
		},
		async read() {
			return {
				step,
				weights: await read(weights),
				first: await read(first),
				second: await read(second),
				averaged: await read(averaged)
			};
		},
		readAveraged: () => read(averaged),
		dispose() {
			for (const group of [weights, first, second, averaged]) free(group);
			places.dispose();
		}
	};
}

function of(group: readonly Tensor[], n: number): Tensor {
	const found = group[n];
	if (found === undefined) throw new RangeError(`no tensor ${n}`);
	return found;
}
