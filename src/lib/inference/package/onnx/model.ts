// A ModelProto as plain data: nodes, tensors, inputs, outputs. Refuses everything that could hold more than one plain graph
// (functions, subgraphs, training, sparse or outside data, other operator sets) and every field it does not know, so that a
// runtime cannot find in the file what was not seen here. Source: onnx.proto3.

import { damaged, unsafe } from '../refusal';
import { NAME_BYTES, readTensor, type OnnxTensor } from './tensor';
import { WIRE, Wire } from './wire';

export const MODEL_LIMITS = {
	opset: { min: 17, max: 21 },
	irVersion: { min: 7, max: 13 },
	nodes: 2000,
	initialisers: 4000,
	/** Inputs or outputs of one node. */
	arity: 64,
	fields: 400_000,
	/** Of one attribute. */
	listed: 1024,
	/** Of one text attribute. */
	textBytes: 256
} as const;

export type Attribute =
	| { readonly kind: 'float' | 'int'; readonly value: number }
	| { readonly kind: 'text'; readonly value: string }
	| { readonly kind: 'ints' | 'floats'; readonly value: readonly number[] }
	| { readonly kind: 'tensor'; readonly value: OnnxTensor };

export interface OnnxNode {
	/** For messages: its name, or operator and number. */
	readonly name: string;
	readonly operator: string;
	/** '' stands for an optional input that is left out. */
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface OnnxPort {
	readonly name: string;
	readonly type: number;
	/** 0 where the file gives a letter instead of a number, as torch does for outputs that it could not follow. */
	readonly dims: readonly number[];
}

export interface OnnxModel {
	readonly opset: number;
	readonly nodes: readonly OnnxNode[];
	readonly initialisers: ReadonlyMap<string, OnnxTensor>;
	readonly inputs: readonly OnnxPort[];
	readonly outputs: readonly OnnxPort[];
}

const PART = 'onnx';

/** ONNX's own operators go by either name. */
const isDefaultDomain = (domain: string): boolean => domain === '' || domain === 'ai.onnx';

export function readModel(bytes: Uint8Array): OnnxModel {
	const wire = new Wire(bytes, 0, bytes.byteLength, { fields: MODEL_LIMITS.fields });
	let graph: Omit<OnnxModel, 'opset'> | null = null;
	let irVersion = 0;
	const opsets: number[] = [];
	while (wire.next()) {
		switch (wire.field) {
			case 1:
				irVersion = wire.expect(WIRE.varint).uint();
				break;
			case 7:
				// Two graphs would be merged by a protobuf library.
				if (graph !== null) unsafe(PART, 'two graphs');
				graph = readGraph(wire.message(), bytes);
				break;
			case 8:
				opsets.push(readOpset(wire.message()));
				break;
			case 2: // producer_name
			case 3: // producer_version
			case 4: // domain
			case 5: // model_version
			case 6: // doc_string
			case 14: // metadata_props
				wire.skip();
				break;
			case 20:
				unsafe(PART, 'training graphs');
				break;
			case 25:
				unsafe(PART, 'functions');
				break;
			default:
				unsafe(PART, `a model with field ${wire.field}`);
		}
	}
	const { min, max } = MODEL_LIMITS.irVersion;
	if (irVersion < min || irVersion > max) unsafe(PART, `IR version ${irVersion}, not ${min} to ${max}`);
	const [opset] = opsets;
	if (opset === undefined || opsets.length > 1) return unsafe(PART, `${opsets.length} operator sets`);
	if (opset < MODEL_LIMITS.opset.min || opset > MODEL_LIMITS.opset.max)
		unsafe(PART, `operator set ${opset}, not ${MODEL_LIMITS.opset.min} to ${MODEL_LIMITS.opset.max}`);
	return graph === null ? damaged(PART, 'no graph') : { opset, ...graph };
}

function readOpset(wire: Wire): number {
	let domain = '';
	let version = 0;
	while (wire.next()) {
		if (wire.field === 1) domain = wire.text(NAME_BYTES);
		else if (wire.field === 2) version = wire.expect(WIRE.varint).uint();
		else unsafe(PART, `an operator set with field ${wire.field}`);
	}
	return isDefaultDomain(domain) ? version : unsafe(PART, `operators of ${domain}`);
}

function readGraph(wire: Wire, bytes: Uint8Array): Omit<OnnxModel, 'opset'> {
	const nodes: OnnxNode[] = [];
	const initialisers = new Map<string, OnnxTensor>();
	const inputs: OnnxPort[] = [];
	const outputs: OnnxPort[] = [];
	while (wire.next()) {
		switch (wire.field) {
			case 1:
				if (nodes.length >= MODEL_LIMITS.nodes) unsafe(PART, `more than ${MODEL_LIMITS.nodes} nodes`);
				nodes.push(readNode(wire.message(), bytes, nodes.length));
				break;
			case 5: {
				if (initialisers.size >= MODEL_LIMITS.initialisers)
					unsafe(PART, `more than ${MODEL_LIMITS.initialisers} initialisers`);
				const tensor = readTensor(wire.message(), bytes);
				if (tensor.name === '' || initialisers.has(tensor.name))
					damaged(PART, 'initialisers without a name of their own');
				initialisers.set(tensor.name, tensor);
				break;
			}
			case 11:
				inputs.push(readPort(wire.message(), inputs.length));
				break;
			case 12:
				outputs.push(readPort(wire.message(), outputs.length));
				break;
			case 2: // name
			case 10: // doc_string
			case 13: // value_info: shapes are worked out, not believed
			case 16: // metadata_props
				wire.skip();
				break;
			default:
				unsafe(PART, `a graph with field ${wire.field}`);
		}
	}
	return { nodes, initialisers, inputs, outputs };
}

function readNode(wire: Wire, bytes: Uint8Array, index: number): OnnxNode {
	const inputs: string[] = [];
	const outputs: string[] = [];
	const attributes = new Map<string, Attribute>();
	let name = '';
	let operator: string | null = null;
	const port = (): string => {
		if (inputs.length + outputs.length >= MODEL_LIMITS.arity)
			unsafe(name, `more than ${MODEL_LIMITS.arity} ports`);
		return wire.text(NAME_BYTES);
	};
	while (wire.next()) {
		switch (wire.field) {
			case 1:
				inputs.push(port());
				break;
			case 2:
				outputs.push(port());
				break;
			case 3:
				name = wire.text(NAME_BYTES);
				break;
			case 4:
				if (operator !== null) damaged(name, 'two operators');
				operator = wire.text(NAME_BYTES);
				break;
			case 5: {
				const [key, attribute] = readAttribute(wire.message(), bytes);
				if (attributes.has(key)) damaged(name, 'an attribute twice');
				attributes.set(key, attribute);
				break;
			}
			case 7: {
				const domain = wire.text(NAME_BYTES);
				if (!isDefaultDomain(domain)) unsafe(name, `an operator of ${domain}`);
				break;
			}
			case 6: // doc_string
			case 9: // metadata_props
				wire.skip();
				break;
			default:
				unsafe(name, `a node with field ${wire.field}`);
		}
	}
	const said = operator ?? damaged(name, 'no operator');
	return { name: name === '' ? `${said} ${index}` : name, operator: said, inputs, outputs, attributes };
}

/** AttributeProto.AttributeType of what a policy may have. */
const KINDS = new Map<number, Attribute['kind']>([
	[1, 'float'],
	[2, 'int'],
	[3, 'text'],
	[4, 'tensor'],
	[6, 'floats'],
	[7, 'ints']
]);

function readAttribute(wire: Wire, bytes: Uint8Array): [string, Attribute] {
	let name = '';
	let type = 0;
	const ints: number[] = [];
	const floats: number[] = [];
	const values = new Map<Attribute['kind'], Attribute>();
	const set = (attribute: Attribute): void => {
		if (values.has(attribute.kind)) damaged(name, 'a value twice');
		values.set(attribute.kind, attribute);
	};
	while (wire.next()) {
		switch (wire.field) {
			case 1:
				name = wire.text(NAME_BYTES);
				break;
			case 2:
				set({ kind: 'float', value: wire.expect(WIRE.fixed32).float() });
				break;
			case 3:
				set({ kind: 'int', value: wire.expect(WIRE.varint).int() });
				break;
			case 4:
				set({ kind: 'text', value: wire.text(MODEL_LIMITS.textBytes) });
				break;
			case 5:
				set({ kind: 'tensor', value: readTensor(wire.message(), bytes) });
				break;
			case 7:
				wire.pushFloats(floats, MODEL_LIMITS.listed);
				break;
			case 8:
				wire.pushInts(ints, MODEL_LIMITS.listed);
				break;
			case 13: // doc_string
				wire.skip();
				break;
			case 20:
				type = wire.expect(WIRE.varint).uint();
				break;
			default:
				unsafe(name, `an attribute with field ${wire.field}`);
		}
	}
	const kind = KINDS.get(type) ?? unsafe(name, `an attribute of type ${type}`);
	if (ints.length > 0) values.set('ints', { kind: 'ints', value: ints });
	if (floats.length > 0) values.set('floats', { kind: 'floats', value: floats });
	for (const other of values.keys()) if (other !== kind) damaged(name, 'a value of another type');
	return [name, values.get(kind) ?? empty(kind, name)];
}

/** What protobuf leaves out is its default. */
function empty(kind: Attribute['kind'], name: string): Attribute {
	switch (kind) {
		case 'float':
		case 'int':
			return { kind, value: 0 };
		case 'text':
			return { kind, value: '' };
		case 'ints':
		case 'floats':
			return { kind, value: [] };
		case 'tensor':
			return damaged(name, 'no tensor');
	}
}

function readPort(wire: Wire, index: number): OnnxPort {
	if (index >= MODEL_LIMITS.arity) unsafe(PART, `more than ${MODEL_LIMITS.arity} inputs or outputs`);
	let name = '';
	let tensor: { type: number; dims: readonly number[] } | null = null;
	while (wire.next()) {
		if (wire.field === 1) name = wire.text(NAME_BYTES);
		else if (wire.field === 2) {
			if (tensor !== null) damaged(name, 'two types');
			tensor = readType(wire.message(), name);
		} else if (wire.field === 3 || wire.field === 4) wire.skip();
		else unsafe(name, `a port with field ${wire.field}`);
	}
	if (name === '' || tensor === null) return damaged(PART, 'an input or output without name or type');
	return { name, ...tensor };
}

function readType(wire: Wire, port: string): { type: number; dims: readonly number[] } {
	let found: { type: number; dims: readonly number[] } | null = null;
	while (wire.next()) {
		if (wire.field === 6) wire.skip();
		else if (wire.field !== 1 || found !== null) unsafe(port, 'not a plain tensor');
		else found = readTensorType(wire.message(), port);
	}
	return found ?? damaged(port, 'no type');
}

function readTensorType(wire: Wire, port: string): { type: number; dims: readonly number[] } {
	let type = 0;
	let dims: number[] | null = null;
	while (wire.next()) {
		if (wire.field === 1) type = wire.expect(WIRE.varint).uint();
		else if (wire.field === 2) {
			if (dims !== null) damaged(port, 'two shapes');
			dims = [];
			const shape = wire.message();
			while (shape.next()) {
				if (shape.field !== 1) unsafe(port, `a shape with field ${shape.field}`);
				dims.push(readDim(shape.message()));
				if (dims.length > MODEL_LIMITS.arity) unsafe(port, 'too many dimensions');
			}
		} else unsafe(port, `a type with field ${wire.field}`);
	}
	return { type, dims: dims ?? unsafe(port, 'no shape') };
}

function readDim(wire: Wire): number {
	let value = 0;
	while (wire.next()) {
		if (wire.field === 1) value = wire.expect(WIRE.varint).int();
		else wire.skip();
	}
	return value;
}
