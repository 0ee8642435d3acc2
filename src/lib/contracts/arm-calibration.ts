// What can be wrong with a calibration file or with a calibration in progress, as data. Said by ROBOT, shown by the page;
// failures of the arm itself (a silent servo, a lost port) keep their codes of error-codes.ts. No words, no ports, no bytes.

export const CALIBRATION_PROBLEMS = [
	/** File: far larger than any calibration. */
	'file_too_large',
	/** File: ends in the middle; it was not saved or copied completely. */
	'file_truncated',
	/** File: no JSON. */
	'file_not_json',
	/** File: JSON, but neither LeRobot's calibration nor phosphobot's. */
	'file_wrong_shape',
	/** File: LeRobot's format of before mid-2025, which holds no ranges. Calibrate again. */
	'file_old_format',
	/** File: of a robot with other joints. */
	'file_other_robot',
	/** File: joints are missing; `joints` names them. */
	'file_missing_joint',
	/** File: a joint carries another servo's id. */
	'file_wrong_id',
	/** File: a joint's lower limit is not below its upper one. */
	'file_limits_cross',
	/** File: a limit lies outside one turn (0..4095), or the travel is too short to be a swept joint. */
	'file_limits_implausible',
	/** File: a homing offset that a servo cannot hold (beyond 2047). */
	'file_offset_overflow',
	/** File: a joint counts the other way round, which a servo cannot remember and an SO-101 never needs. */
	'file_reversed_joint',
	/** File: the joint was never swept: its range is the whole turn. */
	'file_not_swept',
	/** File: phosphobot's, whose offsets count from what the servos hold: connect the arm first. */
	'file_needs_arm',
	/** File: of another arm; its numbers contradict this arm's servos. Nothing was written. */
	'file_other_arm',
	/** Sweep: joints that were not moved through their whole range yet. Go on sweeping. */
	'swept_too_little',
	/** Sweep: joints that turned further than such a joint can: a loose horn or gear. */
	'swept_too_far',
	/** Writing: the servos hold something else than at the beginning; somebody else wrote to them. */
	'changed_meanwhile',
	/** Writing broke off and the arm now says of itself that it is not calibrated. Write again or calibrate again. */
	'half_written'
] as const;
export type CalibrationProblemCode = (typeof CALIBRATION_PROBLEMS)[number];
