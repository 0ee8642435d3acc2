// float32 tensors out of a safetensors file, every offset checked before it is followed. Source: the format's own page
// (huggingface/safetensors): 8 bytes length, a JSON header, then data without holes.

import { z } from 'zod';
import { damaged, unsafe } from './refusal';

z.config({ jitless: true });

const HEADER_BYTES = 64 * 1024;
const TENSORS = 16;

export interface FloatTensor {
	readonly shape: readonly number[];
	readonly values: Float32Array;
}

const header = z.record(
	z.string().max(200),
	z.object({
		dtype: z.string().max(20),
		shape: z.array(z.int().min(1)).max(8),
		data_offsets: z.tuple([z.int().min(0), z.int().min(0)])
	})
);

/** By name; values are copies. Refuses by throwing. `part` names the file in a refusal. */
export function readSafetensors(bytes: Uint8Array, part: string): ReadonlyMap<string, FloatTensor> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.byteLength < 8) damaged(part, 'ends too early');
	const length = view.getUint32(0, true);
	if (view.getUint32(4, true) !== 0 || length > HEADER_BYTES) unsafe(part, 'a header that is too long');
	if (8 + length > bytes.byteLength) damaged(part, 'ends inside its header');
	const rows = readHeader(bytes.subarray(8, 8 + length), part);
	const data = bytes.subarray(8 + length);
	if (rows.length > TENSORS) unsafe(part, `${rows.length} tensors`);
	const tensors = new Map<string, FloatTensor>();
	let next = 0;
	for (const [name, { dtype, shape, data_offsets: offsets }] of rows) {
		const [start, end] = offsets;
		const elements = shape.reduce((a, b) => a * b, 1);
		if (dtype !== 'F32') unsafe(name, `element type ${dtype}`);
		if (start !== next || end - start !== elements * 4 || end > data.byteLength)
			damaged(name, 'offsets that do not fit');
		next = end;
		const values = new Float32Array(data.slice(start, end).buffer);
		if (!values.every(Number.isFinite)) damaged(name, 'values that are no numbers');
		tensors.set(name, { shape, values });
	}
	if (next !== data.byteLength) damaged(part, 'bytes that belong to no tensor');
	return tensors;
}

type Row = z.infer<typeof header>[string];

/** In the order of their data. */
function readHeader(bytes: Uint8Array, part: string): [string, Row][] {
	let json: unknown;
	try {
		json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
	} catch {
		return damaged(part, 'a header that is not JSON');
	}
	if (typeof json !== 'object' || json === null) return damaged(part, 'a header that is no object');
	const parsed = header.safeParse(
		Object.fromEntries(Object.entries(json).filter(([name]) => name !== '__metadata__'))
	);
	if (!parsed.success) return damaged(part, 'a header of another shape');
	return Object.entries(parsed.data).sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
}
