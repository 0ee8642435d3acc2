// In which order a calibration is written into six servos, so that a cable pulled after any packet leaves either the old
// calibration or an arm that says of itself that it has none. One joint is the seal: its range is made the whole turn
// first, which no calibrated arm has, and gets its real value last.

import type { Calibration, JointCalibration, JointSpec, RobotSpec } from '$lib/contracts';
import { isFullTurnJoint } from '../calibration';

export type CalibrationWrite =
	| { readonly kind: 'homing'; readonly joint: JointSpec; readonly homingOffset: number }
	| { readonly kind: 'range'; readonly joint: JointSpec; readonly min: number; readonly max: number };

/**
 * Stages, each to be written and read back before the next: open the seal, everything else, close the seal. Only what
 * differs from `held`; joints that `wanted` lacks are left alone. Empty when nothing differs.
 */
export function planCalibrationWrites(
	wanted: Calibration,
	held: Calibration,
	spec: RobotSpec
): readonly (readonly CalibrationWrite[])[] {
	const writes = spec.joints.flatMap((joint) => writesFor(joint, wanted[joint.name], held[joint.name]));
	// One packet needs no seal: it arrives or it does not.
	if (writes.length <= 1) return writes.length === 0 ? [] : [writes];
	const sealed = [...spec.joints].reverse().find((joint) => !isFullTurnJoint(joint));
	const entry = sealed === undefined ? undefined : wanted[sealed.name];
	if (sealed === undefined || entry === undefined) throw new RangeError('no joint with stops to seal with');
	const rangeOf = (min: number, max: number): CalibrationWrite => ({
		kind: 'range',
		joint: sealed,
		min,
		max
	});
	return [
		[rangeOf(0, spec.ticksPerTurn - 1)],
		writes.filter((write) => !(write.kind === 'range' && write.joint === sealed)),
		[rangeOf(entry.range_min, entry.range_max)]
	];
}

function writesFor(
	joint: JointSpec,
	wanted: JointCalibration | undefined,
	held: JointCalibration | undefined
): CalibrationWrite[] {
	if (wanted === undefined) return [];
	const writes: CalibrationWrite[] = [];
	if (wanted.homing_offset !== held?.homing_offset)
		writes.push({ kind: 'homing', joint, homingOffset: wanted.homing_offset });
	if (wanted.range_min !== held?.range_min || wanted.range_max !== held.range_max)
		writes.push({ kind: 'range', joint, min: wanted.range_min, max: wanted.range_max });
	return writes;
}
