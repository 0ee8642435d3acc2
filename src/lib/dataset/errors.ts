// Codes this room raises, and the two helpers that raise them. The learner's words are looked up by code elsewhere.

import type { ErrorCode } from '$lib/contracts';
import { CodedError } from '$lib/core';

/** What a learner can meet; words and help pages are listed in `contracts/error-codes.ts`. */
const LEARNER_CODES = [
	/** writeDataset: two episodes do not fit into one dataset. Details: `field`, `first`, `other`, `episode`. */
	'export_mixed_episodes',
	/** Sinks: nothing on this device takes a file of this size. Details: `neededBytes`, `availableBytes`. */
	'export_too_large',
	/** writeDataset: `signal` was raised. The cause is the signal's reason; the sink was aborted. */
	'export_aborted',
	/** writeDataset: rows, pictures or blocks of a sealed episode are missing or no numbers. Details: `episode`, `reason`. */
	'store_damaged'
] as const satisfies readonly ErrorCode[];

/** What only a caller that does not keep to the rules can cause. */
const CALLER_CODES = [
	/** The source holds no episode. */
	'dataset_empty',
	/** A name cannot be a LeRobot feature or file name. Details: `field`, `name`. */
	'dataset_name_invalid',
	/** The frame rate is not a whole number of frames per second. Details: `fps`. */
	'dataset_rate_invalid',
	/** An episode is still being recorded, discarded or waits for recovery. Details: `episode`, `status`. */
	'episode_not_sealed',
	/** The codec cannot be put into a LeRobot mp4. Details: `codec`, `camera`. */
	'video_codec_unsupported',
	/** checkTree: the written tree is not what was asked for. Details: `path`, `problem`, `count`. */
	'dataset_check_failed'
] as const;

export const DATASET_ERROR_CODES = [...LEARNER_CODES, ...CALLER_CODES] as const;

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
