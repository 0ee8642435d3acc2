/**
 * Where the arm can hit a hand, and what its own weight asks of every joint, for joint values in LeRobot units. Knows
 * the chain's kinematics and masses; knows nothing of time, goals and limits. One object per gate: it keeps the last
 * solved pose in scratch memory, because the gate runs 200 times a second and must not allocate.
 *
 * World frame of `contracts/so101-kinematics`: the base stands on a table, z is up. An arm mounted on a wall needs
 * another gravity direction, which this file does not offer.
 */
import type { ChainPose, KinematicChain, LinkMass, Vec3 } from '$lib/core';
import { createChainPose, forwardKinematics, frameNamed, GRAVITY_MPS2 } from '$lib/core';
import type { JointUnits } from '$lib/contracts';
import { SO101_CHAIN, SO101_JOINT_UNITS, SO101_MASSES } from '$lib/contracts';

/** A point of the arm that can meet a hand; `link` is the joint that carries it. */
export interface HandPoint {
	readonly name: string;
	readonly link: number;
	readonly positionM: Vec3;
}

export interface ArmModel {
	readonly chain: KinematicChain;
	readonly units: readonly JointUnits[];
	readonly points: readonly HandPoint[];
	/** Index in `points` of the tool centre: what "the tip" means in every budget. */
	readonly tip: number;
	readonly masses: readonly LinkMass[];
}

const tool = frameNamed(SO101_CHAIN, 'gripper_frame');

/** The SO-101: elbow, wrist, gripper body, tip of the fixed jaw (the tool centre) and tip of the moving jaw. */
export const SO101_ARM_MODEL: ArmModel = {
	chain: SO101_CHAIN,
	units: SO101_JOINT_UNITS,
	points: [
		{ name: 'elbow', link: 2, positionM: [0, 0, 0] },
		{ name: 'wrist', link: 3, positionM: [0, 0, 0] },
		{ name: 'gripper', link: 4, positionM: [0, 0, 0] },
		{ name: 'tip', link: tool.link, positionM: tool.positionM },
		// With the gripper closed this point lies on the tip of the fixed jaw.
		{ name: 'jaw', link: 5, positionM: [-0.0147, -0.0785, 0.019] }
	],
	tip: 3,
	masses: SO101_MASSES
};

/** Radians per LeRobot unit (degree, or percent of the gripper's travel). */
export function radPerUnit(units: JointUnits): number {
	if (units.kind === 'degrees') return (units.sign * Math.PI) / 180;
	return (units.openRad - units.closedRad) / 100;
}

export interface ArmGeometry {
	readonly model: ArmModel;
	/** Radians per LeRobot unit of each joint. */
	readonly scale: Float64Array;
	/** Takes joint values in LeRobot units; everything below speaks of the pose solved last. */
	solve(q: ArrayLike<number>): void;
	/** World positions of the hand points, 3 numbers each, metres. */
	points(out: Float64Array): void;
	/** Metres that the tip moves per LeRobot unit of each joint: 3 rows of N, world axes. */
	tipJacobian(out: Float64Array): void;
	/** Torque each motor must give to carry the arm's own weight, N·m, positive along the joint. */
	ownWeight(out: Float64Array): void;
	/** The same for a mass that hangs at the tip, without the arm's own weight. */
	tipWeight(massKg: number, out: Float64Array): void;
}

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;

export function createArmGeometry(model: ArmModel = SO101_ARM_MODEL): ArmGeometry {
	const { chain, points, units } = model;
	// The base's mass costs no joint anything. It must not even be looked at: link -1 reads before the start of a typed array,
	// and one such read makes V8 box every number that passes through `at` from then on (17 KB a tick, a third of its time).
	const masses = model.masses.filter(({ link }) => link >= 0);
	const joints = chain.joints.length;
	const scale = Float64Array.from(units, radPerUnit);
	const zeroRad = Float64Array.from(units, (u) => (u.kind === 'degrees' ? u.zeroRad : u.closedRad));
	const angles = new Float64Array(joints);
	const pose: ChainPose = createChainPose(chain);
	const point = new Float64Array(3);
	const turn = new Float64Array(3);
	const lever = new Float64Array(3);
	const tip = points[model.tip];

	const toWorld = (link: number, local: Vec3, out: Float64Array, offset: number): void => {
		const r = 9 * link;
		for (let k = 0; k < 3; k++)
			out[offset + k] =
				at(pose.positions, 3 * link + k) +
				at(pose.rotations, r + 3 * k) * local[0] +
				at(pose.rotations, r + 3 * k + 1) * local[1] +
				at(pose.rotations, r + 3 * k + 2) * local[2];
	};

	/** Column of the tip's Jacobian: axis x lever, in metres per LeRobot unit. */
	const tipColumn = (j: number, axis: Vec3, out: Float64Array): void => {
		const r = 9 * j;
		for (let k = 0; k < 3; k++) {
			turn[k] =
				at(pose.rotations, r + 3 * k) * axis[0] +
				at(pose.rotations, r + 3 * k + 1) * axis[1] +
				at(pose.rotations, r + 3 * k + 2) * axis[2];
			lever[k] = at(point, k) - at(pose.positions, 3 * j + k);
		}
		for (let k = 0; k < 3; k++) {
			const a = (k + 1) % 3;
			const b = (k + 2) % 3;
			out[k * joints + j] = at(scale, j) * (at(turn, a) * at(lever, b) - at(turn, b) * at(lever, a));
		}
	};

	/** Adds the torque that holds `massKg` at `point` to every joint that carries `link`. */
	const addWeight = (link: number, massKg: number, out: Float64Array): void => {
		for (let i = link; i >= 0;) {
			const joint = chain.joints[i];
			if (!joint) return;
			const [x, y, z] = joint.axis;
			const r = 9 * i;
			const axisX = at(pose.rotations, r) * x + at(pose.rotations, r + 1) * y + at(pose.rotations, r + 2) * z;
			const axisY =
				at(pose.rotations, r + 3) * x + at(pose.rotations, r + 4) * y + at(pose.rotations, r + 5) * z;
			const leverX = at(point, 0) - at(pose.positions, 3 * i);
			const leverY = at(point, 1) - at(pose.positions, 3 * i + 1);
			// d(height)/d(angle) is the z part of axis x lever: the motor does the work of lifting.
			out[i] = at(out, i) + massKg * GRAVITY_MPS2 * (axisX * leverY - axisY * leverX);
			i = joint.parent;
		}
	};

	return {
		model,
		scale,
		solve(q) {
			for (let j = 0; j < joints; j++) angles[j] = at(zeroRad, j) + at(scale, j) * at(q, j);
			forwardKinematics(chain, angles, pose);
		},
		points(out) {
			for (let p = 0; p < points.length; p++) {
				const spec = points[p];
				if (spec) toWorld(spec.link, spec.positionM, out, 3 * p);
			}
		},
		tipJacobian(out) {
			out.fill(0);
			if (!tip) return;
			toWorld(tip.link, tip.positionM, point, 0);
			for (let j = tip.link; j >= 0;) {
				const joint = chain.joints[j];
				if (!joint) return;
				tipColumn(j, joint.axis, out);
				j = joint.parent;
			}
		},
		ownWeight(out) {
			out.fill(0);
			for (let m = 0; m < masses.length; m++) {
				const mass = masses[m];
				if (!mass) continue;
				toWorld(mass.link, mass.comM, point, 0);
				addWeight(mass.link, mass.massKg, out);
			}
		},
		tipWeight(massKg, out) {
			out.fill(0);
			if (!tip) return;
			toWorld(tip.link, tip.positionM, point, 0);
			addWeight(tip.link, massKg, out);
		}
	};
}
