// The network and its optimiser against PyTorch (fixtures/make_steps.py): answer, loss, every gradient, then five clipped
// AdamW steps with averaged weights. Tolerance 1e-4 of each tensor's largest entry: both compute in float32, in another order.

import { beforeAll, describe, expect, it } from 'vitest';
import golden from './fixtures/steps.json';
import { openJax, type Jax, type Tensor } from './jax';
import { createStepper, untrained, type Stepper } from './optimiser';
import { createPolicyNet, type Batch, type PolicyNet } from './policy-net';
import { featuresOf, patchesOf, patchValuesOf, sizeOf, trainedTensors, type NetShape } from './shape';

const SHAPE: NetShape = {
	cameras: ['top', 'wrist'],
	sizePx: 12,
	patchPx: 4,
	width: 8,
	keypoints: 4,
	values: 2,
	hidden: 12,
	joints: 6,
	chunk: 3
};
const BATCH = 5;
const RATE = 1.5e-3;
const TOLERANCE = 1e-4;

interface Digest {
	readonly size: number;
	readonly absolute: number;
	readonly weighted: number;
	readonly places: readonly number[];
	readonly entries: readonly number[];
}

/** As in make_steps.py. */
function numbers(count: number, salt: number, scale: number): Float32Array<ArrayBuffer> {
	return Float32Array.from({ length: count }, (_, k) => {
		const at = ((k + 1) * 0.6180339887498949 + salt * 0.7548776662466927) % 1;
		return (at * 2 - 1) * scale;
	});
}

/** Largest deviation from what PyTorch said, as a share of the largest thing it said. */
function deviation(values: ArrayLike<number>, said: Digest): number {
	const list = Array.from(values);
	expect(list.length).toBe(said.size);
	const largest = Math.max(...said.entries.map(Math.abs), said.absolute / said.size);
	const entries = said.places.map(
		(place, n) => Math.abs((list[place] ?? NaN) - (said.entries[n] ?? NaN)) / largest
	);
	const absolute = list.reduce((sum, value) => sum + Math.abs(value), 0);
	const weighted = list.reduce((sum, value, k) => sum + value * Math.cos(k), 0);
	const sums = [Math.abs(absolute - said.absolute), Math.abs(weighted - said.weighted)].map(
		(off) => off / said.absolute
	);
	return Math.max(...entries, ...sums);
}

/**
 * Adding one number to a keypoint's scores at all patches changes no softmax: this gradient is zero, what either program
 * finds is rounding (the largest gradients here are about 10), and Adam makes steps of it that change no answer.
 */
const isIdle = (name: string): boolean => name.endsWith('.attend.bias');

const tensors = trainedTensors(SHAPE);
const weights = tensors.map(({ dims }, salt) => numbers(sizeOf(dims), salt, 1.2));

let jax: Jax;
let net: PolicyNet;

const array = (values: Float32Array<ArrayBuffer>, dims: readonly number[]): Tensor =>
	jax.numpy.array(values).reshape([...dims]);
const batch = (): Batch => {
	const dims = [BATCH, patchesOf(SHAPE), patchValuesOf(SHAPE)];
	return {
		patches: SHAPE.cameras.map((_, c) => array(numbers(sizeOf(dims), 100 + c, 1), dims)),
		state: array(numbers(BATCH * SHAPE.joints, 200, 1.5), [BATCH, SHAPE.joints])
	};
};
const wanted = (): Tensor => {
	const dims = [BATCH, SHAPE.chunk * SHAPE.joints];
	return array(numbers(sizeOf(dims), 300, 1.5), dims);
};
const stepper = (): Stepper => createStepper(jax, net, tensors, untrained(weights));

beforeAll(async () => {
	jax = await openJax();
	net = createPolicyNet(jax, SHAPE, BATCH);
});

describe('patch-keypoint network in jax-js', () => {
	it('has the tensors of the graph', () => {
		expect(tensors.map(({ name }) => name)).toEqual(Object.keys(golden.gradients));
		expect(featuresOf(SHAPE)).toBe(4);
	});

	it('answers as PyTorch does', async () => {
		const trainer = stepper();
		expect(deviation(await trainer.answer(batch()), golden.answer)).toBeLessThan(TOLERANCE);
		trainer.dispose();
	});

	it('has the loss and every gradient of PyTorch', async () => {
		const given = batch();
		const gradient = jax.valueAndGrad(
			(parameters: Tensor[], pictures: Tensor[], state: Tensor, target: Tensor, places: Tensor) =>
				net.loss(parameters, { patches: pictures, state }, target, places)
		);
		const parameters = tensors.map(({ dims }, n) => array(weights[n] ?? new Float32Array(), dims));
		const [loss, gradients] = gradient(
			parameters,
			[...given.patches],
			given.state,
			wanted(),
			net.places()
		) as [Tensor, Tensor[]];
		const [value = NaN] = (await loss.data()) as Float32Array;
		expect(Math.abs(value - golden.loss) / golden.loss).toBeLessThan(TOLERANCE);
		for (const [n, [name, said]] of Object.entries(golden.gradients).entries()) {
			const found = Array.from((await gradients[n]?.data()) ?? []);
			if (isIdle(name)) expect(Math.max(...found.map(Math.abs)), name).toBeLessThan(1e-4);
			else expect(deviation(found, said), name).toBeLessThan(TOLERANCE);
		}
	});

	it('takes five clipped AdamW steps to where PyTorch comes', async () => {
		expect(Math.min(...golden.norms)).toBeGreaterThan(5);
		const trainer = stepper();
		for (const said of golden.losses) {
			const loss = await trainer.advance(batch(), wanted(), RATE);
			expect(Math.abs(loss - said) / said).toBeLessThan(TOLERANCE);
		}
		const after = await trainer.read();
		expect(after.step).toBe(golden.losses.length);
		for (const [n, { name }] of tensors.entries()) {
			if (isIdle(name)) continue;
			const said = { weights: golden.weights, averaged: golden.averaged };
			for (const kind of ['weights', 'averaged'] as const) {
				const digest = (said[kind] as Record<string, Digest>)[name];
				if (digest === undefined) throw new Error(`no ${name}`);
				expect(deviation(after[kind][n] ?? [], digest), `${kind} ${name}`).toBeLessThan(TOLERANCE);
			}
		}
		trainer.dispose();
	});

	it('goes on from what was read as if it had never stopped', async () => {
		const through = stepper();
		for (let k = 0; k < 4; k++) await through.advance(batch(), wanted(), RATE);
		const before = stepper();
		for (let k = 0; k < 2; k++) await before.advance(batch(), wanted(), RATE);
		const after = createStepper(jax, net, tensors, await before.read());
		for (let k = 0; k < 2; k++) await after.advance(batch(), wanted(), RATE);
		expect(await after.read()).toEqual(await through.read());
		for (const one of [through, before, after]) one.dispose();
	});
});
