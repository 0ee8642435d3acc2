// Single nodes that must never reach a runtime, by what is wrong with them.

import { int64s, intAttribute, intsAttribute, model, RIGHT, textAttribute } from './build-onnx';
import { unsafe, weights, with_, type HostileModel } from './hostile-model';

export const HOSTILE_OPERATORS: readonly HostileModel[] = [
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
	unsafe(
		'a constant of two values',
		with_('Constant', {
			inputs: [],
			extra: [intAttribute('value_int', 1), intsAttribute('value_ints', [1, 2])]
		}),
		/not one value/
	),
	unsafe(
		'a switch that is neither on nor off',
		with_('Gemm', { inputs: ['w', 'w'], extra: [intAttribute('transB', 2)] }, [weights('w', [6, 6])]),
		/transB is 2/
	),
	unsafe(
		'a sum with nothing',
		with_('Add', { inputs: ['observation.state', 'empty'] }, [weights('empty', [0])]),
		/an empty tensor/
	),
	unsafe(
		'axes that are an empty list',
		with_('Squeeze', { inputs: ['observation.state', 'none'] }, [int64s('none')]),
		/no axis/
	),
	unsafe(
		'an attribute of another kind',
		with_('LeakyRelu', { extra: [intAttribute('alpha', 1)] }),
		/alpha of kind int/
	),
	unsafe('an operator of a later set', with_('Gelu'), /Gelu in operator set 17/),
	unsafe(
		'a choice by numbers',
		with_('Where', { inputs: ['observation.state', 'observation.state', 'observation.state'] }),
		/element type 1/
	),
	unsafe(
		'whole numbers and others',
		with_('Mul', { inputs: ['observation.state', 'axis'] }),
		/element type 1, or two/
	),
	unsafe(
		'a division of shapes by nothing',
		with_('Div', { inputs: ['shape', 'zero'] }, [int64s('zero', 0)]),
		/cannot be/
	),
	unsafe(
		'an order of other axes',
		with_('Transpose', { extra: [intsAttribute('perm', [0])] }),
		/an order of another length/
	),
	unsafe(
		'an order from the end',
		with_('Transpose', { extra: [intsAttribute('perm', [0, -1])] }),
		/or from the end/
	),
	unsafe(
		'a choice between two types',
		with_('Where', { inputs: ['yes', 'observation.state', 'shape'] }, [
			{ name: 'yes', dims: [1], type: 9, raw: Uint8Array.of(1) }
		]),
		/two element types/
	),
	unsafe(
		'growth to less than nothing',
		with_('Expand', { inputs: ['observation.state', 'to'] }, [int64s('to', -1, 6)]),
		/\[-1, 6\]/
	),
	unsafe(
		'parts that are not the whole',
		with_(
			'Split',
			{ inputs: ['observation.state', 'to'], outputs: ['a', 'b'], extra: [intAttribute('axis', 1)] },
			[int64s('to', 1, 2)]
		),
		/6 in parts of 1, 2/
	),
	unsafe(
		'parts that do not come out even',
		with_('Split', { outputs: ['a', 'b', 'c', 'd'], extra: [intAttribute('axis', 1)] }),
		/6 in 4 parts/
	),
	unsafe(
		'a scale of another shape',
		with_('LayerNormalization', { inputs: ['observation.state', 'w'] }, [weights('w', [2, 6])]),
		/a scale or bias/
	),
	unsafe(
		'a kernel of another size',
		with_('Conv', { inputs: ['image', 'w'], extra: [intsAttribute('kernel_shape', [2, 2])] }, [
			weights('image', [1, 1, 4, 4]),
			weights('w', [1, 1, 3, 3])
		]),
		/a kernel of another size/
	),
	unsafe(
		'a vector times a matrix',
		with_('MatMul', { inputs: ['v', 'w'] }, [weights('v', [5]), weights('w', [5, 6])]),
		/a vector/
	),
	unsafe(
		'an empty weight',
		with_('Relu', { inputs: ['nothing'] }, [weights('nothing', [0, 3])]),
		/an empty tensor/
	)
];
