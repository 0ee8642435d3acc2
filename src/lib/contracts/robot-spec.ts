// A robot as data: joint count, order, units and limits. Knows no protocol, no transport and no calibration.

export interface JointSpec {
	/** LeRobot's name without suffix, e.g. `shoulder_pan`. */
	readonly name: string;
	readonly servoId: number;
	/** `degrees`: LeRobot body joint, 0 = middle of the calibrated range. `percent`: 0..100 of the range (gripper). */
	readonly unit: 'degrees' | 'percent';
	/** Software limits in `unit`. */
	readonly min: number;
	readonly max: number;
}

export interface RobotSpec {
	/** LeRobot's `robot_type`. */
	readonly robotType: string;
	readonly protocol: 'feetech';
	readonly modelNumber: number;
	readonly baudRate: number;
	readonly ticksPerTurn: number;
	readonly joints: readonly JointSpec[];
}

export type ArmRole = 'leader' | 'follower';

/** Which arm a message or a stored row speaks of. One arm today, several later. */
export interface ArmRef {
	readonly armId: string;
	readonly role: ArmRole;
}

/** One joint's entry of LeRobot's calibration JSON (`calibration/robots/so_follower/<id>.json`). */
export interface JointCalibration {
	readonly id: number;
	readonly drive_mode: 0 | 1;
	readonly homing_offset: number;
	readonly range_min: number;
	readonly range_max: number;
}

export type Calibration = Readonly<Record<string, JointCalibration>>;
