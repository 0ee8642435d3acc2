// Is this file of this arm? The stops of a joint lie at fixed places of its encoder: (limit + homing offset) is the same in
// every calibration of one arm, however the middle pose was held. A sweep that was not finished shortens a range at one
// end; it never moves both ends the same way. Between arms both move, for horns sit on the shaft as somebody put them.

import type { Calibration, JointCalibration, RobotSpec } from '$lib/contracts';
import { checkCalibration, differingJoints, isFullTurnJoint } from '../calibration';
import { shortestWay } from '../so101/turn';

export type CalibrationComparison =
	/** The servos hold exactly this. */
	| { readonly kind: 'equal' }
	/** Another calibration of the same arm, as far as numbers can tell. */
	| { readonly kind: 'same_arm'; readonly joints: readonly string[] }
	/** Both ends of these joints lie elsewhere: no sweep of this arm gives these numbers. */
	| { readonly kind: 'other_arm'; readonly joints: readonly string[] }
	/** The servos hold no calibration to compare with. */
	| { readonly kind: 'unknown' };

/** Both ends moved this far together (estimates; a spline tooth of the horn is 164 ticks): clearly, or on two joints. */
const CLEAR_SHIFT_TICKS = 400;
const DOUBTFUL_SHIFT_TICKS = 150;
const DOUBTFUL_JOINTS = 2;

/** How far both ends moved together, ticks. */
function shiftOf(file: JointCalibration, held: JointCalibration): number {
	const offsets = file.homing_offset - held.homing_offset;
	const low = shortestWay(file.range_min + offsets - held.range_min);
	const high = shortestWay(file.range_max + offsets - held.range_max);
	return low * high <= 0 ? 0 : Math.min(Math.abs(low), Math.abs(high));
}

/** `servos`: what the servos hold, as read. */
export function compareCalibrations(
	file: Calibration,
	servos: Calibration,
	spec: RobotSpec
): CalibrationComparison {
	const differing = differingJoints(file, servos);
	if (differing.length === 0) return { kind: 'equal' };
	if (!checkCalibration(servos, spec).ok) return { kind: 'unknown' };
	const shifts = spec.joints.flatMap((joint) => {
		const a = file[joint.name];
		const b = servos[joint.name];
		// A joint without stops says nothing.
		if (a === undefined || b === undefined || isFullTurnJoint(joint)) return [];
		return [{ name: joint.name, ticks: shiftOf(a, b) }];
	});
	const doubtful = shifts.filter(({ ticks }) => ticks > DOUBTFUL_SHIFT_TICKS);
	if (doubtful.length >= DOUBTFUL_JOINTS || doubtful.some(({ ticks }) => ticks > CLEAR_SHIFT_TICKS))
		return { kind: 'other_arm', joints: doubtful.map(({ name }) => name) };
	return { kind: 'same_arm', joints: differing };
}
