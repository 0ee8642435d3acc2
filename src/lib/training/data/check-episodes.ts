// Whether a pupil's episodes can be learned from together, told from their lists alone, before a single picture is decoded.
// Every reason is one that a person can do something about.

import { SO101, type EpisodeMeta, type TrainingFailure } from '$lib/contracts';
import { err, ok, type Result } from '$lib/core';
import { PATCH_KEYPOINT, type NetShape } from '../net/shape';
import { bytesPerRow } from './examples';

/** Fewer teach nothing that could be measured: one is held out, and four starts are no task. */
export const LEAST_EPISODES = 5;
/** Templates exist for 1 to 3 (static/training). */
const MOST_CAMERAS = 3;
/** Pictures in memory, bytes: about 50,000 rows with two cameras. A tab of 900 MB has room for no more. */
export const MOST_BYTES = 700e6;
/** The policy answers at least this often; a recording of 30 per second gives every third row. */
const LEAST_FPS = 10;

export interface EpisodePlan {
	readonly shape: NetShape;
	/** Every so many recorded frames are one row. */
	readonly stride: number;
	/** Rows per second. */
	readonly fps: number;
	readonly jointNames: readonly string[];
	readonly robotType: string;
	readonly simulated: boolean;
	readonly task: string;
}

export const rowsOfEpisode = (frames: number, stride: number): number => Math.ceil(frames / stride);

/** The largest step that leaves whole frames per second, at least LEAST_FPS of them. */
export function strideFor(fps: number): number {
	for (let stride = Math.floor(fps / LEAST_FPS); stride > 1; stride--) if (fps % stride === 0) return stride;
	return 1;
}

const fail = (
	code: TrainingFailure['code'],
	details: TrainingFailure['details'] = {}
): Result<never, TrainingFailure> => err({ code, details });

/** What two episodes must share, as people would say it. */
function facts(meta: EpisodeMeta): readonly (readonly [string, string])[] {
	return [
		['robot', `${meta.robotType} ${meta.jointNames.join(',')}`],
		['arm', meta.simulated ? 'virtual' : 'real'],
		['rate', String(meta.fps)],
		['cameras', meta.cameras.map(({ info }) => info.name).join(', ')],
		['picture', meta.cameras.map(({ info }) => (info.width / info.height).toFixed(2)).join(', ')]
	];
}

/**
 * What a model did is no demonstration: whoever learns from it learns a model's mistakes. @param metas any episodes
 */
export function demonstrationsOf<T extends { readonly meta: EpisodeMeta }>(episodes: readonly T[]): T[] {
	return episodes.filter(({ meta }) => meta.run === undefined);
}

/** @param metas sealed episodes of one dataset, oldest first */
export function planEpisodes(metas: readonly EpisodeMeta[]): Result<EpisodePlan, TrainingFailure> {
	const [first, ...others] = metas;
	if (first === undefined || metas.length < LEAST_EPISODES)
		return fail('training_too_few_episodes', { episodes: metas.length, least: LEAST_EPISODES });
	const wanted = facts(first);
	for (const meta of others) {
		const found = facts(meta);
		const other = wanted.findIndex(([, value], n) => value !== found[n]?.[1]);
		const [field] = wanted[other] ?? [];
		if (field !== undefined) return fail('training_mixed_episodes', { field, episode: meta.sequence });
	}
	const jointNames = first.jointNames.map((name) => name.replace(/\.pos$/, ''));
	const known = SO101.joints.every(({ name }, n) => jointNames[n] === name);
	const cameras = first.cameras.map(({ info }) => info.name);
	if (
		!known ||
		jointNames.length !== SO101.joints.length ||
		cameras.length < 1 ||
		cameras.length > MOST_CAMERAS
	)
		return fail('training_robot_unknown', { joints: jointNames.length, cameras: cameras.length });
	const shape: NetShape = { ...PATCH_KEYPOINT, cameras };
	const stride = strideFor(first.fps);
	const rows = metas.reduce((sum, { frameCount }) => sum + rowsOfEpisode(frameCount, stride), 0);
	if (rows * bytesPerRow(shape) > MOST_BYTES)
		return fail('training_too_large', {
			episodes: Math.floor((metas.length * MOST_BYTES) / (rows * bytesPerRow(shape)))
		});
	const { robotType, simulated, task, fps } = first;
	return ok({ shape, stride, fps: fps / stride, jointNames, robotType, simulated, task });
}
