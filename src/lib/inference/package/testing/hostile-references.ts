// References (recorded answers) that must not be believed, by what is wrong with them, and what a hostile package is.

import type { PackageProblemCode } from '../types';
import { join, type Bytes } from './build-onnx';
import { packageOf, rightReference, safetensors } from './build-package';

export interface HostilePackage {
	readonly name: string;
	readonly bytes: () => Bytes;
	readonly code: PackageProblemCode;
	/** Of part and reason. */
	readonly reason: RegExp;
}

export type Make = () => Bytes;

export const hostile =
	(code: PackageProblemCode) =>
	(name: string, bytes: Make, reason: RegExp): HostilePackage => ({ name, bytes, code, reason });

const damaged = hostile('policy_package_damaged');
const unsafe = hostile('policy_package_unsafe');

const reference =
	(make: () => Uint8Array): Make =>
	() =>
		packageOf({ reference: make() });
const tensors = (change: object): Make =>
	reference(() =>
		safetensors(
			{
				'observation.state': { dtype: 'F32', shape: [2, 6], data_offsets: [0, 48] },
				action: { dtype: 'F32', shape: [2, 5, 6], data_offsets: [48, 288] },
				...change
			},
			new Uint8Array(288)
		)
	);

const NO_NUMBERS = new Uint8Array(new Float32Array(72).fill(NaN).buffer);

export const HOSTILE_REFERENCES: readonly HostilePackage[] = [
	damaged(
		'an empty reference',
		reference(() => new Uint8Array(1)),
		/ends too early/
	),
	unsafe(
		'a reference with a header without end',
		reference(() => new Uint8Array(64).fill(0xff)),
		/too long/
	),
	damaged(
		'a reference that ends in its header',
		reference(() => Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 123)),
		/inside its header/
	),
	damaged(
		'a reference whose header is no JSON',
		reference(() => safetensors('{', new Uint8Array(288))),
		/not JSON/
	),
	damaged(
		'a reference whose header is a list',
		reference(() => safetensors('[1]', new Uint8Array(288))),
		/header/
	),
	damaged(
		'observations that are no numbers',
		reference(() =>
			safetensors(
				{
					'observation.state': { dtype: 'F32', shape: [2, 6], data_offsets: [0, 48] },
					action: { dtype: 'F32', shape: [2, 5, 6], data_offsets: [48, 288] }
				},
				NO_NUMBERS
			)
		),
		/no numbers/
	),
	unsafe(
		'a reference in another type',
		tensors({ action: { dtype: 'F64', shape: [2, 5, 3], data_offsets: [48, 288] } }),
		/element type F64/
	),
	damaged(
		'tensors over each other',
		tensors({ action: { dtype: 'F32', shape: [2, 5, 6], data_offsets: [0, 240] } }),
		/do not fit/
	),
	damaged(
		'a tensor beyond the file',
		tensors({ action: { dtype: 'F32', shape: [2, 50, 6], data_offsets: [48, 2448] } }),
		/do not fit/
	),
	damaged(
		'a tensor of absurd shape',
		tensors({ action: { dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [48, 288] } }),
		/do not fit/
	),
	damaged(
		'a tensor of negative length',
		tensors({ action: { dtype: 'F32', shape: [2, 5, 6], data_offsets: [48, -1] } }),
		/another shape/
	),
	damaged(
		'a reference without actions',
		reference(() =>
			safetensors(
				{ 'observation.state': { dtype: 'F32', shape: [2, 6], data_offsets: [0, 48] } },
				new Uint8Array(48)
			)
		),
		/0 observations/
	),
	damaged(
		'a reference for other joints',
		tensors({ 'observation.state': { dtype: 'F32', shape: [4, 3], data_offsets: [0, 48] } }),
		/another shape/
	),
	damaged(
		'a tensor that nobody asked for',
		reference(() =>
			safetensors(
				{
					'observation.state': { dtype: 'F32', shape: [2, 6], data_offsets: [0, 48] },
					action: { dtype: 'F32', shape: [2, 5, 6], data_offsets: [48, 288] },
					more: { dtype: 'F32', shape: [1], data_offsets: [288, 292] }
				},
				new Uint8Array(292)
			)
		),
		/nobody asked for/
	),
	damaged(
		'a rest',
		reference(() => join([rightReference(), Uint8Array.of(1)])),
		/belong to no tensor/
	)
];
