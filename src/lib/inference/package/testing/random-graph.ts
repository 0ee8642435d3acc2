// Graphs of known operators put together at random: most are wrong somewhere, some are right. For the fuzz.

import type { Random } from '$lib/core';
import type { Operator } from '../onnx/call';
import { ELEMENTWISE } from '../onnx/elementwise';
import { SHAPING } from '../onnx/shaping';
import { WEIGHING } from '../onnx/weighing';
import {
	ACTION_OUT,
	int64s,
	intAttribute,
	intsAttribute,
	model,
	STATE_IN,
	type Bytes,
	type NodeSpec,
	type TensorSpec
} from './build-onnx';

const OPERATORS: readonly (readonly [string, Operator])[] = Object.entries({
	...ELEMENTWISE,
	...SHAPING,
	...WEIGHING
});
const FOREIGN = ['axis', 'pads', 'secret'];
/** Sizes that are plausible, and some that are not. */
const SIZES = [-(2 ** 40), -2, -1, 0, 1, 1, 2, 3, 5, 6, 6, 8, 30, 1000, 2 ** 20, 2 ** 31, 2 ** 53];

const LISTS = new Set(['axes', 'perm', 'pads', 'strides', 'dilations', 'kernel_shape', 'value_ints']);

/** Of its own kind mostly, and small mostly. */
function attribute(name: string, random: Random): Bytes {
	const number = (): number => (random.chance(0.05) ? 2 ** 31 : random.int(5) - 1);
	const list = LISTS.has(name) !== random.chance(0.03);
	return list
		? intsAttribute(name, Array.from({ length: 1 + random.int(4) }, number))
		: intAttribute(name, number());
}

export function randomGraph(random: Random): Bytes {
	const pick = <T>(list: readonly [T, ...T[]] | readonly T[]): T => list[random.int(list.length)] as T;
	const names = ['observation.state'];
	const tensors: TensorSpec[] = [];
	for (let n = random.int(6); n >= 0; n--) {
		const name = `t${n}`;
		names.push(name);
		if (random.chance(0.6))
			tensors.push(int64s(name, ...Array.from({ length: random.int(4) }, () => pick(SIZES))));
		else {
			const dims = Array.from({ length: random.int(5) }, () => pick([0, 1, 2, 3, 5, 6]));
			tensors.push({ name, dims });
		}
	}
	const nodes: NodeSpec[] = [];
	for (let n = 0, most = random.int(8); n <= most; n++) {
		const [operator, { inputs: arity, attributes }] = pick(OPERATORS);
		const [least, most] = random.chance(0.03) ? [0, 5] : arity;
		const count = least + random.int(Math.min(most, least + 2) - least + 1);
		const inputs = Array.from({ length: count }, () => (random.chance(0.02) ? '' : pick(names)));
		const outputs = random.chance(0.05) ? [`n${n}`, `m${n}`] : [`n${n}`];
		const some = [...attributes, ...FOREIGN.filter(() => random.chance(0.005))];
		const extra = some.filter(() => random.chance(0.5)).map((name) => attribute(name, random));
		nodes.push({ operator, inputs, outputs, extra });
		names.push(...outputs);
	}
	nodes.push(
		{ operator: 'Unsqueeze', inputs: ['observation.state', 'axis'], outputs: ['row'] },
		{ operator: 'Expand', inputs: ['row', 'shape'], outputs: ['action'] }
	);
	tensors.push(int64s('axis', 1), int64s('shape', 1, 5, 6));
	return model({ nodes, tensors, ports: [STATE_IN, ACTION_OUT] });
}
