import { describe, expect, it } from 'vitest';
import { parquetBytes } from './parquet';
import { MemorySink } from './sinks/memory-sink';
import { fakeEpisode } from './testing/fake-episode';
import { patternClip } from './testing/pattern-clips';
import type { TreeReader } from './tree-reader';
import { checkTree, validateTree } from './validate-tree';
import { writeDataset } from './write-dataset';

const DATA = 'data/chunk-000/file-001.parquet';
const VIDEO = 'videos/observation.images.top/chunk-000/file-001.mp4';

async function goodTree(fps = 30, frames = 15, task = 'Pick up the cube'): Promise<MemorySink> {
	const sink = new MemorySink();
	const cameras = [{ name: 'top', clip: patternClip('avc') }];
	const episodes = [10, frames].map((count, k) =>
		fakeEpisode({ sequence: k, frames: count, fps, cameras, task })
	);
	await writeDataset({ name: 'lab', episodes }, sink);
	return sink;
}

/** `tree` with some files changed (or removed: null, or added). */
function altered(tree: TreeReader, files: Readonly<Record<string, Uint8Array | null>>): TreeReader {
	return {
		async list() {
			const paths = new Set([...(await tree.list()), ...Object.keys(files)]);
			return [...paths].filter((path) => files[path] !== null);
		},
		read(path) {
			const bytes = files[path];
			if (bytes === null) return Promise.reject(new RangeError(`no file ${path}`));
			return bytes ? Promise.resolve(bytes) : tree.read(path);
		}
	};
}

async function problemsOf(files: Readonly<Record<string, Uint8Array | null>>): Promise<string> {
	const { problems } = await validateTree(altered(await goodTree(), files));
	return problems.map(({ path, problem }) => `${path}: ${problem}`).join('\n');
}

async function infoWith(change: (info: Record<string, unknown>) => void): Promise<Uint8Array> {
	const text = new TextDecoder().decode(await (await goodTree()).read('meta/info.json'));
	const info = JSON.parse(text) as Record<string, unknown>;
	change(info);
	return new TextEncoder().encode(JSON.stringify(info));
}

describe('the self-check', () => {
	it('finds nothing in what we write', async () => {
		expect(await checkTree(await goodTree())).toEqual({ episodes: 2, frames: 25, problems: [] });
	});

	it.each([
		['a video that is one frame short', { [VIDEO]: 14 }, 'number of frames is 14, not 15'],
		['a video of another rate', { [VIDEO]: { fps: 25 } }, 'ticks per frame'],
		[
			'a table of another episode',
			{ [DATA]: 'data/chunk-000/file-000.parquet' },
			'number of rows is 10, not 15'
		],
		['rows of another task', { [DATA]: { task: 'Other' } }, '']
	] as const)('%s', async (_, change, wanted) => {
		const files: Record<string, Uint8Array> = {};
		const good = await goodTree();
		for (const [path, what] of Object.entries(change) as [
			string,
			number | string | { fps?: number; task?: string }
		][])
			if (typeof what === 'string') files[path] = await good.read(what);
			else if (typeof what === 'number') files[path] = await (await goodTree(30, what)).read(path);
			else files[path] = await (await goodTree(what.fps, 15, what.task)).read(path);
		// A table carries the task's index, not its words: the same index is the same rows.
		if (wanted === '') expect(await problemsOf(files)).toBe('');
		else expect(await problemsOf(files)).toContain(wanted);
	});

	it('a missing, a torn and a superfluous file', async () => {
		const video = await (await goodTree()).read(VIDEO);
		expect(await problemsOf({ [VIDEO]: null })).toContain(`${VIDEO}: no file`);
		expect(await problemsOf({ [VIDEO]: video.subarray(0, video.length - 9) })).toContain(
			`${VIDEO}: box mdat`
		);
		expect(await problemsOf({ [DATA]: new Uint8Array(100) })).toContain(DATA);
		expect(await problemsOf({ 'data/chunk-000/file-009.parquet': video })).toContain('belongs to no episode');
		expect(await problemsOf({ 'meta/info.json': null })).toContain('meta/info.json: no file');
		expect(await problemsOf({ 'meta/stats.json': Uint8Array.of(0x7b) })).toContain('meta/stats.json');
	});

	it('totals and features that the files do not bear out', async () => {
		const wrong = await infoWith((info) => {
			Object.assign(info, { total_frames: 26, splits: { train: '0:3' }, codebase_version: 'v2.1' });
		});
		const found = await problemsOf({ 'meta/info.json': wrong });
		for (const word of ['total_frames is 26, not 25', 'splits is 0:3', 'codebase_version is v2.1'])
			expect(found).toContain(word);
	});

	it('tasks that pandas would hand out as numbers', async () => {
		const bare = parquetBytes([
			{ name: 'task_index', type: 'int64', depth: 0, values: [0n] },
			{ name: 'task', type: 'string', depth: 0, values: ['Pick up the cube'] }
		]);
		expect(await problemsOf({ 'meta/tasks.parquet': bare })).toContain('not the pandas index');
	});

	it('as an error names the first problem and how many there are', async () => {
		const tree = altered(await goodTree(), { [VIDEO]: null });
		await expect(checkTree(tree)).rejects.toMatchObject({
			code: 'dataset_check_failed',
			details: { path: VIDEO, count: 1 }
		});
	});
});
