// Graphs that must never reach a runtime, by what is wrong with them.

import {
	ACTION_OUT,
	bytes,
	int,
	int64s,
	join,
	message,
	model,
	node,
	port,
	RIGHT,
	STATE_IN,
	text
} from './build-onnx';
import { but, damaged, tensor, unsafe, weights, with_, type HostileModel } from './hostile-model';
import { HOSTILE_OPERATORS } from './hostile-operators';

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
	damaged('two sets of data', tensor({ extra: [int(7, 1), int(7, 5), int(7, 6)] }), /two sets of data/),
	damaged(
		'no data at all',
		but({ graphExtra: [message(5, int(1, 3), int(2, 7), text(8, 'none'))] }),
		/0 values for 3 elements/
	),
	damaged(
		'a shape said twice',
		but({
			ports: [
				STATE_IN,
				message(12, text(1, 'action'), message(2, message(1, int(1, 1), message(2), message(2))))
			]
		}),
		/two shapes/
	),
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
	...HOSTILE_OPERATORS,
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
