import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { describeContract } from '$lib/core/testing/describe-contract';
import { fakeEpisode, hollowClip } from '../testing/fake-episode';
import { FakeDirectory } from '../testing/fake-directory';
import { nodeSink, nodeTree } from '../testing/node-sink';
import { directorySinkHarness, memorySinkHarness, zipSinkHarness } from '../testing/sink-harness';
import { writeDataset } from '../write-dataset';
import { blobTarget } from './blob-target';
import { coalescing, type ByteTarget } from './byte-target';
import { directorySink } from './directory-sink';
import { fileSinkContract } from './file-sink.contract';
import { zipSink } from './zip-sink';

describeContract('FileSink: memory', fileSinkContract, memorySinkHarness);
describeContract('FileSink: zip in a Blob', fileSinkContract, zipSinkHarness);

describeContract('FileSink: picked folder', fileSinkContract, () => {
	const made = new Map<FileSystemDirectoryHandle, FakeDirectory>();
	const folder = (): Promise<FileSystemDirectoryHandle> => {
		const picked = new FakeDirectory();
		made.set(picked.handle, picked);
		return Promise.resolve(picked.handle);
	};
	return directorySinkHarness(folder, (handle) => Promise.resolve(made.get(handle)?.names.length === 0));
});

describeContract('FileSink: disk', fileSinkContract, () => ({
	async make() {
		const folder = await mkdtemp(join(tmpdir(), 'sink-'));
		const root = join(folder, 'tree');
		return {
			sink: nodeSink(root),
			tree: () => Promise.resolve(nodeTree(root)),
			isGone: async () => (await readdir(folder)).length === 0
		};
	}
}));

function recordingTarget(
	failAfterBytes = Infinity
): ByteTarget & { readonly log: string[]; readonly pieces: Uint8Array[] } {
	const log: string[] = [];
	const pieces: Uint8Array[] = [];
	let written = 0;
	return {
		log,
		pieces,
		bytesCopied: 0,
		write(bytes) {
			written += bytes.length;
			if (written > failAfterBytes) return Promise.reject(new Error('disk full'));
			pieces.push(bytes.slice());
			return Promise.resolve();
		},
		close: () => Promise.resolve(void log.push('close')),
		abort: () => Promise.resolve(void log.push('abort'))
	};
}

describe('coalescing target', () => {
	it('passes every byte on in order, copies only what it gathers, and never a piece larger than asked', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), async (writes) => {
				const inner = recordingTarget();
				const target = coalescing(inner, 32);
				for (const bytes of writes) await target.write(bytes);
				await target.close();
				expect(inner.pieces.flatMap((piece) => [...piece])).toEqual(writes.flatMap((bytes) => [...bytes]));
				const small = writes.filter((bytes) => bytes.length < 32);
				expect(target.bytesCopied).toBe(small.reduce((sum, bytes) => sum + bytes.length, 0));
				expect(inner.log).toEqual(['close']);
			}),
			{ seed: 11, numRuns: 200 }
		);
	});
});

describe('zip sink', () => {
	const zone = process.env.TZ;
	afterEach(() => {
		if (zone === undefined) delete process.env.TZ;
		else process.env.TZ = zone;
	});

	async function zipped(): Promise<Buffer> {
		const target = blobTarget(100e6);
		const cameras = [{ name: 'top', clip: hollowClip() }];
		await writeDataset(
			{ name: 'lab', episodes: [fakeEpisode({ frames: 20, cameras })] },
			zipSink(target, 'lab')
		);
		return Buffer.from(await target.blob().arrayBuffer());
	}

	it('gives equal bytes at any time and in any time zone', async () => {
		process.env.TZ = 'Asia/Tokyo';
		const tokyo = await zipped();
		process.env.TZ = 'America/Los_Angeles';
		expect((await zipped()).equals(tokyo)).toBe(true);
	});

	it('tells a failing target at once and aborts it', async () => {
		for (const failAfterBytes of [0, 5_000, 40_000]) {
			const target = recordingTarget(failAfterBytes);
			const cameras = [{ name: 'top', clip: hollowClip(320, 240, 2000) }];
			const episodes = [fakeEpisode({ frames: 50, cameras })];
			await expect(writeDataset({ name: 'lab', episodes }, zipSink(target, 'lab'))).rejects.toThrow(
				'disk full'
			);
			expect(target.log).toEqual(['abort']);
		}
	});
});

describe('blob target', () => {
	it('refuses, with both sizes, what passes its limit', async () => {
		const target = blobTarget(3_000_000);
		await target.write(new Uint8Array(2_000_000));
		await expect(target.write(new Uint8Array(2_000_000))).rejects.toMatchObject({
			code: 'export_too_large',
			details: { neededBytes: 4_000_000, availableBytes: 3_000_000 }
		});
	});
});

describe('directory sink', () => {
	it('waits for a file that the browser has not let go of yet', async () => {
		const picked = new FakeDirectory();
		const sink = await directorySink(picked.handle, 'lab');
		const remove = picked.removeEntry.bind(picked);
		let refusals = 2;
		picked.removeEntry = (name) =>
			refusals-- > 0 ? Promise.reject(new DOMException('held', 'NoModificationAllowedError')) : remove(name);
		await sink.abort(new Error('enough'));
		expect(picked.names).toEqual([]);
	});

	it('never touches a folder that is already there', async () => {
		const picked = new FakeDirectory();
		await picked.getDirectoryHandle('lab', { create: true });
		await picked.getFileHandle('lab-2', { create: true });
		const sink = await directorySink(picked.handle, 'lab');
		expect(sink.folderName).toBe('lab-3');
		await sink.abort(new Error('enough'));
		expect(picked.names).toEqual(['lab', 'lab-2']);
	});
});
