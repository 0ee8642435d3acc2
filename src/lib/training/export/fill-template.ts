// A template graph (tools/policy/template.py) filled with trained tensors: values go into the initialisers by name, the
// cameras get their names. Knows the few fields of an ONNX file that this touches; everything else is copied as it is.
// Source: onnx.proto3 (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto).

import { delimited, fieldsOf, messageOf, wholeNumber, type Bytes, type Field } from './wire';

const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
/** Of NodeProto: names of inputs, of outputs, its own. */
const NODE_NAMES: ReadonlySet<number> = new Set([1, 2, 3]);
const TENSOR = { dims: 1, name: 8, rawData: 9 } as const;
const VALUE_NAME = 1;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Names within the graph of what belongs to camera `name`: its own name, unless that would meet one of the graph's. */
export const cameraPrefix = (name: string): string => (name === 'state' ? 'state_camera' : name);

/** Renames `camera2.<part>` and `observation.images.camera2`; every other name stays. */
function renamer(cameras: readonly string[]): (name: string) => string {
	return (name) => {
		const found = /^(observation\.images\.)?camera(\d+)(\..*)?$/.exec(name);
		if (found === null) return name;
		const [, port, number, rest = ''] = found;
		const camera = cameras[Number(number) - 1];
		if (camera === undefined) throw new RangeError(`the template has a camera ${String(number)}`);
		return port === undefined ? `${cameraPrefix(camera)}${rest}` : `${port}${camera}`;
	};
}

const littleEndian = (values: Float32Array): Uint8Array => {
	const bytes = new Uint8Array(4 * values.length);
	const view = new DataView(bytes.buffer);
	values.forEach((value, n) => view.setFloat32(4 * n, value, true));
	return bytes;
};

/**
 * @param template static/training/patch-keypoint-<cameras>.onnx
 * @param values by the names of the filled graph; float32, matrices [inputs, outputs]. Every empty initialiser needs one and
 *   no other is taken: anything else is a RangeError, a defect of the caller.
 */
export function fillTemplate(
	template: Uint8Array,
	cameras: readonly string[],
	values: ReadonlyMap<string, Float32Array>
): Bytes {
	const rename = renamer(cameras);
	const renamed = (field: Field): Field =>
		delimited(field.number, encoder.encode(rename(decoder.decode(field.content))));
	const filled = new Set<string>();

	const fillTensor = (message: Uint8Array): Bytes => {
		const fields = fieldsOf(message);
		const named = fields.find(({ number }) => number === TENSOR.name);
		const name = named === undefined ? '' : rename(decoder.decode(named.content));
		const kept = fields.map((field) => (field.number === TENSOR.name ? renamed(field) : field));
		if (fields.some(({ number }) => number === TENSOR.rawData)) return messageOf(kept);
		const value = values.get(name);
		const size = fields
			.filter(({ number }) => number === TENSOR.dims)
			.reduce((product, field) => product * wholeNumber(field), 1);
		if (value?.length !== size) throw new RangeError(`${name} wants ${size} values`);
		filled.add(name);
		return messageOf([...kept, delimited(TENSOR.rawData, littleEndian(value))]);
	};

	const fillGraph = (message: Uint8Array): Bytes =>
		messageOf(
			fieldsOf(message).map((field) => {
				const { number, content } = field;
				if (number === GRAPH.initializer) return delimited(number, fillTensor(content));
				const isNode = number === GRAPH.node;
				if (!isNode && number !== GRAPH.input && number !== GRAPH.output) return field;
				const inner = fieldsOf(content).map((part) =>
					(isNode ? NODE_NAMES.has(part.number) : part.number === VALUE_NAME) ? renamed(part) : part
				);
				return delimited(number, messageOf(inner));
			})
		);

	const model = messageOf(
		fieldsOf(template).map((field) =>
			field.number === MODEL_GRAPH ? delimited(field.number, fillGraph(field.content)) : field
		)
	);
	const unused = [...values.keys()].filter((name) => !filled.has(name));
	if (unused.length > 0) throw new RangeError(`the template has no ${unused.join(', ')}`);
	return model;
}

/** The initialisers of a filled float32 graph by name: what a trainer of the same shape could start from. */
export function readInitialisers(model: Uint8Array): ReadonlyMap<string, Float32Array> {
	const found = new Map<string, Float32Array>();
	const graph = fieldsOf(model).find(({ number }) => number === MODEL_GRAPH);
	for (const { number, content } of fieldsOf(graph?.content ?? new Uint8Array())) {
		if (number !== GRAPH.initializer) continue;
		const fields = fieldsOf(content);
		const [name, raw] = [TENSOR.name, TENSOR.rawData].map((wanted) =>
			fields.find((field) => field.number === wanted)
		);
		if (name === undefined || raw === undefined) continue;
		found.set(decoder.decode(name.content), new Float32Array(raw.content.slice().buffer));
	}
	return found;
}
