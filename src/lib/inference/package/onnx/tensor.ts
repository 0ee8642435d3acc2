// A TensorProto: its shape, its type and where its bytes lie. Contents are looked at only to refuse what is no number and to
// know small integer tensors, which are shapes, axes and indices. Source: onnx.proto3, TensorProto.

import { damaged, unsafe } from '../refusal';
import { WIRE, type Wire } from './wire';

/** TensorProto.DataType, those a policy may use. */
export const TYPE = {
	float: 1,
	uint8: 2,
	int8: 3,
	int32: 6,
	int64: 7,
	bool: 9,
	float16: 10,
	double: 11
} as const;

const BYTES = new Map<number, number>([
	[TYPE.float, 4],
	[TYPE.uint8, 1],
	[TYPE.int8, 1],
	[TYPE.int32, 4],
	[TYPE.int64, 8],
	[TYPE.bool, 1],
	[TYPE.float16, 2],
	[TYPE.double, 8]
]);

export const NAME_BYTES = 1024;
export const MAX_RANK = 8;
/** Integer tensors up to here are read, because shapes are made of them. */
export const MAX_KNOWN = 1024;

/** Size of one element; refuses types that no policy needs. */
export function bytesPerElement(type: number, part: string): number {
	return BYTES.get(type) ?? unsafe(part, `element type ${type}`);
}

/** Product of dimensions that are all at least `least`. */
export function elementCount(dims: readonly number[], part: string, least = 0): number {
	if (dims.length > MAX_RANK) unsafe(part, `${dims.length} dimensions`);
	let count = 1;
	for (const dim of dims) {
		if (!Number.isSafeInteger(dim) || dim < least) unsafe(part, `a dimension of ${dim}`);
		count *= dim;
		if (count > Number.MAX_SAFE_INTEGER) unsafe(part, 'more elements than can be counted');
	}
	return count;
}

export interface OnnxTensor {
	readonly name: string;
	readonly dims: readonly number[];
	readonly type: number;
	readonly elements: number;
	readonly bytes: number;
	/** Content of a small integer tensor, else null. */
	readonly ints: readonly number[] | null;
}

/** Reads one; `bytes` is the whole file. Refuses data outside the file, sizes that do not fit and values that are no numbers. */
export function readTensor(wire: Wire, bytes: Uint8Array): OnnxTensor {
	const dims: number[] = [];
	const floats: number[] = [];
	const smallInts: number[] = [];
	const ints: number[] = [];
	let type = 0;
	let name = '';
	let raw: { readonly start: number; readonly end: number } | null = null;
	const once = new Set<number>();
	while (wire.next()) {
		if ([2, 8, 9].includes(wire.field)) {
			if (once.has(wire.field)) damaged('onnx', 'a tensor says one thing twice');
			once.add(wire.field);
		}
		switch (wire.field) {
			case 1:
				wire.pushInts(dims, MAX_RANK);
				break;
			case 2:
				type = wire.expect(WIRE.varint).uint();
				break;
			case 4:
				wire.pushFloats(floats, MAX_KNOWN);
				break;
			case 5:
				wire.pushInts(smallInts, MAX_KNOWN);
				break;
			case 7:
				wire.pushInts(ints, MAX_KNOWN);
				break;
			case 8:
				name = wire.text(NAME_BYTES);
				break;
			case 9:
				raw = wire.range();
				break;
			case 12: // doc_string
			case 16: // metadata_props
				wire.skip();
				break;
			case 14:
				if (wire.expect(WIRE.varint).uint() !== 0) unsafe(name, 'data outside the file');
				break;
			case 13:
				unsafe(name, 'data outside the file');
				break;
			default:
				unsafe(name, `a tensor with field ${wire.field}`);
		}
	}
	const part = name === '' ? 'a tensor' : name;
	const width = bytesPerElement(type, part);
	const elements = elementCount(dims, part);
	const size = elements * width;
	const lists = [floats, smallInts, ints].filter((list) => list.length > 0);
	if (lists.length + (raw === null ? 0 : 1) > 1) damaged(part, 'two sets of data');
	if (raw !== null) {
		if (raw.end - raw.start !== size)
			damaged(part, `${raw.end - raw.start} bytes of data for ${elements} elements`);
		const data = bytes.subarray(raw.start, raw.end);
		if (!finite(data, type, elements)) unsafe(part, 'weights that are no numbers');
		return { name, dims, type, elements, bytes: size, ints: intsOf(data, type, elements) };
	}
	const [list = []] = lists;
	const owner = type === TYPE.float ? floats : type === TYPE.int64 ? ints : smallInts;
	if (list.length > 0 && list !== owner) damaged(part, 'data of another type');
	if (type === TYPE.double) damaged(part, 'no data');
	if (list.length !== elements) damaged(part, `${list.length} values for ${elements} elements`);
	const broken = (value: number): boolean =>
		type === TYPE.float16
			? (value & 0x7c00) === 0x7c00
			: Number.isNaN(value) || (elements > 1 && !Number.isFinite(value));
	if (list.some(broken)) unsafe(part, 'weights that are no numbers');
	const known = type === TYPE.int64 || type === TYPE.int32 || type === TYPE.bool;
	return { name, dims, type, elements, bytes: size, ints: known ? list : null };
}

/** Exponent and fraction of the words that carry the exponent; of a double that is every second one. */
const FLOATS = new Map<number, { readonly exponent: number; readonly fraction: number }>([
	[TYPE.float, { exponent: 0x7f800000, fraction: 0x007fffff }],
	[TYPE.float16, { exponent: 0x7c00, fraction: 0x03ff }],
	[TYPE.double, { exponent: 0x7ff00000, fraction: 0x000fffff }]
]);

/** No NaN anywhere; infinity only alone, where it is the limit of a clip or the value of a mask. */
function finite(data: Uint8Array, type: number, elements: number): boolean {
	const form = FLOATS.get(type);
	if (form === undefined) return true;
	const { exponent, fraction } = form;
	// Words are read in place where the data lie on their boundary: this loop sees every weight.
	const words = type === TYPE.float16 ? aligned(data, Uint16Array, 2) : aligned(data, Uint32Array, 4);
	const step = type === TYPE.double ? 2 : 1;
	for (let at = step - 1; at < words.length; at += step) {
		const word = words[at] ?? 0;
		if ((word & exponent) !== exponent) continue;
		const below = step === 2 ? (words[at - 1] ?? 0) : 0;
		if (elements > 1 || (word & fraction) !== 0 || below !== 0) return false;
	}
	return true;
}

function aligned<T>(
	data: Uint8Array,
	make: new (buffer: ArrayBufferLike, at: number, length: number) => T,
	width: number
): T {
	const inPlace = data.byteOffset % width === 0 ? data : data.slice();
	return new make(inPlace.buffer, inPlace.byteOffset, inPlace.byteLength / width);
}

function intsOf(data: Uint8Array, type: number, elements: number): readonly number[] | null {
	if (elements > MAX_KNOWN) return null;
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	if (type === TYPE.int64) {
		// Beyond 2^53 stands "to the end" in a slice; a double keeps it large enough for that.
		return Array.from({ length: elements }, (_, n) => Number(view.getBigInt64(n * 8, true)));
	}
	if (type === TYPE.int32) return Array.from({ length: elements }, (_, n) => view.getInt32(n * 4, true));
	if (type === TYPE.bool) return Array.from(data, (value) => (value === 0 ? 0 : 1));
	return null;
}
