// ONNX files that no exporter would write, field by field. For tests only: golden files come from onnx and torch.

const TWO_64 = 2n ** 64n;

export type Bytes = Uint8Array<ArrayBuffer>;

export function join(parts: readonly Uint8Array[]): Bytes {
	const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

function varint(value: number | bigint): Bytes {
	let rest = BigInt(value);
	if (rest < 0n) rest += TWO_64;
	const bytes: number[] = [];
	do {
		bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
		rest >>= 7n;
	} while (rest > 0n);
	return Uint8Array.from(bytes);
}

export const int = (field: number, value: number | bigint): Bytes => join([varint(field * 8), varint(value)]);
export const bytes = (field: number, value: Uint8Array): Bytes =>
	join([varint(field * 8 + 2), varint(value.length), value]);
export const text = (field: number, value: string): Bytes => bytes(field, new TextEncoder().encode(value));
export const message = (field: number, ...parts: readonly Uint8Array[]): Bytes => bytes(field, join(parts));

export interface TensorSpec {
	readonly name: string;
	readonly dims: readonly number[];
	/** TensorProto.DataType; float32 unless said. */
	readonly type?: number;
	/** Zeros of the right length unless said. */
	readonly raw?: Uint8Array;
	readonly extra?: readonly Uint8Array[];
}

export function tensor(field: number, { name, dims, type = 1, raw, extra = [] }: TensorSpec): Bytes {
	const width = type === 7 || type === 11 ? 8 : type === 10 ? 2 : 4;
	const data = raw ?? new Uint8Array(dims.reduce((a, b) => a * b, 1) * width);
	return message(
		field,
		...dims.map((dim) => int(1, dim)),
		int(2, type),
		text(8, name),
		bytes(9, data),
		...extra
	);
}

export const int64s = (name: string, ...values: readonly number[]): TensorSpec => ({
	name,
	dims: [values.length],
	type: 7,
	raw: new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
});

export interface NodeSpec {
	readonly operator: string;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	/** Attributes and whatever else, as fields of NodeProto. */
	readonly extra?: readonly Uint8Array[];
}

export const node = ({ operator, inputs, outputs, extra = [] }: NodeSpec): Bytes =>
	message(
		1,
		...inputs.map((name) => text(1, name)),
		...outputs.map((name) => text(2, name)),
		text(4, operator),
		...extra
	);

export const intAttribute = (name: string, value: number): Bytes =>
	message(5, text(1, name), int(3, value), int(20, 2));
export const intsAttribute = (name: string, values: readonly number[]): Bytes =>
	message(5, text(1, name), ...values.map((value) => int(8, value)), int(20, 7));
export const textAttribute = (name: string, value: string): Bytes =>
	message(5, text(1, name), text(4, value), int(20, 3));

export const port = (field: number, name: string, dims: readonly (number | string)[], type = 1): Bytes => {
	const shape = dims.map((dim) => message(1, typeof dim === 'string' ? text(2, dim) : int(1, dim)));
	return message(field, text(1, name), message(2, message(1, int(1, type), message(2, ...shape))));
};

export interface ModelSpec {
	readonly nodes: readonly NodeSpec[];
	readonly tensors?: readonly TensorSpec[];
	/** Fields of GraphProto instead of the usual ports: state [1, 6] in, action [1, 5, 6] out. */
	readonly ports?: readonly Uint8Array[];
	readonly opset?: number;
	readonly ir?: number;
	/** Fields of GraphProto and of ModelProto besides. */
	readonly graphExtra?: readonly Uint8Array[];
	readonly modelExtra?: readonly Uint8Array[];
}

export const STATE_IN = port(11, 'observation.state', [1, 6]);
export const ACTION_OUT = port(12, 'action', [1, 5, 6]);

export function model(spec: ModelSpec): Bytes {
	const { nodes, tensors = [], ports = [STATE_IN, ACTION_OUT], opset = 17, ir = 8 } = spec;
	return join([
		int(1, ir),
		message(
			7,
			...nodes.map(node),
			text(2, 'graph'),
			...tensors.map((one) => tensor(5, one)),
			...ports,
			...(spec.graphExtra ?? [])
		),
		message(8, text(1, ''), int(2, opset)),
		...(spec.modelExtra ?? [])
	]);
}

/** A graph that is right: the state, five times over. */
export const RIGHT: ModelSpec = {
	nodes: [
		{ operator: 'Unsqueeze', inputs: ['observation.state', 'axis'], outputs: ['row'] },
		{ operator: 'Expand', inputs: ['row', 'shape'], outputs: ['action'] }
	],
	tensors: [int64s('axis', 1), int64s('shape', 1, 5, 6)]
};
