// float32 tensors as a safetensors file. Source: the format's own page (huggingface/safetensors).

import { joinBytes, type Bytes } from './wire';

export interface NamedTensor {
	readonly name: string;
	readonly shape: readonly number[];
	readonly values: Float32Array;
}

/** Alignment that readers who map the file rely on. */
const HEADER_MULTIPLE = 8;

export function writeSafetensors(tensors: readonly NamedTensor[]): Bytes {
	const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
	let at = 0;
	const header = Object.fromEntries(
		sorted.map(({ name, shape, values }) => {
			const offsets = [at, (at += 4 * values.length)];
			return [name, { dtype: 'F32', shape, data_offsets: offsets }];
		})
	);
	const json = new TextEncoder().encode(JSON.stringify(header));
	const padded = new Uint8Array(Math.ceil(json.length / HEADER_MULTIPLE) * HEADER_MULTIPLE).fill(32);
	padded.set(json);
	const length = new DataView(new ArrayBuffer(8));
	length.setUint32(0, padded.length, true);
	const data = sorted.map(({ values }) => {
		const view = new DataView(new ArrayBuffer(4 * values.length));
		values.forEach((value, n) => view.setFloat32(4 * n, value, true));
		return new Uint8Array(view.buffer);
	});
	return joinBytes([new Uint8Array(length.buffer), padded, ...data]);
}
