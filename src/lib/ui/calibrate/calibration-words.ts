// From what can be wrong with a calibration to the learner's words. A code of contracts without words does not compile; a
// failure of the arm itself speaks with the words of its error code.

import { m } from '$lib/i18n';
import { CALIBRATION_PROBLEMS, ERROR_CODES, type CalibrationProblemCode } from '$lib/contracts';
import { errorWords } from '../all-error-words';
import type { CalibrationProblem } from './calibration-view';

export interface ProblemWords {
	readonly title: () => string;
	readonly what: () => string;
	readonly next: () => string;
}

const badFile: ProblemWords = {
	title: () => m.calibrate_problem_bad_file_title(),
	what: () => m.calibrate_problem_bad_file_what(),
	next: () => m.calibrate_problem_bad_file_next()
};
const partOfFile: ProblemWords = {
	title: () => m.calibrate_problem_part_file_title(),
	what: () => m.calibrate_problem_part_file_what(),
	next: () => m.calibrate_problem_part_file_next()
};
const wrongNumbers: ProblemWords = {
	title: () => m.calibrate_problem_numbers_title(),
	what: () => m.calibrate_problem_numbers_what(),
	next: () => m.calibrate_problem_numbers_next()
};
const foreignFile: ProblemWords = {
	title: () => m.calibrate_problem_foreign_file_title(),
	what: () => m.calibrate_problem_foreign_file_what(),
	next: () => m.calibrate_problem_foreign_file_next()
};

const words: Readonly<Record<CalibrationProblemCode, ProblemWords>> = {
	file_too_large: badFile,
	file_truncated: partOfFile,
	file_not_json: badFile,
	file_wrong_shape: badFile,
	file_old_format: {
		title: () => m.calibrate_problem_old_file_title(),
		what: () => m.calibrate_problem_old_file_what(),
		next: () => m.calibrate_problem_old_file_next()
	},
	file_other_robot: foreignFile,
	file_missing_joint: partOfFile,
	file_wrong_id: wrongNumbers,
	file_limits_cross: wrongNumbers,
	file_limits_implausible: wrongNumbers,
	file_offset_overflow: wrongNumbers,
	file_reversed_joint: wrongNumbers,
	file_not_swept: wrongNumbers,
	file_needs_arm: {
		title: () => m.calibrate_problem_needs_arm_title(),
		what: () => m.calibrate_problem_needs_arm_what(),
		next: () => m.calibrate_problem_needs_arm_next()
	},
	file_other_arm: foreignFile,
	swept_too_little: {
		title: () => m.calibrate_problem_too_small_title(),
		what: () => m.calibrate_problem_too_small_what(),
		next: () => m.calibrate_problem_too_small_next()
	},
	swept_too_far: {
		title: () => m.calibrate_problem_too_far_title(),
		what: () => m.calibrate_problem_too_far_what(),
		next: () => m.calibrate_problem_too_far_next()
	},
	changed_meanwhile: {
		title: () => m.calibrate_problem_changed_title(),
		what: () => m.calibrate_problem_changed_what(),
		next: () => m.calibrate_problem_changed_next()
	},
	half_written: {
		title: () => m.calibrate_problem_half_title(),
		what: () => m.calibrate_problem_half_what(),
		next: () => m.calibrate_problem_half_next()
	}
};

const lost: ProblemWords = {
	title: () => m.calibrate_problem_lost_title(),
	what: () => m.calibrate_problem_lost_what(),
	next: () => m.calibrate_problem_lost_next()
};
const refused: ProblemWords = {
	title: () => m.calibrate_problem_write_title(),
	what: () => m.calibrate_problem_write_what(),
	next: () => m.calibrate_problem_write_next()
};
const stiff: ProblemWords = {
	title: () => m.calibrate_problem_stiff_title(),
	what: () => m.calibrate_problem_stiff_what(),
	next: () => m.calibrate_problem_stiff_next()
};
const unknown: ProblemWords = {
	title: () => m.calibrate_problem_title(),
	what: () => m.calibrate_problem_what(),
	next: () => m.calibrate_problem_next()
};

/** Words of a code of contracts, of an error code, or the general ones. */
export function calibrationProblemWords({ code, joints }: CalibrationProblem): ProblemWords {
	const known = CALIBRATION_PROBLEMS.find((name) => name === code);
	if (known) return words[known];
	if (code === 'port_lost') return lost;
	if (code === 'arm_setting_refused') return refused;
	if (code === 'arm_energised') return stiff;
	const error = ERROR_CODES.find((name) => name === code);
	if (!error) return unknown;
	const details = joints[0] === undefined ? {} : { joint: joints[0] };
	const said = errorWords[error];
	return {
		title: () => said.title(details),
		what: () => said.what(details),
		next: () => said.next(details)
	};
}
