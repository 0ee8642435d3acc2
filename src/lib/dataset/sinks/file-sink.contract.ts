// What every sink promises, whatever takes the bytes: files come back as written, an abort leaves nothing, and the same
// files give the same bytes.

import fc from 'fast-check';
import { expect, it, describe } from 'vitest';
import type { FileSink } from '$lib/contracts';
import type { TreeReader } from '../tree-reader';

export interface SinkUnderTest {
	readonly sink: FileSink;
	/** What was written, after finish. */
	tree(): Promise<TreeReader>;
	/** True when nothing of it is left, after abort. */
	isGone(): Promise<boolean>;
}

type Files = Readonly<Record<string, readonly Uint8Array[]>>;

async function writeAll(sink: FileSink, files: Files): Promise<void> {
	for (const [path, pieces] of Object.entries(files)) {
		const file = await sink.file(path);
		for (const piece of pieces) await file.write(piece);
		await file.close();
	}
}

const joined = (pieces: readonly Uint8Array[]): Buffer => Buffer.concat(pieces);

const FILES: Files = {
	'meta/info.json': [new TextEncoder().encode('{"a": "ä🧊"}')],
	'data/chunk-000/file-000.parquet': [Uint8Array.of(1, 2, 3), new Uint8Array(3000).fill(7), Uint8Array.of(4)],
	'videos/observation.images.top/chunk-000/file-000.mp4': [
		new Uint8Array(1_200_000).fill(9),
		Uint8Array.of(1)
	],
	empty: []
};

export function describeFileSinkContract(name: string, make: () => Promise<SinkUnderTest>): void {
	describe(`FileSink: ${name}`, () => {
		it('gives back every file as it was written', async () => {
			const under = await make();
			await writeAll(under.sink, FILES);
			await under.sink.finish();
			const tree = await under.tree();
			expect(await tree.list()).toEqual(Object.keys(FILES).sort());
			for (const [path, pieces] of Object.entries(FILES))
				expect(Buffer.compare(await tree.read(path), joined(pieces)), path).toBe(0);
			await expect(Promise.resolve().then(() => tree.read('meta/none'))).rejects.toThrow();
		});

		it('keeps bytes whatever the sizes of the pieces', async () => {
			const piece = fc.uint8Array({ maxLength: 2000 });
			await fc.assert(
				fc.asyncProperty(fc.array(fc.array(piece, { maxLength: 6 }), { maxLength: 4 }), async (contents) => {
					const files = Object.fromEntries(contents.map((pieces, k) => [`data/${k}`, pieces]));
					const under = await make();
					await writeAll(under.sink, files);
					await under.sink.finish();
					const tree = await under.tree();
					for (const [path, pieces] of Object.entries(files))
						expect([...(await tree.read(path))]).toEqual([...joined(pieces)]);
				}),
				{ seed: 3, numRuns: 30 }
			);
		});

		it('leaves nothing behind when aborted between files, or inside one', async () => {
			for (const inside of [false, true]) {
				const under = await make();
				await writeAll(under.sink, { 'meta/a': [Uint8Array.of(1)] });
				const open = await under.sink.file('meta/b');
				await open.write(Uint8Array.of(2));
				if (!inside) await open.close();
				await under.sink.abort(new Error('enough'));
				expect(await under.isGone()).toBe(true);
			}
		});
	});
}
