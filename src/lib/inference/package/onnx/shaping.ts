// Operators that only move elements about. Their shapes come from values: those have to be known before the graph runs.

import type { Call, Operator, Outcome, Value } from './call';
import { elementCount, MAX_RANK, TYPE } from './tensor';

const SPLIT_COUNTS_SINCE = 18;

function reshape(call: Call): Outcome {
	const { shape, type, ints } = call.input(0);
	const wanted = call.known(1);
	if (wanted.length > MAX_RANK) call.refuse(`${wanted.length} dimensions`);
	const copies = !call.flag('allowzero', false);
	const said = wanted.map((dim, n) =>
		dim === 0 && copies ? (shape[n] ?? call.refuse('nothing to copy')) : dim
	);
	const rest = said.filter((dim) => dim !== -1);
	if (rest.length < said.length - 1) call.refuse('two dimensions to work out');
	const count = elementCount(shape, call.node.name, 1);
	const others = elementCount(rest, call.node.name, 1);
	if (rest.length === said.length ? others !== count : count % others !== 0)
		call.refuse(`${count} elements as [${wanted.join(', ')}]`);
	return call.one(
		said.map((dim) => (dim === -1 ? count / others : dim)),
		type,
		ints
	);
}

function flatten(call: Call): Outcome {
	const { shape, type, ints } = call.input(0);
	const axis = call.int('axis', 1);
	const at = axis === shape.length ? axis : call.axis(axis, shape.length);
	const count = (dims: readonly number[]): number => elementCount(dims, call.node.name, 1);
	return call.one([count(shape.slice(0, at)), count(shape.slice(at))], type, ints);
}

function transpose(call: Call): Outcome {
	const { shape, type, ints } = call.input(0);
	const order = call.maybeInts('perm') ?? shape.map((_, n) => shape.length - 1 - n);
	if (order.length !== shape.length || order.some((axis) => axis < 0))
		call.refuse('an order of another length, or from the end');
	const axes = call.axes(order, shape.length);
	return call.one(
		axes.map((axis) => shape[axis] ?? 0),
		type,
		shape.length <= 1 ? ints : null
	);
}

function concat(call: Call): Outcome {
	const values = call.inputs();
	const [first] = values;
	if (first === undefined) return call.refuse('nothing to join');
	const rank = first.shape.length;
	const axis = call.axis(call.int('axis', NaN), rank);
	let length = 0;
	for (const { shape, type } of values) {
		const same = shape.length === rank && shape.every((dim, n) => n === axis || dim === first.shape[n]);
		if (!same || type !== first.type) call.refuse(`[${shape.join(', ')}] beside [${first.shape.join(', ')}]`);
		length += shape[axis] ?? 0;
	}
	const known = rank === 1 && values.every(({ ints }) => ints !== null);
	return call.one(
		first.shape.map((dim, n) => (n === axis ? length : dim)),
		first.type,
		known ? values.flatMap(({ ints }) => ints ?? []) : null
	);
}

/** Where a slice begins and how many it takes, as ONNX clamps it. */
function taken(call: Call, dim: number, start: number, end: number, step: number): [number, number] {
	if (step === 0) call.refuse('a step of nothing');
	const clamp = (at: number, low: number, high: number): number =>
		Math.min(high, Math.max(low, at < 0 ? at + dim : at));
	const from = step > 0 ? clamp(start, 0, dim) : clamp(start, 0, dim - 1);
	const to = step > 0 ? clamp(end, 0, dim) : clamp(end, -1, dim - 1);
	return [from, Math.max(0, Math.ceil((to - from) / step))];
}

function slice(call: Call): Outcome {
	const { shape, type, ints } = call.input(0);
	const starts = call.known(1);
	const ends = call.known(2);
	const axes = call.axes(call.optional(3) === null ? starts.map((_, n) => n) : call.known(3), shape.length);
	const steps = call.optional(4) === null ? starts.map(() => 1) : call.known(4);
	if ([ends, axes, steps].some((list) => list.length !== starts.length))
		call.refuse('lists of other lengths');
	const made = [...shape];
	let picked = ints;
	axes.forEach((axis, n) => {
		const step = steps[n] ?? 1;
		const [from, count] = taken(call, shape[axis] ?? 0, starts[n] ?? 0, ends[n] ?? 0, step);
		made[axis] = count;
		picked =
			ints !== null && shape.length === 1
				? Array.from({ length: count }, (_, k) => ints[from + k * step] ?? NaN)
				: null;
	});
	return call.one(made, type, picked);
}

function split(call: Call): Outcome {
	const { shape, type, ints } = call.input(0);
	const axis = call.axis(call.int('axis', 0), shape.length);
	const whole = shape[axis] ?? 0;
	const count = call.node.outputs.length;
	if (
		call.node.attributes.has('num_outputs') &&
		(call.opset < SPLIT_COUNTS_SINCE || call.optional(1) !== null)
	)
		call.refuse('num_outputs beside a list, or too early');
	const parts = call.optional(1) === null ? evenly(call, whole, count) : call.known(1);
	if (parts.length !== count || parts.reduce((a, b) => a + b, 0) !== whole)
		call.refuse(`${whole} in parts of ${parts.join(', ')}`);
	let from = 0;
	const outputs = parts.map((part): Value => {
		const begin = from;
		from += part;
		return call.value(
			shape.map((dim, n) => (n === axis ? part : dim)),
			type,
			ints !== null && shape.length === 1 ? ints.slice(begin, from) : null
		);
	});
	return { outputs, multiplyAdds: 0 };
}

function evenly(call: Call, whole: number, count: number): readonly number[] {
	if (call.opset < SPLIT_COUNTS_SINCE && whole % count !== 0) call.refuse(`${whole} in ${count} parts`);
	if (call.opset >= SPLIT_COUNTS_SINCE && call.int('num_outputs', count) !== count)
		call.refuse('another number of parts');
	const part = Math.ceil(whole / count);
	return Array.from({ length: count }, (_, n) => (n === count - 1 ? whole - part * (count - 1) : part));
}

function squeeze(call: Call): Outcome {
	const { shape, type, ints } = call.input(0);
	const axes =
		call.optional(1) === null
			? shape.flatMap((dim, n) => (dim === 1 ? [n] : []))
			: call.axes(call.known(1), shape.length);
	// An empty list means all of them to one runtime and none to another.
	if (axes.length === 0) call.refuse('no axis');
	if (axes.some((axis) => shape[axis] !== 1)) call.refuse('an axis that is not 1');
	return call.one(
		shape.filter((_, n) => !axes.includes(n)),
		type,
		ints
	);
}

function unsqueeze(call: Call): Outcome {
	const { shape, type, ints } = call.input(0);
	const said = call.known(1);
	const rank = shape.length + said.length;
	if (rank > MAX_RANK) call.refuse(`${rank} dimensions`);
	const axes = call.axes(said, rank);
	let next = 0;
	return call.one(
		Array.from({ length: rank }, (_, n) => (axes.includes(n) ? 1 : (shape[next++] ?? 0))),
		type,
		ints
	);
}

function gather(call: Call): Outcome {
	const [data, indices] = [call.input(0), call.input(1)];
	const axis = call.axis(call.int('axis', 0), data.shape.length);
	const dim = data.shape[axis] ?? 0;
	if (indices.type !== TYPE.int64 && indices.type !== TYPE.int32)
		call.refuse('indices that are no whole numbers');
	if (indices.ints?.some((index) => index < -dim || index >= dim) === true)
		call.refuse('an index outside the tensor');
	const { ints } = data;
	const known = ints !== null && data.shape.length === 1 && indices.ints !== null;
	return call.one(
		[...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)],
		data.type,
		known ? indices.ints.map((index) => ints[index < 0 ? index + dim : index] ?? NaN) : null
	);
}

function expand(call: Call): Outcome {
	const { shape, type, ints } = call.input(0);
	const wanted = call.known(1);
	if (wanted.length > MAX_RANK || wanted.some((dim) => dim < 1)) call.refuse(`[${wanted.join(', ')}]`);
	const made = call.broadcast(shape, wanted);
	const same = made.length === shape.length && made.every((dim, n) => dim === shape[n]);
	return call.one(made, type, same ? ints : null);
}

function shapeOf(call: Call): Outcome {
	const { shape } = call.input(0);
	const made = shape.slice(call.int('start', 0), call.int('end', shape.length));
	return call.one([made.length], TYPE.int64, made);
}

function constant(call: Call): Outcome {
	// With two values runtimes choose differently.
	if (call.node.attributes.size !== 1) call.refuse('not one value');
	const value = call.node.attributes.get('value');
	if (value?.kind === 'tensor') return call.one(value.value.dims, value.value.type, value.value.ints);
	const number = call.node.attributes.get('value_int');
	if (number?.kind === 'int') return call.one([], TYPE.int64, [number.value]);
	const numbers = call.node.attributes.get('value_ints');
	if (numbers?.kind === 'ints') return call.one([numbers.value.length], TYPE.int64, numbers.value);
	if (call.node.attributes.get('value_float')?.kind === 'float') return call.one([], TYPE.float);
	return call.refuse('no value');
}

function constantOfShape(call: Call): Outcome {
	const value = call.node.attributes.get('value');
	if (value !== undefined && (value.kind !== 'tensor' || value.value.elements !== 1))
		return call.refuse('not one value');
	const dims = call.known(0);
	if (dims.length > MAX_RANK) call.refuse(`${dims.length} dimensions`);
	const known = value?.kind === 'tensor' ? value.value : null;
	const fill = known?.ints?.[0];
	const short = dims.length <= 1 && (dims[0] ?? 1) <= 1024;
	return call.one(
		dims,
		known?.type ?? TYPE.float,
		fill === undefined || !short ? null : Array.from({ length: dims[0] ?? 1 }, () => fill)
	);
}

export const SHAPING: Readonly<Record<string, Operator>> = {
	Concat: { inputs: [1, 16], attributes: ['axis'], infer: concat },
	Constant: {
		inputs: [0, 0],
		attributes: ['value', 'value_int', 'value_ints', 'value_float'],
		infer: constant
	},
	ConstantOfShape: { inputs: [1, 1], attributes: ['value'], infer: constantOfShape },
	Expand: { inputs: [2, 2], attributes: [], infer: expand },
	Flatten: { inputs: [1, 1], attributes: ['axis'], infer: flatten },
	Gather: { inputs: [2, 2], attributes: ['axis'], infer: gather },
	Reshape: { inputs: [2, 2], attributes: ['allowzero'], infer: reshape },
	Shape: { inputs: [1, 1], attributes: ['start', 'end'], infer: shapeOf },
	Slice: { inputs: [3, 5], attributes: [], infer: slice },
	Split: { inputs: [1, 2], outputs: [1, 32], attributes: ['axis', 'num_outputs'], infer: split },
	Squeeze: { inputs: [1, 2], attributes: [], infer: squeeze },
	Transpose: { inputs: [1, 1], attributes: ['perm'], infer: transpose },
	Unsqueeze: { inputs: [2, 2], attributes: [], infer: unsqueeze }
};
