// Seeded damage to bytes: what a bad disk, a cut download or a patient person does to a file.

import type { Random } from '$lib/core';
import { join, type Bytes } from './build-onnx';

/** Numbers that parsers trip over, as varints and as little-endian words. */
const TRICKY: readonly (readonly number[])[] = [
	[0x00],
	[0x7f],
	[0x80],
	[0xff],
	[0xff, 0xff, 0xff, 0xff, 0x0f],
	[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
	[0x80, 0x80, 0x80, 0x80, 0x08],
	[0xff, 0xff, 0xff, 0x7f],
	[0x00, 0x00, 0x00, 0x80],
	[0x00, 0x00, 0xc0, 0x7f]
];

type Mutation = (bytes: Bytes, random: Random) => Bytes;

const flip: Mutation = (bytes, random) => {
	const made = bytes.slice();
	for (let n = random.int(8); n >= 0; n--) {
		const at = random.int(made.length);
		made[at] = (made[at] ?? 0) ^ (1 << random.int(8));
	}
	return made;
};

const cut: Mutation = (bytes, random) => bytes.slice(0, random.int(bytes.length));

const overwrite: Mutation = (bytes, random) => {
	const made = bytes.slice();
	const value = TRICKY[random.int(TRICKY.length)] ?? [];
	made.set(value.slice(0, made.length), random.int(Math.max(1, made.length - value.length)));
	return made;
};

const insert: Mutation = (bytes, random) => {
	const at = random.int(bytes.length + 1);
	const value = TRICKY[random.int(TRICKY.length)] ?? [];
	return join([bytes.subarray(0, at), Uint8Array.from(value), bytes.subarray(at)]);
};

const remove: Mutation = (bytes, random) => {
	const at = random.int(bytes.length);
	return join([bytes.subarray(0, at), bytes.subarray(at + 1 + random.int(16))]);
};

/** A piece of the file where another one was. */
const splice: Mutation = (bytes, random) => {
	const made = bytes.slice();
	const length = 1 + random.int(Math.min(200, bytes.length));
	const from = random.int(bytes.length - length + 1);
	made.set(bytes.subarray(from, from + length), random.int(bytes.length - length + 1));
	return made;
};

/** A piece of the file twice. */
const repeat: Mutation = (bytes, random) => {
	const at = random.int(bytes.length);
	const end = Math.min(bytes.length, at + 1 + random.int(400));
	return join([bytes.subarray(0, end), bytes.subarray(at)]);
};

const MUTATIONS: readonly Mutation[] = [
	flip,
	flip,
	overwrite,
	overwrite,
	insert,
	remove,
	splice,
	repeat,
	cut
];

/** One to three of them. */
export function mutate(bytes: Bytes, random: Random): Bytes {
	let made = bytes;
	for (let n = random.int(3); n >= 0 && made.length > 0; n--)
		made = (MUTATIONS[random.int(MUTATIONS.length)] ?? flip)(made, random);
	return made;
}
