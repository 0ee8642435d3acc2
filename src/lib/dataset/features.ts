// The features of a dataset as LeRobot's info.json declares them, in the order LeRobot keeps them: action, state,
// cameras, our own extra columns, then LeRobot's own five index columns.

import type { DatasetShape, VideoCodec } from './shape';
import type { PythonJson } from './python-json';

/**
 * True capture times, seconds since the episode's first record tick: one for the state, then one per camera. Not under
 * `observation.`, because LeRobot would then take it for an input of the policy.
 */
export const CAPTURE_TIME = 'capture_time';

/**
 * 1 in rows in which a person had taken over from a policy, 0 elsewhere. Only in datasets with an episode that shows a policy
 * driving. Not under `observation.` or `action`, because LeRobot would then train on it.
 */
export const CORRECTION = 'correction';

/** In a camera's `info`: its pictures are not to be uploaded. LeRobot keeps what it does not know there. */
const LOCAL_ONLY = 'edubotics.local_only';

export interface VectorFeature {
	readonly kind: 'vector';
	readonly key: string;
	readonly dtype: 'float32' | 'float64' | 'int64';
	readonly names: readonly string[] | null;
	/** Components; a feature of one component is a plain column, not a list. */
	readonly width: number;
}

export interface VideoFeature {
	readonly kind: 'video';
	readonly key: string;
	readonly cameraIndex: number;
}

export type Feature = VectorFeature | VideoFeature;

export function featuresOf(shape: DatasetShape): readonly Feature[] {
	const names = shape.jointNames;
	const joint = (key: string): Feature => ({
		kind: 'vector',
		key,
		dtype: 'float32',
		names,
		width: names.length
	});
	const times = ['state', ...shape.cameras.map((camera) => camera.name)];
	const single = (key: string, dtype: 'float32' | 'int64'): Feature => ({
		kind: 'vector',
		key,
		dtype,
		names: null,
		width: 1
	});
	return [
		joint('action'),
		joint('observation.state'),
		...shape.cameras.map((camera, cameraIndex) => ({ kind: 'video', key: camera.key, cameraIndex }) as const),
		{ kind: 'vector', key: CAPTURE_TIME, dtype: 'float64', names: times, width: times.length },
		...(shape.hasRuns ? [single(CORRECTION, 'int64')] : []),
		single('timestamp', 'float32'),
		single('frame_index', 'int64'),
		single('episode_index', 'int64'),
		single('index', 'int64'),
		single('task_index', 'int64')
	];
}

export function vectorFeatures(features: readonly Feature[]): readonly VectorFeature[] {
	return features.filter((feature) => feature.kind === 'vector');
}

/** Names FFmpeg gives the codecs, which is what LeRobot stores. */
const CODEC_NAMES: Readonly<Record<VideoCodec, string>> = { avc: 'h264', av1: 'av1', vp9: 'vp9' };

function videoDeclaration(shape: DatasetShape, cameraIndex: number): PythonJson {
	const camera = shape.cameras[cameraIndex];
	if (!camera) throw new RangeError(`no camera ${cameraIndex}`);
	return {
		dtype: 'video',
		shape: [camera.height, camera.width, 3],
		names: ['height', 'width', 'channels'],
		info: {
			'video.height': camera.height,
			'video.width': camera.width,
			'video.codec': CODEC_NAMES[camera.codec],
			// FFmpeg's H.264 decoder names full range by its own pixel format; the other two do not.
			'video.pix_fmt': camera.codec === 'avc' && camera.fullRange ? 'yuvj420p' : 'yuv420p',
			'video.fps': shape.fps,
			'video.channels': 3,
			has_audio: false,
			is_depth_map: false,
			...(camera.localOnly ? { [LOCAL_ONLY]: true } : {})
		}
	};
}

/** The `features` object of info.json. */
export function declareFeatures(shape: DatasetShape, features: readonly Feature[]): PythonJson {
	return Object.fromEntries(
		features.map((feature) => [
			feature.key,
			feature.kind === 'video'
				? videoDeclaration(shape, feature.cameraIndex)
				: { dtype: feature.dtype, shape: [feature.width], names: feature.names }
		])
	);
}
