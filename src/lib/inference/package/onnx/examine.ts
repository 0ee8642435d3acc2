// A policy's ONNX file before a runtime sees it: one plain graph of known operators, every shape worked out and within
// bounds, every weight there and a number. Knows graphs; knows no package and no runtime.
//
// [Note: why shapes are worked out] A file of two kilobytes can ask for a tensor of gigabytes (Expand, Conv with padding), and
// the shapes written beside its nodes may lie. So each node's output is computed from its inputs by the operator's own rule;
// what cannot be computed before the graph runs is refused. That also gives the cost of an inference.

import type { Result } from '$lib/core';
import { answer, unsafe, damaged, tooLarge } from '../refusal';
import type { PackageProblem } from '../types';
import { Call, type Operator, type Value } from './call';
import { ELEMENTWISE } from './elementwise';
import { readModel, type Attribute, type OnnxModel, type OnnxNode, type OnnxPort } from './model';
import { SHAPING } from './shaping';
import { bytesPerElement, elementCount, TYPE } from './tensor';
import { WEIGHING } from './weighing';

/** An input or output of the graph: float32, static. */
export interface OnnxValue {
	readonly name: string;
	readonly shape: readonly number[];
}

export interface OnnxFacts {
	readonly opset: number;
	readonly inputs: readonly OnnxValue[];
	readonly outputs: readonly OnnxValue[];
	/** Nodes by operator. */
	readonly operators: Readonly<Record<string, number>>;
	readonly nodes: number;
	readonly modelBytes: number;
	/** Of all initialisers and constants. */
	readonly weightBytes: number;
	/** Multiply-adds of one inference. */
	readonly multiplyAdds: number;
	/** Most that intermediate results take at one time, if each is freed after its last use. */
	readonly peakActivationBytes: number;
}

/** An ACT with four cameras of 640 x 480 stays below all of them (70e9 multiply-adds, 20e6 elements in its largest tensor). */
export const ONNX_LIMITS = {
	fileBytes: 256 * 1024 * 1024,
	/** Of one intermediate result. */
	elements: 32 * 1024 * 1024,
	/** Of all intermediate results of one inference. */
	allElements: 2 ** 31,
	peakActivationBytes: 512 * 1024 * 1024,
	multiplyAdds: 200e9
} as const;

const PART = 'onnx';

const OPERATORS: ReadonlyMap<string, Operator> = new Map(
	Object.entries({ ...ELEMENTWISE, ...SHAPING, ...WEIGHING })
);

/** What an attribute of that name holds wherever it occurs; a whole number unless said. */
const ATTRIBUTE_KINDS: Readonly<Record<string, Attribute['kind']>> = {
	alpha: 'float',
	approximate: 'text',
	auto_pad: 'text',
	axes: 'ints',
	beta: 'float',
	dilations: 'ints',
	epsilon: 'float',
	kernel_shape: 'ints',
	pads: 'ints',
	perm: 'ints',
	strides: 'ints',
	value: 'tensor',
	value_float: 'float',
	value_ints: 'ints'
};

/** Bytes as they are in the file. Takes milliseconds for a graph, and one look at every weight. */
export function examineOnnx(bytes: Uint8Array): Result<OnnxFacts, PackageProblem> {
	return answer(() => {
		if (bytes.byteLength > ONNX_LIMITS.fileBytes) tooLarge(PART, `${bytes.byteLength} bytes`);
		return inspect(readModel(bytes), bytes.byteLength);
	});
}

/** For a test that compares every shape with those another program works out: the same walk, with its values. */
export function inferValues(bytes: Uint8Array): Result<ReadonlyMap<string, Value>, PackageProblem> {
	return answer(() => walk(readModel(bytes)).values);
}

function inspect(model: OnnxModel, modelBytes: number): OnnxFacts {
	const { values, order, multiplyAdds, constantBytes } = walk(model);
	const outputs = model.outputs.map((port) => checkedOutput(port, values));
	const operators: Record<string, number> = {};
	for (const { operator } of model.nodes) operators[operator] = (operators[operator] ?? 0) + 1;
	const peakActivationBytes = peak(model, order, values);
	if (peakActivationBytes > ONNX_LIMITS.peakActivationBytes)
		unsafe(PART, `${peakActivationBytes} bytes of intermediate results`);
	let weightBytes = constantBytes;
	for (const { bytes } of model.initialisers.values()) weightBytes += bytes;
	return {
		opset: model.opset,
		inputs: model.inputs.map(({ name, dims }) => ({ name, shape: dims })),
		outputs,
		operators,
		nodes: model.nodes.length,
		modelBytes,
		weightBytes,
		multiplyAdds,
		peakActivationBytes
	};
}

interface Walk {
	readonly values: ReadonlyMap<string, Value>;
	/** Every node after those it takes from. */
	readonly order: readonly OnnxNode[];
	readonly multiplyAdds: number;
	readonly constantBytes: number;
}

function walk(model: OnnxModel): Walk {
	const values = new Map<string, Value>();
	for (const port of model.inputs) {
		if (values.has(port.name)) damaged(port.name, 'two inputs of one name');
		values.set(port.name, inputValue(port));
	}
	for (const { name, dims, type, ints } of model.initialisers.values()) {
		if (values.has(name)) unsafe(name, 'weights that are also an input');
		const list = ints !== null && dims.length === 1;
		if (dims.includes(0) && !list) unsafe(name, 'an empty tensor');
		values.set(name, { shape: dims, type, ints });
	}
	let multiplyAdds = 0;
	let elements = 0;
	let constantBytes = 0;
	const order = inOrder(model, values);
	for (const node of order) {
		const outcome = apply(node, values, model.opset);
		multiplyAdds += outcome.multiplyAdds;
		if (multiplyAdds > ONNX_LIMITS.multiplyAdds)
			unsafe(node.name, `more than ${ONNX_LIMITS.multiplyAdds} steps`);
		outcome.outputs.forEach((value, n) => {
			const name = node.outputs[n] ?? '';
			if (name === '' || values.has(name)) damaged(node.name, 'an output without a name of its own');
			const count = elementCount(value.shape, node.name);
			elements += count;
			if (count > ONNX_LIMITS.elements || elements > ONNX_LIMITS.allElements)
				unsafe(node.name, `an output of ${count} elements`);
			if (node.operator === 'Constant') constantBytes += bytesOf(value);
			values.set(name, value);
		});
	}
	return { values, order, multiplyAdds, constantBytes };
}

/** Converters append nodes where they like, and runtimes sort them; a node that can never have its turn is refused. */
function inOrder(model: OnnxModel, given: ReadonlyMap<string, unknown>): readonly OnnxNode[] {
	const waiting = new Map<string, OnnxNode[]>();
	const missing = new Map<OnnxNode, number>();
	const order: OnnxNode[] = [];
	for (const node of model.nodes) {
		const needs = new Set(node.inputs.filter((name) => name !== '' && !given.has(name)));
		if (needs.size === 0) order.push(node);
		missing.set(node, needs.size);
		for (const name of needs) waiting.set(name, [...(waiting.get(name) ?? []), node]);
	}
	for (const node of order)
		for (const name of node.outputs)
			for (const next of waiting.get(name) ?? []) {
				const left = (missing.get(next) ?? 0) - 1;
				missing.set(next, left);
				if (left === 0) order.push(next);
			}
	if (order.length < model.nodes.length) {
		const stuck = model.nodes.find((node) => (missing.get(node) ?? 0) > 0);
		unsafe(stuck?.name ?? PART, 'waits for itself or for something that nobody makes');
	}
	return order;
}

function inputValue({ name, type, dims }: OnnxPort): Value {
	if (type !== TYPE.float) unsafe(name, `element type ${type} where float32 is due`);
	const count = elementCount(dims, name, 1);
	if (count > ONNX_LIMITS.elements) unsafe(name, `an input of ${count} elements`);
	return { shape: dims, type, ints: null };
}

function apply(
	node: OnnxNode,
	values: ReadonlyMap<string, Value>,
	opset: number
): ReturnType<Operator['infer']> {
	const operator = OPERATORS.get(node.operator) ?? unsafe(node.name, `operator ${node.operator}`);
	const within = (count: number, [least, most]: readonly [number, number]): boolean =>
		count >= least && count <= most;
	if (!within(node.inputs.length, operator.inputs))
		unsafe(node.name, `${node.operator} with ${node.inputs.length} inputs`);
	if (!within(node.outputs.length, operator.outputs ?? [1, 1]))
		unsafe(node.name, `${node.operator} with ${node.outputs.length} outputs`);
	if (opset < (operator.since ?? 0)) unsafe(node.name, `${node.operator} in operator set ${opset}`);
	for (const [name, { kind }] of node.attributes) {
		if (!operator.attributes.includes(name)) unsafe(node.name, `${node.operator} with ${name}`);
		if (kind !== (ATTRIBUTE_KINDS[name] ?? 'int'))
			unsafe(node.name, `${node.operator}: ${name} of kind ${kind}`);
	}
	const inputs = node.inputs.map((name, n) => {
		if (name === '') return n < operator.inputs[0] ? unsafe(node.name, `input ${n} is missing`) : null;
		return values.get(name) ?? damaged(node.name, `${name} is made by nobody before`);
	});
	return operator.infer(new Call(node, inputs, opset));
}

function checkedOutput({ name, type, dims }: OnnxPort, values: ReadonlyMap<string, Value>): OnnxValue {
	const made = values.get(name) ?? damaged(name, 'an output that nobody makes');
	const same =
		dims.length === made.shape.length && dims.every((dim, n) => dim === 0 || dim === made.shape[n]);
	if (!same) damaged(name, `says [${dims.join(', ')}], makes [${made.shape.join(', ')}]`);
	if (type !== TYPE.float || made.type !== TYPE.float) unsafe(name, 'an output that is not float32');
	return { name, shape: made.shape };
}

const bytesOf = ({ shape, type }: Value): number => elementCount(shape, PART) * bytesPerElement(type, PART);

/** Inputs and intermediate results that are needed at the same time. */
function peak(model: OnnxModel, order: readonly OnnxNode[], values: ReadonlyMap<string, Value>): number {
	const lastUse = new Map<string, number>();
	order.forEach(({ inputs }, n) => inputs.forEach((name) => lastUse.set(name, n)));
	for (const { name } of model.outputs) lastUse.set(name, Infinity);
	const kept = new Set(model.initialisers.keys());
	for (const { operator, outputs } of order)
		if (operator === 'Constant') for (const name of outputs) kept.add(name);
	const size = (name: string): number => {
		const value = values.get(name);
		return value === undefined ? 0 : bytesOf(value);
	};
	let now = 0;
	for (const { name } of model.inputs) now += size(name);
	let most = now;
	order.forEach((node, n) => {
		if (node.operator === 'Constant') return;
		for (const name of node.outputs) now += size(name);
		most = Math.max(most, now);
		const done = new Set([...node.inputs, ...node.outputs].filter((name) => (lastUse.get(name) ?? -1) <= n));
		for (const name of done) if (!kept.has(name)) now -= size(name);
	});
	return most;
}
