// One operator applied to what is known of its inputs: shapes, element types and, for small integer tensors, their values
// (shapes, axes and indices are computed inside a graph). Every way to ask for something refuses when it is not there.

import { unsafe } from '../refusal';
import type { OnnxNode } from './model';
import { elementCount, MAX_KNOWN, TYPE } from './tensor';

const FLOATS: readonly number[] = [TYPE.float, TYPE.float16, TYPE.double];

export interface Value {
	/** All dimensions positive, but for an empty list of whole numbers. */
	readonly shape: readonly number[];
	/** TensorProto.DataType. */
	readonly type: number;
	/** In row-major order; null where they depend on the observation or are too many. */
	readonly ints: readonly number[] | null;
}

/** What an operator makes of its inputs. */
export interface Outcome {
	readonly outputs: readonly Value[];
	readonly multiplyAdds: number;
}

export interface Operator {
	readonly inputs: readonly [least: number, most: number];
	/** One unless said otherwise. */
	readonly outputs?: readonly [least: number, most: number];
	readonly attributes: readonly string[];
	/** First operator set that has it, where that is beyond the oldest allowed one. */
	readonly since?: number;
	infer(call: Call): Outcome;
}

export class Call {
	constructor(
		readonly node: OnnxNode,
		private readonly values: readonly (Value | null)[],
		readonly opset: number
	) {}

	refuse(reason: string): never {
		return unsafe(this.node.name, `${this.node.operator}: ${reason}`);
	}

	/** Input n. */
	input(n: number): Value {
		return this.values[n] ?? this.refuse(`input ${n} is missing`);
	}

	/** Input n if the node has it. */
	optional(n: number): Value | null {
		return this.values[n] ?? null;
	}

	inputs(): readonly Value[] {
		return this.values.map((_, n) => this.input(n));
	}

	/** Values of an integer input that has to be known before the graph runs. */
	known(n: number): readonly number[] {
		const value = this.input(n);
		if (value.ints === null || value.shape.length !== 1)
			return this.refuse('a shape that depends on the input');
		return value.ints;
	}

	/** Those inputs have to be of one kind of element, all of the same. */
	kind(kind: 'float' | 'number' | 'bool', ...which: readonly number[]): void {
		const [first] = which;
		const { type } = this.input(first ?? 0);
		const fits =
			kind === 'bool' ? type === TYPE.bool : kind === 'float' ? FLOATS.includes(type) : type !== TYPE.bool;
		const same = which.every((n) => (this.optional(n)?.type ?? type) === type);
		if (!fits || !same) this.refuse(`element type ${type}, or two of them`);
	}

	/** A whole number that is a yes or no. */
	flag(name: string, otherwise: boolean): boolean {
		const value = this.int(name, otherwise ? 1 : 0);
		// Anything else is read one way here and another way there.
		return value === 0 || value === 1 ? value === 1 : this.refuse(`${name} is ${value}`);
	}

	int(name: string, otherwise: number): number {
		const attribute = this.node.attributes.get(name);
		if (attribute === undefined) return otherwise;
		if (attribute.kind !== 'int' || !Number.isSafeInteger(attribute.value))
			return this.refuse(`${name} is no whole number`);
		return attribute.value;
	}

	/** `count` whole numbers of at least `least`. */
	ints(name: string, count: number, otherwise: number, least: number): readonly number[] {
		const values = this.maybeInts(name) ?? Array.from({ length: count }, () => otherwise);
		if (values.length !== count || values.some((value) => value < least))
			return this.refuse(`${name} is [${values.slice(0, 8).join(', ')}]`);
		return values;
	}

	maybeInts(name: string): readonly number[] | null {
		const attribute = this.node.attributes.get(name);
		if (attribute === undefined) return null;
		if (attribute.kind !== 'ints' || !attribute.value.every(Number.isSafeInteger))
			return this.refuse(`${name} are no whole numbers`);
		return attribute.value;
	}

	text(name: string, otherwise: string): string {
		const attribute = this.node.attributes.get(name);
		if (attribute === undefined) return otherwise;
		return attribute.kind === 'text' ? attribute.value : this.refuse(`${name} is no text`);
	}

	/** An axis of that many dimensions, from the front. */
	axis(axis: number, rank: number): number {
		if (!Number.isSafeInteger(axis) || axis < -rank || axis >= rank)
			return this.refuse(`axis ${axis} of ${rank} dimensions`);
		return axis < 0 ? axis + rank : axis;
	}

	/** Axes without doubles. */
	axes(axes: readonly number[], rank: number): readonly number[] {
		const plain = axes.map((axis) => this.axis(axis, rank));
		return new Set(plain).size === plain.length ? plain : this.refuse('an axis twice');
	}

	/** The shape that both grow to. */
	broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
		const rank = Math.max(a.length, b.length);
		return Array.from({ length: rank }, (_, n) => {
			const x = a[n - rank + a.length] ?? 1;
			const y = b[n - rank + b.length] ?? 1;
			if (x < 1 || y < 1) this.refuse('an empty tensor');
			if (x !== y && x !== 1 && y !== 1) this.refuse(`[${a.join(', ')}] and [${b.join(', ')}]`);
			return Math.max(x, y);
		});
	}

	/** One output. Its elements are counted here, so that no shape goes on that cannot be. */
	one(
		shape: readonly number[],
		type: number,
		ints: readonly number[] | null = null,
		multiplyAdds = 0
	): Outcome {
		return { outputs: [this.value(shape, type, ints)], multiplyAdds };
	}

	value(shape: readonly number[], type: number, ints: readonly number[] | null = null): Value {
		// Nothing but an empty list of dimensions (the shape of a single number) may be empty.
		const count = elementCount(shape, this.node.name, ints?.length === 0 ? 0 : 1);
		if (ints !== null && ints.length !== count) return this.refuse('values that do not fit their shape');
		return { shape, type, ints: ints !== null && ints.length <= MAX_KNOWN ? ints : null };
	}
}
