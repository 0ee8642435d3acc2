// In which order a calibration is written into six servos, so that a cable pulled after any packet leaves either the old
// calibration or an arm that says of itself that it has none. One joint is the seal: its range is made the whole turn
// first, which no calibrated arm has, and gets its real value last.

import type { Calibration, JointCalibration, JointSpec, RobotSpec } from '$lib/contracts';
import { isFullTurnJoint } from '../calibration';

export type CalibrationWrite =
	| { readonly kind: 'homing'; readonly joint: JointSpec; readonly homingOffset: number }
	| { readonly kind: 'range'; readonly joint: JointSpec; readonly min: number; readonly max: number };

export interface WritePlan {
	/** Everything but the last packet; nothing here makes the arm look calibrated. */
	readonly body: readonly CalibrationWrite[];
	/** To be sent when the body was read back; null when there is nothing to do. */
	readonly seal: CalibrationWrite | null;
}

/** Only what differs from `held`. Joints that `wanted` lacks are left alone. */
export function planCalibrationWrites(wanted: Calibration, held: Calibration, spec: RobotSpec): WritePlan {
	const writes = spec.joints.flatMap((joint) => writesFor(joint, wanted[joint.name], held[joint.name]));
	const [only] = writes;
	if (only === undefined) return { body: [], seal: null };
	if (writes.length === 1) return { body: [], seal: only };
	const sealed = [...spec.joints].reverse().find((joint) => !isFullTurnJoint(joint));
	const entry = sealed === undefined ? undefined : wanted[sealed.name];
	if (sealed === undefined || entry === undefined) throw new RangeError('no joint with stops to seal with');
	const open: CalibrationWrite = { kind: 'range', joint: sealed, min: 0, max: spec.ticksPerTurn - 1 };
	const close: CalibrationWrite = {
		kind: 'range',
		joint: sealed,
		min: entry.range_min,
		max: entry.range_max
	};
	const rest = writes.filter((write) => !(write.kind === 'range' && write.joint === sealed));
	return { body: [open, ...rest], seal: close };
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
