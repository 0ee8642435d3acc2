// What every sink promises, whatever takes the bytes: files come back as written, an abort leaves nothing.

import type { FileSink } from '$lib/contracts';
import { createRandom } from '$lib/core';
import { check, equal, type Contract, type ContractHarness } from '$lib/core/testing/contract';
import type { TreeReader } from '../tree-reader';

export interface SinkUnderTest {
	readonly sink: FileSink;
	/** What was written, after finish. */
	tree(): Promise<TreeReader>;
	/** True when nothing of it is left, after abort. */
	isGone(): Promise<boolean>;
}

export interface SinkHarness extends ContractHarness {
	/** A sink into which nothing was written yet, and another one. */
	readonly make: () => Promise<SinkUnderTest>;
}

type Files = Readonly<Record<string, readonly Uint8Array[]>>;

const SEED = 3;
const RANDOM_TREES = 30;

async function writeAll(sink: FileSink, files: Files): Promise<void> {
	for (const [path, pieces] of Object.entries(files)) {
		const file = await sink.file(path);
		for (const piece of pieces) await file.write(piece);
		await file.close();
	}
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
	let at = 0;
	for (const piece of pieces) {
		bytes.set(piece, at);
		at += piece.length;
	}
	return bytes;
}

async function expectFiles(tree: TreeReader, files: Files, what: string): Promise<void> {
	for (const [path, pieces] of Object.entries(files)) {
		const [found, written] = [await tree.read(path), joined(pieces)];
		equal(found.length, written.length, `${what}: length of ${path}`);
		const at = written.findIndex((value, index) => value !== found[index]);
		check(at < 0, `${what}: ${path} differs at ${at}`);
	}
}

const FILES: Files = {
	'meta/info.json': [new TextEncoder().encode('{"a": "ä🧊"}')],
	'data/chunk-000/file-000.parquet': [Uint8Array.of(1, 2, 3), new Uint8Array(3000).fill(7), Uint8Array.of(4)],
	'videos/observation.images.top/chunk-000/file-000.mp4': [
		new Uint8Array(1_200_000).fill(9),
		Uint8Array.of(1)
	],
	empty: []
};

function randomFiles(seed: number): Files {
	const random = createRandom(seed);
	const piece = (): Uint8Array => Uint8Array.from({ length: random.int(2000) }, () => random.int(256));
	const pieces = (): Uint8Array[] => Array.from({ length: random.int(7) }, piece);
	return Object.fromEntries(Array.from({ length: random.int(5) }, (_, k) => [`data/${k}`, pieces()]));
}

export const fileSinkContract: Contract<SinkHarness> = [
	{
		name: 'gives back every file as it was written',
		async run({ make }) {
			const under = await make();
			await writeAll(under.sink, FILES);
			await under.sink.finish();
			const tree = await under.tree();
			equal([...(await tree.list())], Object.keys(FILES).sort(), 'list');
			await expectFiles(tree, FILES, 'tree');
			const absent = await Promise.resolve()
				.then(() => tree.read('meta/none'))
				.then(
					() => 'read',
					() => 'refused'
				);
			equal(absent, 'refused', 'a file that is not there');
		}
	},
	{
		name: 'keeps bytes whatever the sizes of the pieces',
		async run({ make }) {
			for (let seed = SEED; seed < SEED + RANDOM_TREES; seed++) {
				const files = randomFiles(seed);
				const under = await make();
				await writeAll(under.sink, files);
				await under.sink.finish();
				await expectFiles(await under.tree(), files, `seed ${seed}`);
			}
		}
	},
	{
		name: 'leaves nothing behind when aborted between files, or inside one',
		async run({ make }) {
			for (const inside of [false, true]) {
				const under = await make();
				await writeAll(under.sink, { 'meta/a': [Uint8Array.of(1)] });
				const open = await under.sink.file('meta/b');
				await open.write(Uint8Array.of(2));
				if (!inside) await open.close();
				await under.sink.abort(new Error('enough'));
				check(await under.isGone(), `something is left (aborted inside a file: ${inside})`);
			}
		}
	}
];
