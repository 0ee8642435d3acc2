// LeRobot 0.6.1's numbers, to the last bit (`motors_bus.py`, `_normalize` and `_unnormalize`): body joints in degrees from
// the middle of the calibrated range, the gripper in percent of it. Degrees use 4095 steps per turn, percent is bounded by
// the range, and goals are truncated towards zero, as Python's `int()` does. Knows no registers and no bytes.

import type { Calibration, JointCalibration, RobotSpec } from '$lib/contracts';

export type JointUnit = 'degrees' | 'percent';

/** Servo position (steps, homing offset applied) -> LeRobot units. */
export function ticksToUnit(
	unit: JointUnit,
	calibration: JointCalibration,
	position: number,
	ticksPerTurn = 4096
): number {
	const { range_min: min, range_max: max } = calibration;
	if (unit === 'degrees') {
		const middle = (min + max) / 2;
		return ((position - middle) * 360) / (ticksPerTurn - 1);
	}
	const bounded = Math.min(max, Math.max(min, position));
	const percent = ((bounded - min) / (max - min)) * 100;
	return calibration.drive_mode === 1 ? 100 - percent : percent;
}

/** LeRobot units -> servo position (steps). NaN stays NaN: the caller must not send it. */
export function unitToTicks(
	unit: JointUnit,
	calibration: JointCalibration,
	value: number,
	ticksPerTurn = 4096
): number {
	const { range_min: min, range_max: max } = calibration;
	if (unit === 'degrees') {
		const middle = (min + max) / 2;
		return Math.trunc((value * (ticksPerTurn - 1)) / 360 + middle);
	}
	const turned = calibration.drive_mode === 1 ? 100 - value : value;
	const bounded = Math.min(100, Math.max(0, turned));
	return Math.trunc((bounded / 100) * (max - min) + min);
}

export interface UnitConverter {
	/** `positions` (steps) -> `out` (LeRobot units), one entry per joint of the spec. */
	toUnits(positions: ArrayLike<number>, out: Float32Array): void;
	/** `values` (LeRobot units) -> `out` (steps), kept inside each joint's calibrated range. */
	toTicks(values: ArrayLike<number>, out: Float64Array): void;
}

/** Converts whole vectors. Throws RangeError when the calibration lacks a joint or has an empty range. */
export function createUnitConverter(spec: RobotSpec, calibration: Calibration): UnitConverter {
	const joints = spec.joints.map((joint) => {
		const entry = calibration[joint.name];
		if (entry === undefined || entry.range_max <= entry.range_min)
			throw new RangeError(`no usable calibration for joint ${joint.name}`);
		return { unit: joint.unit, entry };
	});
	return {
		toUnits(positions, out) {
			for (let j = 0; j < joints.length; j++) {
				const joint = joints[j];
				if (joint !== undefined)
					out[j] = ticksToUnit(joint.unit, joint.entry, positions[j] ?? Number.NaN, spec.ticksPerTurn);
			}
		},
		toTicks(values, out) {
			for (let j = 0; j < joints.length; j++) {
				const joint = joints[j];
				if (joint === undefined) continue;
				const ticks = unitToTicks(joint.unit, joint.entry, values[j] ?? Number.NaN, spec.ticksPerTurn);
				out[j] = Math.min(joint.entry.range_max, Math.max(joint.entry.range_min, ticks));
			}
		}
	};
}
