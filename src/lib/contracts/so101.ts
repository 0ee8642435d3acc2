// The SO-101 as data. Joint names, ids and order as in LeRobot (`so_follower`); limits are the mechanical ranges of the
// published model, the gripper in percent of its range.

import type { RobotSpec } from './robot-spec';

export const SO101: RobotSpec = {
	robotType: 'so101_follower',
	protocol: 'feetech',
	modelNumber: 777,
	baudRate: 1_000_000,
	ticksPerTurn: 4096,
	joints: [
		{ name: 'shoulder_pan', servoId: 1, unit: 'degrees', min: -110, max: 110 },
		{ name: 'shoulder_lift', servoId: 2, unit: 'degrees', min: -100, max: 100 },
		{ name: 'elbow_flex', servoId: 3, unit: 'degrees', min: -96.8, max: 96.8 },
		{ name: 'wrist_flex', servoId: 4, unit: 'degrees', min: -95, max: 95 },
		{ name: 'wrist_roll', servoId: 5, unit: 'degrees', min: -157, max: 163 },
		{ name: 'gripper', servoId: 6, unit: 'percent', min: 0, max: 100 }
	]
};

export const SO101_JOINT_COUNT = SO101.joints.length;
