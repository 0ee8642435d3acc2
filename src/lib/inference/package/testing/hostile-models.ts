// Graphs that must never reach a runtime, by what is wrong with them.

import type { PackageProblemCode } from '../types';
import {
	ACTION_OUT,
	bytes,
	int,
	int64s,
	intAttribute,
	intsAttribute,
	join,
	message,
	model,
	node,
	port,
	RIGHT,
	STATE_IN,
	text,
	textAttribute,
	type Bytes,
	type ModelSpec,
	type NodeSpec,
	type TensorSpec
} from './build-onnx';

interface HostileModel {
	readonly name: string;
	readonly bytes: () => Bytes;
	readonly code: PackageProblemCode;
	readonly reason: RegExp;
}

const UNSAFE = 'policy_package_unsafe';
const DAMAGED = 'policy_package_damaged';

/** The right graph with something else in it. */
const but = (change: Partial<ModelSpec>): (() => Bytes) => {
	return () => model({ ...RIGHT, ...change });
};

/** The right graph with one more node before its answer. */
const with_ =
	(operator: string, change: Partial<NodeSpec> = {}, tensors: readonly TensorSpec[] = []): (() => Bytes) =>
	() =>
		model({
			...RIGHT,
			nodes: [...RIGHT.nodes, { operator, inputs: ['observation.state'], outputs: ['more'], ...change }],
			tensors: [...(RIGHT.tensors ?? []), ...tensors]
		});

/** The right graph with one of its tensors changed. */
const tensor = (change: Partial<TensorSpec>): (() => Bytes) =>
	but({ tensors: [int64s('axis', 1), { ...int64s('shape', 1, 5, 6), ...change }] });

const unsafe = (name: string, make: () => Bytes, reason: RegExp): HostileModel => ({
	name,
	bytes: make,
	code: UNSAFE,
	reason
});
const damaged = (name: string, make: () => Bytes, reason: RegExp): HostileModel => ({
	name,
	bytes: make,
	code: DAMAGED,
	reason
});

const weights = (name: string, dims: readonly number[], value?: number): TensorSpec => {
	const count = dims.reduce((a, b) => a * b, 1);
	const values = new Float32Array(count);
	if (value !== undefined) values[count - 1] = value;
	return { name, dims, raw: new Uint8Array(values.buffer) };
};

const outside = message(13, text(1, 'location'), text(2, '../../etc/passwd'));
const subgraph = message(5, text(1, 'body'), message(6, text(2, 'inner')), int(20, 5));

export const HOSTILE_MODELS: readonly HostileModel[] = [
	unsafe('an operator nobody knows', with_('Frobnicate'), /operator Frobnicate/),
	unsafe('a loop', with_('Loop', { extra: [subgraph] }), /attribute with field 6/),
	unsafe('a branch', with_('If'), /operator If/),
	unsafe('a scan', with_('Scan'), /operator Scan/),
	unsafe('random numbers', with_('RandomNormalLike'), /operator RandomNormalLike/),
	unsafe(
		'an operator of Microsoft',
		with_('Gelu', { extra: [text(7, 'com.microsoft')] }),
		/of com\.microsoft/
	),
	unsafe(
		'another operator set',
		but({ modelExtra: [message(8, text(1, 'com.microsoft'), int(2, 1))] }),
		/of com\.microsoft/
	),
	unsafe('two operator sets', but({ modelExtra: [message(8, int(2, 17))] }), /2 operator sets/),
	unsafe('an operator set of the past', but({ opset: 11 }), /operator set 11/),
	unsafe('an operator set of the future', but({ opset: 22 }), /operator set 22/),
	unsafe('an IR version of the past', but({ ir: 3 }), /IR version 3/),
	unsafe('functions', but({ modelExtra: [message(25, text(1, 'f'))] }), /functions/),
	unsafe('training', but({ modelExtra: [message(20)] }), /training/),
	unsafe('two graphs', but({ modelExtra: [message(7, text(2, 'second'))] }), /two graphs/),
	unsafe('a field of the model that nobody knows', but({ modelExtra: [int(99, 1)] }), /model with field 99/),
	unsafe('a field of the graph that nobody knows', but({ graphExtra: [int(98, 1)] }), /graph with field 98/),
	unsafe('sparse weights', but({ graphExtra: [message(15)] }), /graph with field 15/),
	unsafe('weights outside the file', tensor({ extra: [outside] }), /outside the file/),
	unsafe('weights said to be outside the file', tensor({ extra: [int(14, 1)] }), /outside the file/),
	unsafe('weights that are no numbers', with_('Relu', {}, [weights('w', [3, 4], NaN)]), /no numbers/),
	unsafe('weights that are infinite', with_('Relu', {}, [weights('w', [2], -Infinity)]), /no numbers/),
	unsafe(
		'half-precision weights beyond their range',
		with_('Relu', {}, [{ name: 'w', dims: [2], type: 10, raw: Uint8Array.of(0, 0x3c, 0, 0x7c) }]),
		/no numbers/
	),
	damaged(
		'fewer bytes than elements',
		tensor({ raw: new Uint8Array(16) }),
		/16 bytes of data for 3 elements/
	),
	damaged('more bytes than elements', tensor({ raw: new Uint8Array(32) }), /32 bytes of data for 3 elements/),
	unsafe(
		'a weight of absurd shape',
		tensor({ dims: [2 ** 31, 2 ** 31] }),
		/more elements than can be counted/
	),
	unsafe('a weight of nine dimensions', tensor({ dims: [1, 1, 1, 1, 1, 1, 1, 1, 3] }), /more than 8 numbers/),
	unsafe('a negative dimension', tensor({ dims: [-3] }), /dimension of -3/),
	unsafe('text as weights', tensor({ type: 8 }), /element type 8/),
	damaged(
		'two tensors of one name',
		but({ tensors: [int64s('axis', 1), int64s('axis', 1), int64s('shape', 1, 5, 6)] }),
		/name of their own/
	),
	unsafe(
		'weights in the place of an input',
		but({
			tensors: [...(RIGHT.tensors ?? []), weights('observation.state', [1, 6])]
		}),
		/also an input/
	),
	unsafe(
		'gigabytes out of nothing',
		with_(
			'Expand',
			{ inputs: ['observation.state', 'big'] },
			[int64s('big', 200_000, 6)].map((t) => ({
				...t,
				raw: new Uint8Array(BigInt64Array.of(2n ** 24n, 6n).buffer)
			}))
		),
		/an output of 100663296 elements/
	),
	unsafe(
		'petabytes out of nothing',
		with_('ConstantOfShape', { inputs: ['big'] }, [int64s('big', 2 ** 40, 2 ** 40)]),
		/more elements than can be counted/
	),
	unsafe(
		'gigabytes a little at a time',
		() => {
			const steps = Array.from({ length: 90 }, (_, n) => n);
			return model({
				...RIGHT,
				nodes: [
					...RIGHT.nodes,
					{ operator: 'Expand', inputs: ['observation.state', 'big'], outputs: ['m0'] },
					...steps.map((n) => ({ operator: 'Relu', inputs: [`m${n}`], outputs: [`m${n + 1}`] }))
				],
				tensors: [...(RIGHT.tensors ?? []), int64s('big', 4_500_000, 6)]
			});
		},
		/an output of 27000000 elements/
	),
	unsafe(
		'results that all have to stay',
		() => {
			const steps = Array.from({ length: 8 }, (_, n) => n);
			return model({
				...RIGHT,
				nodes: [
					...RIGHT.nodes,
					{ operator: 'Expand', inputs: ['observation.state', 'big'], outputs: ['m0'] },
					...steps.map((n) => ({ operator: 'Relu', inputs: ['m0'], outputs: [`m${n + 1}`] })),
					{ operator: 'Max', inputs: steps.map((n) => `m${n + 1}`), outputs: ['all'] }
				],
				tensors: [...(RIGHT.tensors ?? []), int64s('big', 4_500_000, 6)]
			});
		},
		/bytes of intermediate results/
	),
	unsafe(
		'hours of work in a few bytes',
		() =>
			model({
				...RIGHT,
				nodes: [
					...RIGHT.nodes,
					{ operator: 'Expand', inputs: ['one', 'square'], outputs: ['a'] },
					...Array.from({ length: 4 }, (_, n) => ({
						operator: 'MatMul',
						inputs: [n === 0 ? 'a' : `p${n}`, 'a'],
						outputs: [`p${n + 1}`]
					}))
				],
				tensors: [...(RIGHT.tensors ?? []), weights('one', [1, 1]), int64s('square', 5000, 5000)]
			}),
		/more than 200000000000 steps/
	),
	unsafe(
		'a stride of nothing',
		with_(
			'MaxPool',
			{ inputs: ['image'], extra: [intsAttribute('kernel_shape', [2, 2]), intsAttribute('strides', [0, 1])] },
			[weights('image', [1, 1, 4, 4])]
		),
		/strides is \[0, 1\]/
	),
	unsafe(
		'a window larger than its image',
		with_('MaxPool', { inputs: ['image'], extra: [intsAttribute('kernel_shape', [9, 9])] }, [
			weights('image', [1, 1, 4, 4])
		]),
		/a dimension of -4/
	),
	unsafe(
		'padding without end',
		with_('Conv', { inputs: ['image', 'w'], extra: [intsAttribute('pads', [2 ** 30, 0, 0, 0])] }, [
			weights('image', [1, 1, 4, 4]),
			weights('w', [1, 1, 3, 3])
		]),
		/more padding/
	),
	unsafe(
		'groups that do not divide',
		with_('Conv', { inputs: ['image', 'w'], extra: [intAttribute('group', 0)] }, [
			weights('image', [1, 1, 4, 4]),
			weights('w', [1, 1, 3, 3])
		]),
		/groups/
	),
	unsafe(
		'an unknown way to pad',
		with_('Conv', { inputs: ['image', 'w'], extra: [textAttribute('auto_pad', 'FANCY')] }, [
			weights('image', [1, 1, 4, 4]),
			weights('w', [1, 1, 3, 3])
		]),
		/auto_pad FANCY/
	),
	unsafe(
		'matrices that do not fit',
		with_('MatMul', { inputs: ['observation.state', 'w'] }, [weights('w', [5, 6])]),
		/\[1, 6\] times \[5, 6\]/
	),
	unsafe('too few inputs', with_('MatMul'), /MatMul with 1 inputs/),
	unsafe(
		'too many inputs',
		with_('Relu', { inputs: ['observation.state', 'observation.state'] }),
		/Relu with 2 inputs/
	),
	unsafe('too many outputs', with_('Relu', { outputs: ['a', 'b'] }), /Relu with 2 outputs/),
	unsafe('an input left out', with_('Add', { inputs: ['observation.state', ''] }), /input 1 is missing/),
	unsafe(
		'a thousand inputs',
		with_('Concat', { inputs: Array.from({ length: 1000 }, () => 'observation.state') }),
		/more than 64 ports/
	),
	unsafe(
		'an attribute that nobody knows',
		with_('Relu', { extra: [intAttribute('secret', 1)] }),
		/Relu with secret/
	),
	unsafe('an axis that is not there', with_('Softmax', { extra: [intAttribute('axis', 7)] }), /axis 7 of 2/),
	unsafe(
		'an index outside its tensor',
		with_('Gather', { inputs: ['observation.state', 'at'], extra: [intAttribute('axis', 1)] }, [
			int64s('at', 6)
		]),
		/an index outside/
	),
	unsafe(
		'a step of nothing',
		with_('Slice', { inputs: ['observation.state', 'zero', 'six', 'axis', 'zero'] }, [
			int64s('zero', 0),
			int64s('six', 6)
		]),
		/a step of nothing/
	),
	unsafe(
		'a slice of nothing',
		with_('Slice', { inputs: ['observation.state', 'six', 'six', 'axis'] }, [int64s('six', 6)]),
		/a dimension of 0/
	),
	unsafe(
		'a shape that depends on the input',
		with_('Reshape', { inputs: ['observation.state', 'cast'], outputs: ['more'] }, []),
		/waits for itself or for something/
	),
	unsafe(
		'a shape out of pixels',
		() =>
			model({
				...RIGHT,
				nodes: [
					...RIGHT.nodes,
					{
						operator: 'Cast',
						inputs: ['observation.state'],
						outputs: ['whole'],
						extra: [intAttribute('to', 7)]
					},
					{ operator: 'Expand', inputs: ['observation.state', 'whole'], outputs: ['more'] }
				]
			}),
		/a shape that depends on the input/
	),
	unsafe('a cast to text', with_('Cast', { extra: [intAttribute('to', 8)] }), /element type 8/),
	unsafe('a circle', with_('Add', { inputs: ['observation.state', 'more'] }), /waits for itself/),
	damaged('one name made twice', with_('Relu', { outputs: ['row'] }), /a name of its own/),
	damaged(
		'an answer that nobody makes',
		but({ ports: [STATE_IN, port(12, 'acton', [1, 5, 6])] }),
		/that nobody makes/
	),
	damaged(
		'an answer of another shape than it says',
		but({ ports: [STATE_IN, port(12, 'action', [1, 5, 7])] }),
		/says \[1, 5, 7\], makes \[1, 5, 6\]/
	),
	unsafe(
		'whole numbers as an input',
		but({ ports: [port(11, 'observation.state', [1, 6], 7), ACTION_OUT] }),
		/element type 7/
	),
	unsafe(
		'an input of any length',
		but({ ports: [port(11, 'observation.state', ['batch', 6]), ACTION_OUT] }),
		/a dimension of 0/
	),
	unsafe(
		'an input of absurd length',
		but({ ports: [port(11, 'observation.state', [1, 2 ** 40]), ACTION_OUT] }),
		/an input of/
	),
	damaged('an input twice', but({ ports: [STATE_IN, STATE_IN, ACTION_OUT] }), /two inputs of one name/),
	unsafe(
		'thousands of nodes',
		() =>
			model({
				...RIGHT,
				nodes: Array.from({ length: 2001 }, () => ({ operator: 'Relu', inputs: [], outputs: [] }))
			}),
		/more than 2000 nodes/
	),
	unsafe(
		'a name of a megabyte',
		with_('Relu', { outputs: ['x'.repeat(2 ** 20)] }),
		/a text of 1048576 bytes/
	),
	unsafe(
		'millions of fields',
		but({ graphExtra: [join(Array.from({ length: 400_001 }, () => Uint8Array.of(0x12, 0)))] }),
		/too many fields/
	),
	unsafe('an empty file', () => new Uint8Array(), /IR version 0/),
	damaged('a group', () => Uint8Array.of(0x0b), /ends inside|wire type|field/),
	damaged('field nought', () => Uint8Array.of(0x00), /field number 0/),
	damaged(
		'a length without bytes',
		() => Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f),
		/ends inside a field/
	),
	damaged(
		'a number without end',
		() => Uint8Array.of(0x08, ...Array.from({ length: 11 }, () => 0xff)),
		/more than ten bytes/
	),
	damaged(
		'a name that is not UTF-8',
		with_('Relu', { extra: [bytes(3, Uint8Array.of(0xff, 0xfe))] }),
		/not UTF-8/
	),
	damaged('a node without an operator', but({ graphExtra: [message(1, text(2, 'x'))] }), /no operator/),
	damaged(
		'an attribute of two types',
		with_('Relu', { extra: [message(5, text(1, 'a'), int(3, 1), text(4, 'b'), int(20, 2))] }),
		/another type/
	),
	damaged(
		'a node in a node',
		but({ graphExtra: [node({ operator: 'Relu', inputs: [], outputs: [], extra: [text(4, 'Abs')] })] }),
		/two operators/
	)
];
