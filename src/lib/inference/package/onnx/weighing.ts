// Operators that multiply and add: matrices, convolutions, pooling, normalisation, reductions. Counts what they cost.

import type { Call, Operator, Outcome } from './call';

const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
const REDUCE_AXES_ARE_INPUT_SINCE = 18;

function matMul(call: Call): Outcome {
	const [a, b] = [call.input(0), call.input(1)];
	call.kind('float', 0, 1);
	if (a.shape.length < 2 || b.shape.length < 2) call.refuse('a vector where a matrix is due');
	const [rows = 0, inner = 0] = a.shape.slice(-2);
	const [also = 0, columns = 0] = b.shape.slice(-2);
	if (inner !== also) call.refuse(`[${a.shape.join(', ')}] times [${b.shape.join(', ')}]`);
	const batch = call.broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
	return call.one([...batch, rows, columns], a.type, null, product(batch) * rows * inner * columns);
}

function gemm(call: Call): Outcome {
	const [a, b] = [call.input(0), call.input(1)];
	call.kind('float', 0, 1, 2);
	if (a.shape.length !== 2 || b.shape.length !== 2) call.refuse('not two matrices');
	const [rows = 0, inner = 0] = call.flag('transA', false) ? [...a.shape].reverse() : a.shape;
	const [also = 0, columns = 0] = call.flag('transB', false) ? [...b.shape].reverse() : b.shape;
	if (inner !== also) call.refuse(`[${a.shape.join(', ')}] times [${b.shape.join(', ')}]`);
	const added = call.optional(2);
	const shape = [rows, columns];
	if (added !== null && call.broadcast(shape, added.shape).some((dim, n) => dim !== shape[n]))
		call.refuse('a sum of another shape');
	return call.one(shape, a.type, null, rows * inner * columns);
}

/** Length of an image axis after a window went over it. */
function windows(call: Call, sizes: readonly number[], kernel: readonly number[]): number[] {
	const rank = kernel.length;
	const strides = call.ints('strides', rank, 1, 1);
	const dilations = call.ints('dilations', rank, 1, 1);
	const pads = call.ints('pads', 2 * rank, 0, 0);
	const mode = call.text('auto_pad', 'NOTSET');
	const round = call.flag('ceil_mode', false) ? Math.ceil : Math.floor;
	return sizes.map((size, n) => {
		const reach = (dilations[n] ?? 1) * ((kernel[n] ?? 1) - 1) + 1;
		const stride = strides[n] ?? 1;
		if (mode === 'SAME_UPPER' || mode === 'SAME_LOWER') return Math.ceil(size / stride);
		if (mode !== 'NOTSET' && mode !== 'VALID') call.refuse(`auto_pad ${mode}`);
		const before = mode === 'VALID' ? 0 : (pads[n] ?? 0);
		const after = mode === 'VALID' ? 0 : (pads[n + rank] ?? 0);
		if (before >= reach || after >= reach) call.refuse('more padding than the window reaches');
		const steps = round((size + before + after - reach) / stride) + 1;
		// With ceil_mode a last window that would begin in the padding is left out.
		return round === Math.ceil && (steps - 1) * stride >= size + before ? steps - 1 : steps;
	});
}

function conv(call: Call): Outcome {
	const [x, weights] = [call.input(0), call.input(1)];
	call.kind('float', 0, 1, 2);
	const rank = x.shape.length - 2;
	if (rank < 1 || rank > 2 || weights.shape.length !== rank + 2) call.refuse('not an image');
	const [batch = 0, channels = 0, ...sizes] = x.shape;
	const [made = 0, perGroup = 0, ...kernel] = weights.shape;
	const group = call.int('group', 1);
	if (group < 1 || perGroup * group !== channels || made % group !== 0)
		call.refuse(`${channels} channels in ${group} groups of ${perGroup}`);
	const said = call.ints('kernel_shape', rank, 0, 0);
	if (call.node.attributes.has('kernel_shape') && said.some((size, n) => size !== kernel[n]))
		call.refuse('a kernel of another size than its weights');
	const bias = call.optional(2);
	if (bias !== null && (bias.shape.length !== 1 || bias.shape[0] !== made))
		call.refuse('a bias of another length');
	const shape = [batch, made, ...windows(call, sizes, kernel)];
	return call.one(shape, x.type, null, product(shape) * perGroup * product(kernel));
}

function pool(call: Call): Outcome {
	const { shape, type } = call.input(0);
	call.kind('float', 0);
	const rank = shape.length - 2;
	if (rank < 1 || rank > 2) call.refuse('not an image');
	const kernel = call.ints('kernel_shape', rank, 0, 1);
	return call.one([...shape.slice(0, 2), ...windows(call, shape.slice(2), kernel)], type);
}

function reduce(call: Call): Outcome {
	const { shape, type } = call.input(0);
	const byInput = call.node.operator === 'ReduceSum' || call.opset >= REDUCE_AXES_ARE_INPUT_SINCE;
	call.kind('number', 0);
	if (!byInput && call.node.inputs.length > 1) call.refuse('axes as an input');
	const foreign = byInput ? 'axes' : 'noop_with_empty_axes';
	if (call.node.attributes.has(foreign)) call.refuse(`${foreign} in operator set ${call.opset}`);
	const said = byInput ? (call.optional(1) === null ? [] : call.known(1)) : (call.maybeInts('axes') ?? []);
	if (said.length === 0 && call.flag('noop_with_empty_axes', false)) return call.one(shape, type);
	const axes = new Set(said.length === 0 ? shape.map((_, n) => n) : call.axes(said, shape.length));
	const keep = call.flag('keepdims', true);
	return call.one(
		shape.flatMap((dim, n) => (!axes.has(n) ? [dim] : keep ? [1] : [])),
		type
	);
}

/** What a scale or a bias may be added to without growing it. */
function fits(call: Call, part: readonly number[], whole: readonly number[]): void {
	const grown = call.broadcast(part, whole);
	if (grown.length !== whole.length || grown.some((dim, n) => dim !== whole[n]))
		call.refuse('a scale or bias of another shape');
}

function layerNormalization(call: Call): Outcome {
	const { shape, type } = call.input(0);
	call.kind('float', 0, 1, 2);
	const axis = call.axis(call.int('axis', -1), shape.length);
	for (const n of [1, 2]) {
		const value = n === 1 ? call.input(1) : call.optional(2);
		if (value !== null) fits(call, value.shape, shape.slice(axis));
	}
	return call.one(shape, type);
}

const WINDOW = ['auto_pad', 'dilations', 'kernel_shape', 'pads', 'strides'];
const reduction: Operator = {
	inputs: [1, 2],
	attributes: ['axes', 'keepdims', 'noop_with_empty_axes'],
	infer: reduce
};

export const WEIGHING: Readonly<Record<string, Operator>> = {
	MatMul: { inputs: [2, 2], attributes: [], infer: matMul },
	Gemm: { inputs: [2, 3], attributes: ['alpha', 'beta', 'transA', 'transB'], infer: gemm },
	Conv: { inputs: [2, 3], attributes: [...WINDOW, 'group'], infer: conv },
	MaxPool: { inputs: [1, 1], attributes: [...WINDOW, 'ceil_mode', 'storage_order'], infer: pool },
	AveragePool: { inputs: [1, 1], attributes: [...WINDOW, 'ceil_mode', 'count_include_pad'], infer: pool },
	GlobalAveragePool: {
		inputs: [1, 1],
		attributes: [],
		infer(call) {
			const { shape, type } = call.input(0);
			call.kind('float', 0);
			if (shape.length < 3 || shape.length > 4) call.refuse('not an image');
			return call.one([...shape.slice(0, 2), ...shape.slice(2).map(() => 1)], type);
		}
	},
	LayerNormalization: {
		inputs: [2, 3],
		attributes: ['axis', 'epsilon', 'stash_type'],
		infer: layerNormalization
	},
	ReduceMax: reduction,
	ReduceMean: reduction,
	ReduceMin: reduction,
	ReduceSum: reduction
};
