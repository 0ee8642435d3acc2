import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EpisodeMeta, EpisodeReader, ExportProgress, FileSink } from '$lib/contracts';
import { mp4Facts } from './mp4-boxes';
import { readTable } from './parquet-table';
import { MemorySink } from './sinks/memory-sink';
import { fakeEpisode, hollowClip, type FakeEpisodeOptions } from './testing/fake-episode';
import { patternClip } from './testing/pattern-clips';
import { validateTree } from './validate-tree';
import { writeDataset, type WriteDatasetOptions } from './write-dataset';

const AVC = patternClip('avc');
const CAMERAS = [
	{ name: 'top', clip: AVC },
	{ name: 'wrist', clip: AVC }
];
const TASKS = ['Pick up the cube', 'say "no",\nthen\t\\wait', 'Pick up the cube', 'hebe den Würfel 🧊'];

function fourEpisodes(): EpisodeReader[] {
	return TASKS.map((task, k) => fakeEpisode({ sequence: k, frames: 20 + 5 * k, task, cameras: CAMERAS }));
}

async function written(
	episodes: readonly EpisodeReader[],
	options: WriteDatasetOptions = {}
): Promise<MemorySink> {
	const sink = new MemorySink();
	await writeDataset({ name: 'lab', episodes }, sink, options);
	return sink;
}

async function contents(sink: MemorySink): Promise<Record<string, string>> {
	const paths = await sink.list();
	const files = await Promise.all(
		paths.map(async (path) => [path, Buffer.from(await sink.read(path)).toString('base64')])
	);
	return Object.fromEntries(files) as Record<string, string>;
}

describe('writing a dataset', () => {
	afterEach(() => vi.useRealTimers());

	it('writes one table and one video per episode and camera, and a tree that holds together', async () => {
		const progress: ExportProgress[] = [];
		const sink = new MemorySink();
		const source = { name: 'lab', episodes: fourEpisodes() };
		const summary = await writeDataset(source, sink, { onProgress: (step) => progress.push(step) });
		expect(await validateTree(sink)).toEqual({ episodes: 4, frames: 110, problems: [] });
		expect(summary).toMatchObject({ episodes: 4, frames: 110 });
		expect(summary.files.toSorted()).toEqual(await sink.list());
		expect(summary.files).toHaveLength(4 * 3 + 4);
		expect(summary.files.at(-1)).toBe('meta/info.json');
		expect(progress.at(-1)).toEqual({
			episodesDone: 4,
			episodesTotal: 4,
			bytesWritten: summary.bytesWritten
		});
		const sizes = await Promise.all((await sink.list()).map(async (path) => (await sink.read(path)).length));
		expect(summary.bytesWritten).toBe(sizes.reduce((sum, size) => sum + size, 0));
		const tasks = await readTable(await sink.read('meta/tasks.parquet'));
		expect(tasks.rows.map((row) => row.task)).toEqual([TASKS[0], TASKS[1], TASKS[3]]);
	});

	it('says of every row whether a person had taken over, as soon as one episode shows a policy', async () => {
		const run = { runId: 'run-1', policyId: 'ab'.repeat(32), policyName: 'Pick and place' };
		const marked = fakeEpisode({
			sequence: 0,
			frames: 20,
			cameras: CAMERAS,
			meta: { run },
			tamper: (block) =>
				block.blockIndex === 1
					? { ...block, rows: { ...block.rows, correction: Uint8Array.of(0, 0, 1, 1, 1, 0, 0, 1) } }
					: block
		});
		const shown = fakeEpisode({ sequence: 1, frames: 5, cameras: CAMERAS });
		const sink = await written([marked, shown]);
		expect((await validateTree(sink)).problems).toEqual([]);
		const rowsOf = async (file: string): Promise<unknown[]> => {
			const table = await readTable(await sink.read(`data/chunk-000/${file}.parquet`));
			return table.rows.map((row) => row.correction);
		};
		expect((await rowsOf('file-000')).flatMap((value, row) => (value === 1n ? [row] : []))).toEqual([
			10, 11, 12, 15
		]);
		expect(await rowsOf('file-001')).toEqual([0n, 0n, 0n, 0n, 0n]);
		const info = JSON.parse(new TextDecoder().decode(await sink.read('meta/info.json'))) as {
			features: Record<string, unknown>;
		};
		expect(info.features.correction).toEqual({ dtype: 'int64', shape: [1], names: null });

		const plain = await written([shown]);
		expect(new TextDecoder().decode(await plain.read('meta/info.json'))).not.toContain('correction');
	});

	it('keeps the mark of a camera whose pictures stay on the computer, whichever episode carries it', async () => {
		const infos = async (marked: number | null): Promise<unknown[]> => {
			const episodes = fourEpisodes().map((episode, k): EpisodeReader => {
				if (k !== marked) return episode;
				const [top, ...others] = episode.meta.cameras;
				if (top === undefined) throw new Error('no camera');
				const cameras = [{ ...top, info: { ...top.info, localOnly: true } }, ...others];
				return { ...episode, meta: { ...episode.meta, cameras } };
			});
			const sink = await written(episodes);
			expect((await validateTree(sink)).problems).toEqual([]);
			const text = new TextDecoder().decode(await sink.read('meta/info.json'));
			const { features } = JSON.parse(text) as { features: Record<string, { info?: object }> };
			return ['top', 'wrist'].map((name) => features[`observation.images.${name}`]?.info);
		};
		const mark = { 'edubotics.local_only': true };
		for (const k of [0, 2]) {
			const [top, wrist] = await infos(k);
			expect(top).toMatchObject(mark);
			expect(wrist).not.toHaveProperty(['edubotics.local_only']);
		}
		for (const info of await infos(null)) expect(info).not.toHaveProperty(['edubotics.local_only']);
	});

	it('gives equal bytes for equal episodes, whenever it is done', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		vi.setSystemTime('2026-01-02T03:04:05Z');
		const before = await contents(await written(fourEpisodes()));
		vi.setSystemTime('2031-05-06T07:08:09Z');
		expect(await contents(await written(fourEpisodes()))).toEqual(before);
	});

	it('gives equal bytes whether packets are held or read again, and whatever the blocks', async () => {
		const held = await contents(await written(fourEpisodes()));
		expect(await contents(await written(fourEpisodes(), { layout: { holdLimitBytes: 0 } }))).toEqual(held);
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (framesPerBlock) => {
				const episodes = TASKS.map((task, k) =>
					fakeEpisode({ sequence: k, frames: 20 + 5 * k, task, cameras: CAMERAS, framesPerBlock })
				);
				expect(await contents(await written(episodes))).toEqual(held);
			}),
			{ seed: 12, numRuns: 8 }
		);
	});

	it('starts a new chunk folder when one is full', async () => {
		const sink = await written(fourEpisodes(), { layout: { chunksSize: 3 } });
		expect((await sink.list()).filter((path) => path.startsWith('data/'))).toEqual([
			'data/chunk-000/file-000.parquet',
			'data/chunk-000/file-001.parquet',
			'data/chunk-000/file-002.parquet',
			'data/chunk-001/file-000.parquet'
		]);
		expect((await validateTree(sink)).problems).toEqual([]);
	});

	it('writes state and action alone when there is no camera', async () => {
		const sink = await written([fakeEpisode({ frames: 1 }), fakeEpisode({ frames: 3 })]);
		expect(await validateTree(sink)).toEqual({ episodes: 2, frames: 4, problems: [] });
	});

	it('leaves a camera out of the statistics when the recorder had none, rather than making them up', async () => {
		const [first] = fourEpisodes();
		if (!first) throw new Error('no episode');
		const cameras = first.meta.cameras.map((camera) => ({ ...camera, stats: null }));
		const sink = await written([{ ...first, meta: { ...first.meta, cameras } }]);
		const stats = JSON.parse(new TextDecoder().decode(await sink.read('meta/stats.json'))) as object;
		expect(Object.keys(stats)).toEqual(expect.arrayContaining(['action', 'capture_time', 'task_index']));
		expect(Object.keys(stats).join()).not.toContain('images');
	});

	it('copies no picture on its way', async () => {
		const clip = hollowClip(640, 480, 4000);
		const source = {
			name: 'lab',
			episodes: [fakeEpisode({ frames: 300, cameras: [{ name: 'top', clip }] })]
		};
		const summary = await writeDataset(source, new MemorySink());
		expect(summary.bytesCopied / summary.bytesWritten).toBeLessThan(0.1);
	});
});

describe('what is refused before anything is written', () => {
	const base = { frames: 10, cameras: CAMERAS } as const;
	const withMeta = (meta: Partial<EpisodeMeta>): EpisodeReader => fakeEpisode({ ...base, sequence: 2, meta });
	const odd = (options: Partial<FakeEpisodeOptions>): EpisodeReader =>
		fakeEpisode({ ...base, sequence: 2, ...options });
	const mixed = (field: string, first: string, other: string) => ({
		code: 'export_mixed_episodes',
		details: { field, first, other, episode: 'test-device #2' }
	});
	const SMALL = { ...AVC, track: { ...AVC.track, width: 80 } };
	const AV1 = patternClip('av1');
	const VP8 = { ...AVC, track: { ...AVC.track, codec: 'vp8' } };

	it.each([
		['another rate', odd({ fps: 25 }), mixed('fps', '30', '25')],
		['another robot', withMeta({ robotType: 'koch' }), mixed('robot', 'so101_follower', 'koch')],
		[
			'a real arm among simulated ones',
			withMeta({ simulated: false }),
			mixed('simulated', 'simulated', 'real')
		],
		['fewer cameras', odd({ cameras: CAMERAS.slice(0, 1) }), mixed('cameras', 'top, wrist', 'top')],
		['no cameras', odd({ cameras: [] }), mixed('cameras', 'top, wrist', 'none')],
		['cameras swapped', odd({ cameras: CAMERAS.toReversed() }), mixed('cameras', 'top, wrist', 'wrist, top')],
		[
			'another size',
			odd({
				cameras: [
					{ name: 'top', clip: SMALL },
					{ name: 'wrist', clip: AVC }
				]
			}),
			mixed('size of top', '160x120', '80x120')
		],
		[
			'another codec',
			odd({
				cameras: [
					{ name: 'top', clip: AVC },
					{ name: 'wrist', clip: AV1 }
				]
			}),
			mixed('codec of wrist', 'avc', 'av1')
		],
		['other joints', odd({ jointNames: ['a.pos', 'b.pos'] }), { code: 'export_mixed_episodes' }],
		[
			'a running episode',
			withMeta({ status: 'recording' }),
			{ code: 'episode_not_sealed', details: { status: 'recording' } }
		],
		['a discarded episode', withMeta({ status: 'discarded' }), { code: 'episode_not_sealed' }],
		['no closing record', withMeta({ closing: null }), { code: 'store_damaged' }],
		['another count than sealed', withMeta({ frameCount: 11 }), { code: 'store_damaged' }],
		['no frames', odd({ frames: 0 }), { code: 'store_damaged' }],
		[
			'half a frame per second',
			odd({ fps: 29.97 }),
			{ code: 'dataset_rate_invalid', details: { fps: 29.97 } }
		],
		[
			'a slash in a joint',
			odd({ jointNames: ['a/b'] }),
			{ code: 'dataset_name_invalid', details: { field: 'joint', name: 'a/b' } }
		],
		['a joint twice', odd({ jointNames: ['a', 'a'] }), { code: 'dataset_name_invalid' }],
		[
			'a slash in a camera',
			odd({ cameras: [{ name: 'top/left', clip: AVC }] }),
			{ code: 'dataset_name_invalid', details: { field: 'camera', name: 'top/left' } }
		],
		['a camera named ..', odd({ cameras: [{ name: '..', clip: AVC }] }), { code: 'dataset_name_invalid' }],
		[
			'a codec without a place in mp4',
			odd({ cameras: [{ name: 'top', clip: VP8 }] }),
			{ code: 'video_codec_unsupported' }
		]
	])('%s', async (_, episode, wanted) => {
		const paths: string[] = [];
		const sink = new MemorySink();
		const watched: FileSink = {
			file: (path) => {
				paths.push(path);
				return sink.file(path);
			},
			finish: () => sink.finish(),
			abort: () => sink.abort()
		};
		const episodes = [fakeEpisode({ ...base, sequence: 1 }), episode];
		await expect(writeDataset({ name: 'lab', episodes }, watched)).rejects.toMatchObject(wanted);
		expect(paths).toEqual([]);
		expect(sink.state).toBe('aborted');
	});

	it('an empty source', async () => {
		await expect(written([])).rejects.toMatchObject({ code: 'dataset_empty' });
	});
});

describe('what shows only while reading', () => {
	const tampered = (tamper: FakeEpisodeOptions['tamper']): EpisodeReader =>
		fakeEpisode({ sequence: 7, frames: 40, cameras: CAMERAS, ...(tamper ? { tamper } : {}) });

	it.each<[string, FakeEpisodeOptions['tamper'], RegExp]>([
		['a missing block', (block) => (block.blockIndex === 2 ? null : block), /block 2 is missing/],
		['missing last blocks', (block) => (block.blockIndex === 4 ? null : block), /4 of 5 blocks/],
		['a foreign block', (block) => ({ ...block, episodeId: 'other' }), /another episode/],
		[
			'a frame missing',
			(block) => ({ ...block, rows: { ...block.rows, firstFrame: block.rows.firstFrame + 1 } }),
			/frame 0 is missing/
		],
		[
			'short rows',
			(block) => ({ ...block, rows: { ...block.rows, state: block.rows.state.slice(1) } }),
			/incomplete rows/
		],
		['a camera gone', (block) => ({ ...block, packets: block.packets.slice(1) }), /another set of cameras/],
		[
			'a picture missing',
			(block) => ({ ...block, packets: block.packets.map((list, c) => (c === 1 ? list.slice(1) : list)) }),
			/camera wrist has no picture for frame 0/
		],
		[
			'the last picture missing',
			(block) =>
				block.blockIndex === 4
					? { ...block, packets: block.packets.map((list) => list.slice(0, -1)) }
					: block,
			/39 of 40 pictures of camera top/
		],
		[
			'an empty picture',
			(block) => ({
				...block,
				packets: block.packets.map((list) => list.map((packet) => ({ ...packet, bytes: new Uint8Array() })))
			}),
			/empty picture/
		],
		[
			'no key frame first',
			(block) => ({
				...block,
				packets: block.packets.map((list) => list.map((packet) => ({ ...packet, key: false })))
			}),
			/key frame/
		],
		[
			'a failed reading stored as a number',
			(block) => ({ ...block, rows: { ...block.rows, action: block.rows.action.map(() => NaN) } }),
			/action of frame 0 is not a number/
		]
	])('%s: refused by the episode’s name, nothing kept', async (_, tamper, message) => {
		const sink = new MemorySink();
		const episodes = [fakeEpisode({ frames: 10, cameras: CAMERAS }), tampered(tamper)];
		const error: unknown = await writeDataset({ name: 'lab', episodes }, sink).catch(
			(reason: unknown) => reason
		);
		expect(error).toMatchObject({ code: 'store_damaged', details: { episode: 'test-device #7' } });
		expect(String(error)).toMatch(message);
		expect(sink.state).toBe('aborted');
		expect(await sink.list()).toEqual([]);
	});

	it('stops at once when told to, at any file, and keeps nothing', async () => {
		for (let stopAt = 1; stopAt <= 8; stopAt++) {
			const controller = new AbortController();
			const sink = new MemorySink();
			let steps = 0;
			const onProgress = (): void => {
				if (++steps === stopAt) controller.abort(new Error('closed'));
			};
			const source = { name: 'lab', episodes: fourEpisodes() };
			const writing = writeDataset(source, sink, { signal: controller.signal, onProgress });
			await expect(writing).rejects.toMatchObject({ code: 'export_aborted', cause: { message: 'closed' } });
			expect(sink.state).toBe('aborted');
			expect(steps).toBe(stopAt);
		}
	});

	it('tells the first failure even when the sink cannot clean up', async () => {
		const sink: FileSink = {
			file: () => Promise.reject(new Error('no space')),
			finish: () => Promise.resolve(),
			abort: () => Promise.reject(new Error('no folder'))
		};
		await expect(writeDataset({ name: 'lab', episodes: fourEpisodes() }, sink)).rejects.toThrow('no space');
	});
});

describe('a video', () => {
	it('holds exactly the stored packets after its header', async () => {
		const sink = await written([fakeEpisode({ frames: 20, cameras: CAMERAS })]);
		const file = await sink.read('videos/observation.images.wrist/chunk-000/file-000.mp4');
		const payload = Buffer.concat(AVC.packets.map((packet) => packet.bytes));
		expect(Buffer.compare(file.subarray(file.length - payload.length), payload)).toBe(0);
		expect(mp4Facts(file).mediaBytes).toBe(payload.length);
	});
});
