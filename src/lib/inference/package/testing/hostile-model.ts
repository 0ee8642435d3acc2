// What a hostile graph is, and short ways to make one out of the right one.

import type { PackageProblemCode } from '../types';
import {
	int64s,
	model,
	RIGHT,
	type Bytes,
	type ModelSpec,
	type NodeSpec,
	type TensorSpec
} from './build-onnx';

export interface HostileModel {
	readonly name: string;
	readonly bytes: () => Bytes;
	readonly code: PackageProblemCode;
	readonly reason: RegExp;
}

const UNSAFE = 'policy_package_unsafe';
const DAMAGED = 'policy_package_damaged';

/** The right graph with something else in it. */
export const but = (change: Partial<ModelSpec>): (() => Bytes) => {
	return () => model({ ...RIGHT, ...change });
};

/** The right graph with one more node before its answer. */
export const with_ =
	(operator: string, change: Partial<NodeSpec> = {}, tensors: readonly TensorSpec[] = []): (() => Bytes) =>
	() =>
		model({
			...RIGHT,
			nodes: [...RIGHT.nodes, { operator, inputs: ['observation.state'], outputs: ['more'], ...change }],
			tensors: [...(RIGHT.tensors ?? []), ...tensors]
		});

/** The right graph with one of its tensors changed. */
export const tensor = (change: Partial<TensorSpec>): (() => Bytes) =>
	but({ tensors: [int64s('axis', 1), { ...int64s('shape', 1, 5, 6), ...change }] });

export const unsafe = (name: string, make: () => Bytes, reason: RegExp): HostileModel => ({
	name,
	bytes: make,
	code: UNSAFE,
	reason
});
export const damaged = (name: string, make: () => Bytes, reason: RegExp): HostileModel => ({
	name,
	bytes: make,
	code: DAMAGED,
	reason
});

export const weights = (name: string, dims: readonly number[], value?: number): TensorSpec => {
	const count = dims.reduce((a, b) => a * b, 1);
	const values = new Float32Array(count);
	if (value !== undefined) values[count - 1] = value;
	return { name, dims, raw: new Uint8Array(values.buffer) };
};
