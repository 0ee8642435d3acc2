// When can a calibration be true of this robot? One rule for what servos hold, what a file says and what a sweep gave.
// Knows the values and the RobotSpec; files are in calibration-files, the procedure is in calibrate.

import { err, ok, type Result } from '$lib/core';
import type { Calibration, JointCalibration, JointSpec, RobotSpec } from '$lib/contracts';
import { isStorableOffset } from './so101/turn';

export type JointFault =
	| 'missing'
	| 'wrong_id'
	/** Beyond what sign-magnitude with eleven bits holds. */
	| 'offset_overflow'
	| 'limits_cross'
	/** Outside one turn, or a travel too short for any joint. */
	| 'limits_implausible'
	/** The whole turn, as a servo leaves the factory, on a joint that has stops. */
	| 'not_swept';

export interface CalibrationError {
	readonly fault: JointFault;
	/** All joints with this fault, LeRobot names. */
	readonly joints: readonly string[];
}

/** A joint that moves less than this was not swept while it was calibrated. */
const MIN_RANGE_TICKS = 200;
/** Joints that travel at least this far are not swept by LeRobot and keep the whole turn. */
const FULL_TURN_DEGREES = 300;

/** True for the joint that LeRobot does not sweep: it may keep the whole turn as its range. */
export function isFullTurnJoint(joint: JointSpec): boolean {
	return joint.unit === 'degrees' && joint.max - joint.min >= FULL_TURN_DEGREES;
}

function faultOf(entry: JointCalibration | undefined, joint: JointSpec, spec: RobotSpec): JointFault | null {
	if (entry === undefined) return 'missing';
	if (entry.id !== joint.servoId) return 'wrong_id';
	if (!isStorableOffset(entry.homing_offset)) return 'offset_overflow';
	const { range_min: min, range_max: max } = entry;
	if (min >= max) return 'limits_cross';
	if (min < 0 || max >= spec.ticksPerTurn || max - min < MIN_RANGE_TICKS) return 'limits_implausible';
	if (max - min >= spec.ticksPerTurn - 1 && !isFullTurnJoint(joint)) return 'not_swept';
	return null;
}

/** Refuses what cannot be true of this robot: wrong ids, ranges outside one turn, joints that were never swept. */
export function checkCalibration(
	calibration: Calibration,
	spec: RobotSpec
): Result<Calibration, CalibrationError> {
	const faults = new Map<JointFault, string[]>();
	for (const joint of spec.joints) {
		const fault = faultOf(calibration[joint.name], joint, spec);
		if (fault !== null) faults.set(fault, [...(faults.get(fault) ?? []), joint.name]);
	}
	const [first] = faults;
	return first === undefined ? ok(calibration) : err({ fault: first[0], joints: first[1] });
}

/** Joints whose values differ; both calibrations are of the same robot. */
export function differingJoints(wanted: Calibration, held: Calibration): string[] {
	return Object.keys(wanted).filter((name) => {
		const a = wanted[name];
		const b = held[name];
		return (
			a === undefined ||
			b === undefined ||
			a.homing_offset !== b.homing_offset ||
			a.range_min !== b.range_min ||
			a.range_max !== b.range_max
		);
	});
}
