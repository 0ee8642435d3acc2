// Recordings to examples: the right rows with the right pictures at the policy's rate, and a code for everything that cannot be
// learned from.

import { describe, expect, it } from 'vitest';
import { frameToBytes } from '$lib/camera';
import type { EpisodeMeta } from '$lib/contracts';
import { greyOf, madeUpRecording, type MadeUpOptions } from '../testing/made-up-recording';
import { planEpisodes, strideFor } from './check-episodes';
import { patchOrder, readPicture, type Examples } from './examples';
import { examplesFromEpisodes } from './from-episodes';

const read = (episodes: number, frames: number, options?: MadeUpOptions, cancelled = false) => {
	const { readers, decode } = madeUpRecording(episodes, frames, options);
	return examplesFromEpisodes(readers, {
		dataset: 'made up',
		decode,
		onEpisode: () => undefined,
		cancelled: () => Promise.resolve(cancelled)
	});
};

async function examplesOf(...given: Parameters<typeof read>): Promise<Examples> {
	const answer = await read(...given);
	if (!answer.ok || answer.value === null) throw new Error(JSON.stringify(answer));
	return answer.value;
}

/** What a grey of that luma is as a byte of RGB. */
function byteOf(luma: number): number {
	const data = new Uint8Array(6).fill(128).fill(luma, 0, 4);
	return frameToBytes({ width: 2, height: 2, data }, { width: 1, height: 1 })[0] ?? NaN;
}

describe('examples from recordings', () => {
	it('are every third row of 30 per second, each with its own pictures', async () => {
		const { episodes, facts, shape } = await examplesOf(5, 25);
		expect(facts).toMatchObject({
			fps: 10,
			motionless: 0,
			jointNames: expect.arrayContaining(['gripper']) as string[]
		});
		expect(shape.cameras).toEqual(['top', 'wrist']);
		expect(episodes.map(({ rows }) => rows)).toEqual([9, 9, 9, 9, 9]);
		const order = patchOrder(shape);
		for (const [n, { pictures, state, action, rows }] of episodes.entries())
			for (let row = 0; row < rows; row++) {
				for (const [camera, patches] of pictures.entries())
					expect(new Set(readPicture(patches, order, row))).toEqual(
						new Set([byteOf(greyOf(n, camera, 3 * row))])
					);
				expect(action[row * 6]).toBeCloseTo((state[row * 6] ?? NaN) + 1, 4);
				if (row > 0) expect((state[row * 6] ?? 0) / row).toBeCloseTo(state[6] ?? NaN, 3);
			}
	});

	it('have a fingerprint that changes with what is in them', async () => {
		const [a, b, c] = await Promise.all([examplesOf(5, 25), examplesOf(5, 25), examplesOf(5, 26)]);
		expect(a.fingerprint).toBe(b.fingerprint);
		expect(a.fingerprint).not.toBe(c.fingerprint);
	});

	it.each([
		[60, 6],
		[30, 3],
		[25, 1],
		[20, 2],
		[15, 1],
		[10, 1],
		[5, 1]
	])('of %d per second take every %dth row', (fps, stride) => expect(strideFor(fps)).toBe(stride));

	it('leave out episodes in which nothing moves, and refuse when too few are left', async () => {
		const still = await read(6, 25, { still: true });
		expect(still).toMatchObject({
			ok: false,
			error: { code: 'training_no_motion', details: { motionless: 6, left: 0 } }
		});
	});

	it('end without a word when a person cancels', async () => {
		expect(await read(5, 25, {}, true)).toEqual({ ok: true, value: null });
	});

	it('say which episode cannot be decoded', async () => {
		const { readers } = madeUpRecording(5, 25);
		let asked = 0;
		const answer = await examplesFromEpisodes(readers, {
			dataset: 'made up',
			decode: () => (++asked > 4 ? Promise.reject(new Error('no decoder')) : Promise.resolve()),
			onEpisode: () => undefined,
			cancelled: () => Promise.resolve(false)
		});
		expect(answer).toMatchObject({
			ok: false,
			error: { code: 'training_pictures_unreadable', details: { episode: 1 } }
		});
	});
});

describe('episodes that cannot be learned from', () => {
	const plan = (episodes: number, options?: MadeUpOptions) =>
		planEpisodes(madeUpRecording(episodes, 25, options).readers.map(({ meta }) => meta));
	const second = (change: (meta: EpisodeMeta) => Partial<EpisodeMeta>): MadeUpOptions => ({
		change: (meta, n) => (n === 1 ? { ...meta, ...change(meta) } : meta)
	});
	const all = (change: (meta: EpisodeMeta) => Partial<EpisodeMeta>): MadeUpOptions => ({
		change: (meta) => ({ ...meta, ...change(meta) })
	});

	it('are too few', () => {
		expect(plan(2)).toMatchObject({
			error: { code: 'training_too_few_episodes', details: { episodes: 2, least: 5 } }
		});
		expect(plan(0)).toMatchObject({ error: { code: 'training_too_few_episodes' } });
	});

	it.each([
		['robot', second(() => ({ robotType: 'koch_follower' }))],
		['arm', second(() => ({ simulated: false }))],
		['rate', second(() => ({ fps: 15 }))],
		['cameras', second(({ cameras }) => ({ cameras: cameras.slice(1) }))],
		[
			'picture',
			second(({ cameras }) => ({
				cameras: cameras.map((camera) => ({ ...camera, info: { ...camera.info, width: 64 } }))
			}))
		]
	])('differ in %s', (field, options) => {
		expect(plan(5, options)).toMatchObject({
			error: { code: 'training_mixed_episodes', details: { field, episode: 1 } }
		});
	});

	it('are of another robot, or have no camera', () => {
		expect(
			plan(
				5,
				all(() => ({ jointNames: ['a.pos', 'b.pos'] }))
			)
		).toMatchObject({
			error: { code: 'training_robot_unknown' }
		});
		expect(plan(5, { cameras: [] })).toMatchObject({ error: { code: 'training_robot_unknown' } });
	});

	it('are too many for the memory of a tab, told before anything is decoded', () => {
		expect(
			plan(
				5,
				all(() => ({ frameCount: 40_000 }))
			)
		).toMatchObject({
			error: { code: 'training_too_large', details: { episodes: 3 } }
		});
	});
});
