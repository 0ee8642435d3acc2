// What all episodes of one dataset have in common, read from their metadata before a single byte is written. LeRobot has
// one `features` block, one fps and one robot for a whole dataset, so episodes that differ cannot share one.

import type { EpisodeMeta, TrackConfig } from '$lib/contracts';
import { datasetError, episodeName, type DatasetError } from './errors';

export type VideoCodec = 'avc' | 'av1' | 'vp9';

export interface CameraShape {
	/** `observation.images.<name>`. */
	readonly key: string;
	readonly name: string;
	readonly width: number;
	readonly height: number;
	readonly codec: VideoCodec;
	readonly fullRange: boolean;
	/** In one episode or more a person asked that its pictures never leave the computer by themselves. */
	readonly localOnly: boolean;
}

export interface DatasetShape {
	/** Whole frames per second. */
	readonly fps: number;
	readonly robotType: string;
	readonly simulated: boolean;
	/** Names of state and action, length N. */
	readonly jointNames: readonly string[];
	readonly cameras: readonly CameraShape[];
	/** One episode or more shows a policy driving: rows say whether a person had taken over. */
	readonly hasRuns: boolean;
}

const CAMERA_NAME = /^[A-Za-z0-9_]+$/;
/** LeRobot refuses "/" in feature names; the rest would break a path or a table header on some system. */
// eslint-disable-next-line no-control-regex
const NAME_FORBIDDEN = /[/\\\u0000-\u001f]/;

export function codecOf(codec: string): VideoCodec | null {
	if (codec.startsWith('avc1.') || codec.startsWith('avc3.')) return 'avc';
	if (codec.startsWith('av01.')) return 'av1';
	if (codec.startsWith('vp09.') || codec === 'vp9') return 'vp9';
	return null;
}

function checkNames(meta: EpisodeMeta): void {
	const refuse = (field: string, name: string): DatasetError =>
		datasetError('dataset_name_invalid', `${field} name "${name}" cannot be a LeRobot name`, { field, name });
	for (const name of meta.jointNames)
		if (name === '' || NAME_FORBIDDEN.test(name)) throw refuse('joint', name);
	if (new Set(meta.jointNames).size !== meta.jointNames.length)
		throw refuse('joint', meta.jointNames.join(', '));
	const names = meta.cameras.map((camera) => camera.info.name);
	for (const name of names) if (!CAMERA_NAME.test(name)) throw refuse('camera', name);
	if (new Set(names).size !== names.length) throw refuse('camera', names.join(', '));
}

function torn(meta: EpisodeMeta, reason: string): DatasetError {
	const episode = episodeName(meta);
	return datasetError('store_damaged', `episode ${episode}: ${reason}`, { episode, reason });
}

function checkSealed(meta: EpisodeMeta): void {
	const episode = episodeName(meta);
	if (meta.status !== 'sealed') {
		const details = { episode, status: meta.status };
		throw datasetError('episode_not_sealed', `episode ${episode} is ${meta.status}, not sealed`, details);
	}
	if (meta.closing === null) throw torn(meta, 'no closing record');
	if (meta.closing.frameCount !== meta.frameCount)
		throw torn(
			meta,
			`${meta.frameCount} frames in the list, ${meta.closing.frameCount} in the closing record`
		);
	if (meta.frameCount < 1) throw torn(meta, 'no frames');
	if (meta.jointNames.length === 0) throw torn(meta, 'no joints');
}

/** The track of a camera that has one; a sealed episode without it lost its pictures. */
export function trackOf(meta: EpisodeMeta, cameraIndex: number): TrackConfig {
	const camera = meta.cameras[cameraIndex];
	if (!camera?.track) throw torn(meta, `no pictures of camera ${camera?.info.name ?? String(cameraIndex)}`);
	return camera.track;
}

function cameraShape(meta: EpisodeMeta, cameraIndex: number): CameraShape {
	const name = meta.cameras[cameraIndex]?.info.name ?? '';
	const track = trackOf(meta, cameraIndex);
	const codec = codecOf(track.codec);
	if (codec === null || (codec === 'avc' && track.description.length === 0)) {
		const details = { codec: track.codec, camera: name };
		throw datasetError('video_codec_unsupported', `camera ${name}: cannot write ${track.codec}`, details);
	}
	const { width, height, colorSpace } = track;
	const key = `observation.images.${name}`;
	const localOnly = meta.cameras[cameraIndex]?.info.localOnly === true;
	return { key, name, width, height, codec, fullRange: colorSpace.fullRange, localOnly };
}

function shapeOf(meta: EpisodeMeta): DatasetShape {
	checkSealed(meta);
	checkNames(meta);
	if (!Number.isInteger(meta.fps) || meta.fps < 1 || meta.fps > 1000)
		throw datasetError('dataset_rate_invalid', `${meta.fps} frames per second`, { fps: meta.fps });
	const { fps, robotType, simulated, jointNames } = meta;
	const cameras = meta.cameras.map((_, index) => cameraShape(meta, index));
	return { fps, robotType, simulated, jointNames, cameras, hasRuns: meta.run !== undefined };
}

/** Named facts that must be equal in all episodes, as people would say them. */
function facts(shape: DatasetShape): readonly (readonly [string, string])[] {
	return [
		['fps', String(shape.fps)],
		['robot', shape.robotType],
		['simulated', shape.simulated ? 'simulated' : 'real'],
		['joints', shape.jointNames.join(', ')],
		['cameras', shape.cameras.map((camera) => camera.name).join(', ') || 'none'],
		...shape.cameras.flatMap(({ name, width, height, codec, fullRange }) => [
			[`size of ${name}`, `${width}x${height}`] as const,
			[`codec of ${name}`, codec] as const,
			[`colour range of ${name}`, fullRange ? 'full' : 'limited'] as const
		])
	];
}

/**
 * The common shape of all episodes. Throws a coded error that names the first difference, or the first episode that
 * cannot be written (`dataset_empty`, `episode_not_sealed`, `store_damaged`, `dataset_name_invalid`, `export_mixed_episodes`,
 * `dataset_rate_invalid`, `video_codec_unsupported`).
 */
export function commonShape(metas: readonly EpisodeMeta[]): DatasetShape {
	const [first, ...others] = metas;
	if (!first) throw datasetError('dataset_empty', 'no episodes');
	const shape = shapeOf(first);
	const wanted = facts(shape);
	const marked = new Set<string>();
	for (const meta of others) {
		const other = shapeOf(meta);
		for (const camera of other.cameras) if (camera.localOnly) marked.add(camera.name);
		const found = new Map(facts(other));
		for (const [field, value] of wanted) {
			const its = found.get(field) ?? 'none';
			if (its === value) continue;
			const episode = episodeName(meta);
			const message = `episode ${episode} has ${field} ${its}, the first episode has ${value}`;
			throw datasetError('export_mixed_episodes', message, { field, first: value, other: its, episode });
		}
	}
	// A mark is no reason not to share a dataset, but it is never lost in company.
	const cameras = shape.cameras.map((camera) =>
		marked.has(camera.name) ? { ...camera, localOnly: true } : camera
	);
	return { ...shape, cameras, hasRuns: metas.some(({ run }) => run !== undefined) };
}
