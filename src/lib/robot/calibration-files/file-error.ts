// Why a calibration file is refused.

import { err, type Result } from '$lib/core';
import type { CalibrationProblemCode } from '$lib/contracts';

export type CalibrationFileCode = Extract<CalibrationProblemCode, `file_${string}`>;

export interface CalibrationFileError {
	readonly code: CalibrationFileCode;
	/** Joints concerned, LeRobot names; empty when the whole file is meant. */
	readonly joints: readonly string[];
	/** For the log, in English. */
	readonly message: string;
}

export function refuse(
	code: CalibrationFileCode,
	message: string,
	joints: readonly string[] = []
): Result<never, CalibrationFileError> {
	return err({ code, joints, message });
}
