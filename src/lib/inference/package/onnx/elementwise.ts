// Operators that treat elements one by one. Whole numbers are followed through arithmetic, because shapes are computed so.

import type { Call, Operator, Outcome, Value } from './call';
import { bytesPerElement, TYPE } from './tensor';

const sameAs = (call: Call): Outcome => call.one(call.input(0).shape, call.input(0).type);

function unary(kind: 'float' | 'number' | 'bool', ...attributes: string[]): Operator {
	return {
		inputs: [1, 1],
		attributes,
		infer(call) {
			call.kind(kind, 0);
			return sameAs(call);
		}
	};
}

type Arithmetic = (a: number, b: number) => number;

/** Values of two small integer tensors, element by element, where both are known. */
function combine(
	call: Call,
	a: Value,
	b: Value,
	shape: readonly number[],
	how: Arithmetic
): readonly number[] | null {
	if (a.ints === null || b.ints === null || shape.length > 1) return null;
	const count = shape[0] ?? 1;
	const [left, right] = [a.ints, b.ints];
	const at = (list: readonly number[], n: number): number => list[list.length === 1 ? 0 : n] ?? NaN;
	const made = Array.from({ length: count }, (_, n) => how(at(left, n), at(right, n)));
	return made.every(Number.isSafeInteger) ? made : call.refuse('whole numbers that cannot be');
}

function binary(how?: Arithmetic, type?: number, kind: 'number' | 'bool' = 'number'): Operator {
	return {
		inputs: [2, 2],
		attributes: [],
		infer(call) {
			const [a, b] = [call.input(0), call.input(1)];
			const shape = call.broadcast(a.shape, b.shape);
			call.kind(kind, 0, 1);
			return call.one(shape, type ?? a.type, how === undefined ? null : combine(call, a, b, shape, how));
		}
	};
}

/** Any number of inputs. */
const several: Operator = {
	inputs: [1, 16],
	attributes: [],
	infer(call) {
		const values = call.inputs();
		call.kind('number', ...values.keys());
		return call.one(
			values.map(({ shape }) => shape).reduce((a, b) => call.broadcast(a, b)),
			call.input(0).type
		);
	}
};

export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
	Abs: unary('number'),
	Ceil: unary('float'),
	Cos: unary('float'),
	Elu: unary('float', 'alpha'),
	Erf: unary('float'),
	Exp: unary('float'),
	Floor: unary('float'),
	Gelu: { ...unary('float', 'approximate'), since: 20 },
	LeakyRelu: unary('float', 'alpha'),
	Log: unary('float'),
	Neg: unary('number'),
	Not: unary('bool'),
	Reciprocal: unary('float'),
	Relu: unary('float'),
	Sigmoid: unary('float'),
	Sin: unary('float'),
	Softplus: unary('float'),
	Sqrt: unary('float'),
	Tanh: unary('float'),
	Add: binary((a, b) => a + b),
	Sub: binary((a, b) => a - b),
	Mul: binary((a, b) => a * b),
	Div: binary((a, b) => Math.trunc(a / b)),
	Pow: binary(),
	And: binary(undefined, TYPE.bool, 'bool'),
	Or: binary(undefined, TYPE.bool, 'bool'),
	Equal: binary((a, b) => (a === b ? 1 : 0), TYPE.bool),
	Greater: binary(undefined, TYPE.bool),
	GreaterOrEqual: binary(undefined, TYPE.bool),
	Less: binary(undefined, TYPE.bool),
	LessOrEqual: binary(undefined, TYPE.bool),
	Max: several,
	Min: several,
	Identity: {
		inputs: [1, 1],
		attributes: [],
		infer: (call) => ({ outputs: [call.input(0)], multiplyAdds: 0 })
	},
	Clip: {
		inputs: [1, 3],
		attributes: [],
		infer(call) {
			call.kind('number', 0, 1, 2);
			for (const n of [1, 2])
				if ((call.optional(n)?.shape.length ?? 0) > 0) call.refuse('a limit that is not one number');
			return sameAs(call);
		}
	},
	Softmax: {
		inputs: [1, 1],
		attributes: ['axis'],
		infer(call) {
			call.kind('float', 0);
			call.axis(call.int('axis', -1), call.input(0).shape.length);
			return sameAs(call);
		}
	},
	Cast: {
		inputs: [1, 1],
		attributes: ['to'],
		infer(call) {
			const to = call.int('to', 0);
			bytesPerElement(to, call.node.name);
			const { shape, ints } = call.input(0);
			return call.one(shape, to, to === TYPE.int64 || to === TYPE.int32 ? ints : null);
		}
	},
	Where: {
		inputs: [3, 3],
		attributes: [],
		infer(call) {
			const [which, yes, no] = [call.input(0), call.input(1), call.input(2)];
			call.kind('bool', 0);
			if (yes.type !== no.type) call.refuse('two element types');
			const shape = call.broadcast(which.shape, call.broadcast(yes.shape, no.shape));
			const pick = (n: number): number => {
				const from = (which.ints?.[which.ints.length === 1 ? 0 : n] ?? 0) !== 0 ? yes.ints : no.ints;
				return from?.[from.length === 1 ? 0 : n] ?? NaN;
			};
			const known = which.ints !== null && yes.ints !== null && no.ints !== null && shape.length <= 1;
			return call.one(
				shape,
				yes.type,
				known ? Array.from({ length: shape[0] ?? 1 }, (_, n) => pick(n)) : null
			);
		}
	}
};
