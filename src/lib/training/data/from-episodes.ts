// A pupil's sealed episodes as examples: every picture decoded once, resized once by the one `frameToBytes`, kept as bytes.
// Knows episodes and their rows; how a packet becomes a picture is the decoder's business (`PictureDecoder`).

import { frameToBytes, type I420Planes } from '$lib/camera';
import type { EncodedPacket, EpisodeReader, TrackConfig, TrainingFailure } from '$lib/contracts';
import { err, ok, type Result } from '$lib/core';
import {
	demonstrationsOf,
	LEAST_EPISODES,
	planEpisodes,
	rowsOfEpisode,
	type EpisodePlan
} from './check-episodes';
import { fingerprintOf, patchOrder, writePatches, type EpisodeExamples, type Examples } from './examples';

/** Decodes one camera of one episode. Rejects where it cannot. */
export type PictureDecoder = (
	track: TrackConfig,
	packets: readonly EncodedPacket[],
	/** Called for every packet's picture in order; the planes are the callee's until it returns. */
	onPicture: (frameIndex: number, picture: I420Planes) => void,
	/** Pictures of other frames need not be handed over. */
	wanted: (frameIndex: number) => boolean
) => Promise<void>;

export interface FromEpisodesOptions {
	readonly dataset: string;
	readonly decode: PictureDecoder;
	readonly onEpisode: (done: number, total: number) => void;
	/** Asked before every episode; true ends it. */
	readonly cancelled: () => Promise<boolean>;
}

/** A joint that moves less in a whole episode does not move, degrees or percent. */
const STILL = 3;

function isMotionless(state: Float32Array, joints: number): boolean {
	for (let joint = 0; joint < joints; joint++) {
		let [low, high] = [Infinity, -Infinity];
		for (let at = joint; at < state.length; at += joints) {
			low = Math.min(low, state[at] ?? NaN);
			high = Math.max(high, state[at] ?? NaN);
		}
		if (high - low >= STILL) return false;
	}
	return true;
}

async function readEpisode(
	reader: EpisodeReader,
	{ shape, stride }: EpisodePlan,
	decode: PictureDecoder
): Promise<EpisodeExamples | null> {
	const { meta } = reader;
	const { joints, sizePx } = shape;
	const rows = rowsOfEpisode(meta.frameCount, stride);
	const state = new Float32Array(rows * joints);
	const action = new Float32Array(rows * joints);
	const packets: EncodedPacket[][] = meta.cameras.map(() => []);
	for await (const block of reader.blocks()) {
		const { firstFrame, frameCount, ...columns } = block.rows;
		for (let k = 0; k < frameCount; k++) {
			const frame = firstFrame + k;
			if (frame % stride !== 0) continue;
			const row = frame / stride;
			state.set(columns.state.subarray(k * joints, (k + 1) * joints), row * joints);
			action.set(columns.action.subarray(k * joints, (k + 1) * joints), row * joints);
		}
		block.packets.forEach((list, camera) => packets[camera]?.push(...list));
	}
	if (isMotionless(state, joints)) return null;
	const order = patchOrder(shape);
	const pictures: Uint8Array[] = [];
	for (const [camera, { track }] of meta.cameras.entries()) {
		if (track === null) throw new RangeError(`no pictures of camera ${camera}`);
		const patches = new Uint8Array(rows * order.length);
		let written = 0;
		const onPicture = (frame: number, picture: I420Planes): void => {
			writePatches(frameToBytes(picture, { width: sizePx, height: sizePx }), order, patches, frame / stride);
			written += 1;
		};
		await decode(track, packets[camera] ?? [], onPicture, (frame) => frame % stride === 0);
		if (written !== rows) throw new RangeError(`${written} of ${rows} pictures of camera ${camera}`);
		pictures.push(patches);
	}
	return { rows, pictures, state, action };
}

/** `ok(null)`: cancelled. `all`: sealed episodes of one dataset, oldest first; runs of models among them are left out. */
export async function examplesFromEpisodes(
	all: readonly EpisodeReader[],
	options: FromEpisodesOptions
): Promise<Result<Examples | null, TrainingFailure>> {
	const readers = demonstrationsOf(all);
	const planned = planEpisodes(readers.map(({ meta }) => meta));
	if (!planned.ok) return planned;
	const plan = planned.value;
	const episodes: EpisodeExamples[] = [];
	let motionless = 0;
	for (const [n, reader] of readers.entries()) {
		if (await options.cancelled()) return ok(null);
		options.onEpisode(n, readers.length);
		try {
			const episode = await readEpisode(reader, plan, options.decode);
			if (episode === null) motionless += 1;
			else episodes.push(episode);
		} catch (error) {
			return err({
				code: 'training_pictures_unreadable',
				details: { episode: n + 1, reason: String(error).slice(0, 200) }
			});
		}
	}
	if (episodes.length < LEAST_EPISODES)
		return err({
			code: 'training_no_motion',
			details: { motionless, left: episodes.length, least: LEAST_EPISODES }
		});
	const { shape, fps, jointNames, robotType, simulated, task } = plan;
	const facts = {
		dataset: options.dataset,
		task,
		robotType,
		simulated,
		jointNames,
		fps,
		calibrationFingerprints: [],
		motionless
	};
	return ok({ shape, facts, episodes, fingerprint: await fingerprintOf(episodes) });
}
