import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeEpisode, hollowClip } from '../testing/fake-episode';
import { FakeDirectory } from '../testing/fake-directory';
import { validateTree } from '../validate-tree';
import { writeDataset } from '../write-dataset';
import {
	BLOB_LIMIT_BYTES,
	barsRung,
	neededBytes,
	nextRung,
	openRung,
	type ExportFacts,
	type Rung
} from './sink-ladder';

const ALL: ExportFacts = {
	directoryPicker: true,
	saveFilePicker: true,
	tempFiles: true,
	freeBytes: 10e9,
	neededBytes: 1e9
};
const rung = (name: Rung) => ({ kind: 'rung', rung: name });

describe('which rung an export takes', () => {
	it.each([
		['everything there', ALL, [], rung('directory')],
		['folders forbidden', ALL, ['directory'], rung('save-file')],
		['pickers forbidden', ALL, ['directory', 'save-file'], rung('temp-file')],
		['no pickers', { ...ALL, directoryPicker: false, saveFilePicker: false }, [], rung('temp-file')],
		[
			'small and nothing but memory',
			{ ...ALL, tempFiles: false, neededBytes: 1e6 },
			['directory', 'save-file'],
			rung('blob')
		],
		[
			'size unknown to the browser',
			{ ...ALL, freeBytes: null },
			['directory', 'save-file'],
			rung('temp-file')
		],
		[
			'too large for what is left',
			{ ...ALL, freeBytes: 5e8 },
			['directory', 'save-file'],
			{ kind: 'no-room', neededBytes: 1e9, availableBytes: 5e8 }
		],
		[
			'too large for memory',
			{ ...ALL, tempFiles: false },
			['directory', 'save-file'],
			{ kind: 'no-room', neededBytes: 1e9, availableBytes: BLOB_LIMIT_BYTES }
		]
	] as const)('%s', (_, facts, barred, decision) => {
		expect(nextRung(facts, new Set<Rung>(barred))).toEqual(decision);
	});

	it('ends: barring what was chosen always leads to a refusal', () => {
		const facts = fc.record({
			directoryPicker: fc.boolean(),
			saveFilePicker: fc.boolean(),
			tempFiles: fc.boolean(),
			freeBytes: fc.option(fc.integer({ min: 0, max: 4e9 })),
			neededBytes: fc.integer({ min: 1, max: 4e9 })
		});
		fc.assert(
			fc.property(facts, (given) => {
				const barred = new Set<Rung>();
				for (let step = 0; step <= 4; step++) {
					const decision = nextRung(given, barred);
					if (decision.kind === 'no-room') return decision.availableBytes < given.neededBytes;
					expect(barred.has(decision.rung)).toBe(false);
					barred.add(decision.rung);
				}
				return false;
			}),
			{ seed: 1, numRuns: 500 }
		);
	});

	it('takes a forbidden picker for barred, a closed one not', () => {
		expect(barsRung(new DOMException('policy', 'SecurityError'))).toBe(true);
		expect(barsRung(new DOMException('policy', 'NotAllowedError'))).toBe(true);
		expect(barsRung(new DOMException('closed', 'AbortError'))).toBe(false);
		expect(barsRung(new Error('else'))).toBe(false);
	});
});

describe('what a rung opens', () => {
	const cameras = [{ name: 'top', clip: hollowClip() }];
	const source = {
		name: 'lab',
		episodes: [fakeEpisode({ frames: 30, cameras }), fakeEpisode({ frames: 9, cameras })]
	};

	it('a folder, a picked file, a temp file and a Blob hold the same whole tree; the last two as a download', async () => {
		const folder = new FakeDirectory();
		const file = (await folder.getFileHandle('picked.zip', { create: true })) as FileSystemFileHandle;
		const handles = [
			{ rung: 'directory', folder: new FakeDirectory().handle },
			{ rung: 'save-file', file },
			{ rung: 'temp-file', root: new FakeDirectory().handle },
			{ rung: 'blob' }
		] as const;
		const trees: string[] = [];
		for (const handle of handles) {
			const opened = await openRung(handle, 'lab');
			const summary = await writeDataset(source, opened.sink);
			expect(summary.bytesWritten).toBeLessThan(neededBytes(source));
			const tree = await opened.tree();
			expect((await validateTree(tree)).problems).toEqual([]);
			const files = await Promise.all((await tree.list()).map((path) => tree.read(path)));
			trees.push(files.map((bytes) => Buffer.from(bytes).toString('base64')).join());
			const download = await opened.download();
			expect(download !== null).toBe(handle.rung === 'temp-file' || handle.rung === 'blob');
		}
		expect(new Set(trees).size).toBe(1);
	});

	it('an aborted temp file is removed', async () => {
		const root = new FakeDirectory();
		const { sink } = await openRung({ rung: 'temp-file', root: root.handle }, 'lab');
		await sink.abort(new Error('enough'));
		expect(root.names).toEqual([]);
	});
});
