// Packages that no exporter would write: a zip writer that can lie, and a small package that is right until something of it
// is changed. For tests only: the golden package is Python's.

import type { PolicyManifest } from '$lib/contracts';
import { crc32 } from '$lib/core';
import { createHash } from 'node:crypto';
import { join, model, RIGHT, type Bytes } from './build-onnx';

const text = (value: string): Bytes => new TextEncoder().encode(value);

function little(...pairs: readonly (readonly [bytes: 2 | 4, value: number])[]): Bytes {
	return Uint8Array.from(
		pairs.flatMap(([count, value]) => Array.from({ length: count }, (_, n) => (value >>> (8 * n)) & 0xff))
	);
}

export interface EntrySpec {
	readonly path: string;
	readonly data: Uint8Array;
	readonly method?: number;
	readonly flags?: number;
	/** What the directory says instead. */
	readonly said?: {
		readonly path?: string;
		readonly size?: number;
		readonly offset?: number;
		readonly crc?: number;
	};
}

export interface ZipSpec {
	readonly entries: readonly EntrySpec[];
	/** Before the first entry. */
	readonly before?: Uint8Array;
	/** What the end says instead. */
	readonly count?: number;
	readonly comment?: Uint8Array;
}

export function zipOf({
	entries,
	before = new Uint8Array(),
	count,
	comment = new Uint8Array()
}: ZipSpec): Bytes {
	const parts: Uint8Array[] = [before];
	const rows: Uint8Array[] = [];
	let at = before.length;
	for (const { path, data, method = 0, flags = 0, said = {} } of entries) {
		const crc = crc32(data);
		const common = (size: number, name: string, checksum: number): Bytes =>
			little(
				[2, 20],
				[2, flags],
				[2, method],
				[4, 0x210000],
				[4, checksum],
				[4, data.length],
				[4, size],
				[2, name.length],
				[2, 0]
			);
		const local = join([little([4, 0x04034b50]), common(data.length, path, crc), text(path), data]);
		const name = said.path ?? path;
		const size = said.size ?? data.length;
		rows.push(
			join([
				little([4, 0x02014b50], [2, 20]),
				common(size, name, said.crc ?? crc),
				little([2, 0], [2, 0], [2, 0], [4, 0], [4, said.offset ?? at]),
				text(name)
			])
		);
		parts.push(local);
		at += local.length;
	}
	const directory = join(rows);
	const told = count ?? entries.length;
	const end = little(
		[4, 0x06054b50],
		[4, 0],
		[2, told],
		[2, told],
		[4, directory.length],
		[4, at],
		[2, comment.length]
	);
	return join([...parts, directory, end, comment]);
}

export type Manifest = { -readonly [K in keyof PolicyManifest]: PolicyManifest[K] } & Record<string, unknown>;

/** Six joints, no camera, chunks of five: what `RIGHT` answers. */
export function rightManifest(): Manifest {
	const joints = ['shoulder_pan', 'shoulder_lift', 'elbow_flex', 'wrist_flex', 'wrist_roll', 'gripper'];
	return {
		schema_version: 1,
		kind: 'onnx',
		name: 'Built',
		architecture: 'act',
		robot_type: 'so101_follower',
		joints: joints.map((name) => ({ name, unit: name === 'gripper' ? 'percent' : 'degrees' })),
		cameras: [],
		fps: 30,
		chunk_size: 5,
		n_action_steps: 5,
		files: {
			fp32: { path: 'policy.fp32.onnx', bytes: 1, sha256: '0'.repeat(64) },
			reference: { path: 'reference.safetensors', bytes: 1, sha256: '0'.repeat(64) }
		},
		training: {
			dataset: 'none',
			dataset_fingerprint: '',
			calibration_fingerprints: [],
			simulated: true,
			task: 'none',
			episodes: 0,
			frames: 0,
			steps: 0,
			seconds: null,
			tool: 'a test',
			state_min: [],
			state_max: []
		},
		metrics: {},
		success: [],
		licence: 'Apache-2.0',
		limits: ''
	};
}

export function safetensors(header: unknown, data: Uint8Array): Bytes {
	const json = text(typeof header === 'string' ? header : JSON.stringify(header));
	return join([little([4, json.length], [4, 0]), json, data]);
}

/** Two observations of six joints, and five actions for each. */
export function rightReference(values: Float32Array<ArrayBuffer> = new Float32Array(12 + 60).fill(3)): Bytes {
	const header = {
		'observation.state': { dtype: 'F32', shape: [2, 6], data_offsets: [0, 48] },
		action: { dtype: 'F32', shape: [2, 5, 6], data_offsets: [48, 288] }
	};
	return safetensors(header, new Uint8Array(values.buffer));
}

export interface PackageSpec {
	readonly onnx?: Uint8Array;
	readonly reference?: Uint8Array;
	readonly card?: Uint8Array;
	/** Changes what the manifest says, after its hashes were set right. */
	readonly lie?: (manifest: Manifest) => unknown;
	/** Instead of a manifest. */
	readonly manifestText?: string;
	/** Changes the zip that would be written. */
	readonly zip?: (entries: readonly EntrySpec[]) => ZipSpec;
}

export function packageOf(spec: PackageSpec = {}): Bytes {
	const onnx = spec.onnx ?? model(RIGHT);
	const reference = spec.reference ?? rightReference();
	const told = (path: string, data: Uint8Array) => ({
		path,
		bytes: data.length,
		sha256: createHash('sha256').update(data).digest('hex')
	});
	const manifest = rightManifest();
	manifest.files = {
		fp32: told('policy.fp32.onnx', onnx),
		reference: told('reference.safetensors', reference)
	};
	const said = spec.lie?.(manifest) ?? manifest;
	const entries = [
		{ path: 'manifest.json', data: text(spec.manifestText ?? JSON.stringify(said)) },
		{ path: 'policy.fp32.onnx', data: onnx },
		{ path: 'reference.safetensors', data: reference },
		{ path: 'README.md', data: spec.card ?? text('# Built') }
	];
	return zipOf(spec.zip?.(entries) ?? { entries });
}
