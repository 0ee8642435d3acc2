// Codes this room raises, and the two helpers that raise them. The learner's words are looked up by code elsewhere.

import { CodedError } from '$lib/core';

export const DATASET_ERROR_CODES = [
	/** writeDataset: the source holds no episode. Record one first. */
	'dataset_empty',
	/** writeDataset: a name cannot be a LeRobot feature or file name. Details: `field`, `name`. Rename it. */
	'dataset_name_invalid',
	/** writeDataset: two episodes do not fit into one dataset. Details: `field`, `first`, `other`, `episode`. Export them apart. */
	'dataset_mixed',
	/** writeDataset: the frame rate is not a whole number of frames per second. Details: `fps`. */
	'dataset_rate_invalid',
	/** writeDataset: an episode is still being recorded, discarded or waits for recovery. Details: `episode`, `status`. */
	'episode_not_sealed',
	/** writeDataset: rows, pictures or blocks of a sealed episode are missing. Details: `episode`, `reason`. */
	'episode_torn',
	/** writeDataset: a stored number is not finite. Details: `episode`, `frame`, `field`. Leave that episode out. */
	'episode_not_finite',
	/** writeDataset: the codec cannot be put into a LeRobot mp4. Details: `codec`, `camera`. */
	'video_codec_unsupported',
	/** Sinks: nothing on this device can take a file of this size. Details: `neededBytes`, `availableBytes`. */
	'export_no_room',
	/** validateTree: the written tree is not what was asked for. Details: `path`, `problem`, `count`. Export again. */
	'dataset_check_failed'
] as const;

export type DatasetErrorCode = (typeof DATASET_ERROR_CODES)[number];

export type DatasetError = CodedError<DatasetErrorCode>;

export function datasetError(
	code: DatasetErrorCode,
	message: string,
	details: Record<string, string | number> = {},
	cause?: unknown
): DatasetError {
	return new CodedError(code, message, cause === undefined ? { details } : { details, cause });
}

/** How an episode is named to people: its running number on the device that recorded it. */
export function episodeName(meta: { readonly deviceId: string; readonly sequence: number }): string {
	return `${meta.deviceId} #${String(meta.sequence)}`;
}
