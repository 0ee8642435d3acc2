// Did the sweep reach the stops? Measured against the published travel: short of it the middle of the range, which is zero
// degrees, would lie beside the middle of the joint; far beyond it something is loose.

import type { Calibration, JointCalibration, JointSpec, RobotSpec } from '$lib/contracts';
import { isFullTurnJoint } from '../calibration';
import { travelTicks } from '../so101/travel';
import { sweepResult, type JointSweep } from './joint-sweep';

/**
 * Shares of the published travel, estimates: real body joints reach 100 to 109 % of it, grippers and leader handles 100 to
 * 127 %; a handle may be printed for less.
 */
const ENOUGH_SHARE = { degrees: 0.85, percent: 0.5 } as const;
const TOO_FAR_SHARE = 1.5;

export type SweepVerdict = 'too_little' | 'enough' | 'too_far';

export function judgeJoint(joint: JointSpec, min: number, max: number, turn: number): SweepVerdict {
	if (isFullTurnJoint(joint)) return 'enough';
	const travel = travelTicks(joint.name);
	const span = max - min;
	if (travel === null || span < travel * ENOUGH_SHARE[joint.unit]) return 'too_little';
	return span > travel * TOO_FAR_SHARE || span >= turn - 1 ? 'too_far' : 'enough';
}

/** Joint names per verdict, joint order. */
export function judgeSweeps(
	spec: RobotSpec,
	sweeps: readonly JointSweep[]
): Readonly<Record<SweepVerdict, readonly string[]>> {
	const found: Record<SweepVerdict, string[]> = { too_little: [], enough: [], too_far: [] };
	for (const [j, joint] of spec.joints.entries()) {
		const sweep = sweeps[j];
		if (sweep === undefined) found.too_little.push(joint.name);
		else found[judgeJoint(joint, sweep.min, sweep.max, spec.ticksPerTurn)].push(joint.name);
	}
	return found;
}

/** The calibration LeRobot would save for these sweeps, mended where the count ran over. */
export function calibrationOfSweeps(spec: RobotSpec, sweeps: readonly JointSweep[]): Calibration {
	const calibration: Record<string, JointCalibration> = {};
	for (const [j, joint] of spec.joints.entries()) {
		const sweep = sweeps[j];
		if (sweep === undefined) throw new RangeError(`no sweep of joint ${joint.name}`);
		const base = { id: joint.servoId, drive_mode: 0 } as const;
		if (isFullTurnJoint(joint)) {
			const homing_offset = sweepResult({ ...sweep, min: sweep.start, max: sweep.start }).homing;
			calibration[joint.name] = { ...base, homing_offset, range_min: 0, range_max: spec.ticksPerTurn - 1 };
		} else {
			const { homing, min, max } = sweepResult(sweep);
			calibration[joint.name] = { ...base, homing_offset: homing, range_min: min, range_max: max };
		}
	}
	return calibration;
}
