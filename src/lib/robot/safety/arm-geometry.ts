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

/**
 * Reads an index that the caller has bounded; past the end it is NaN, which no check lets through. For one kind of array
 * only: V8 keeps one memory of what a function has seen, and a reader of many kinds asks each number what it is.
 */
const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

/** The joints from `link` down to the base, the outermost first. */
function carriers(chain: KinematicChain, link: number): Int32Array {
	const found: number[] = [];
	for (let j = link; j >= 0; j = chain.joints[j]?.parent ?? -1) found.push(j);
	return Int32Array.from(found);
}

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
	const { positions, rotations } = pose;
	const tip = points[model.tip];
	const tipCarriers = carriers(chain, tip?.link ?? -1);
	// Everything below is read 200 times a second: flat numbers instead of objects.
	const parents = Int32Array.from(chain.joints, ({ parent }) => parent);
	const localAxes = Float64Array.from(chain.joints.flatMap(({ axis }) => [...axis]));
	const pointLinks = Int32Array.from(points, ({ link }) => link);
	const pointPlaces = Float64Array.from(points.flatMap(({ positionM }) => [...positionM]));
	const massLinks = Int32Array.from(masses, ({ link }) => link);
	const massesKg = Float64Array.from(masses, ({ massKg }) => massKg);
	const massPlaces = Float64Array.from(masses.flatMap(({ comM }) => [...comM]));
	const point = new Float64Array(3);
	/** World axes of the joints at the pose solved last; `turned` says whether they are worked out yet. */
	const axes = new Float64Array(3 * joints);
	let turned = false;
	/** What each joint carries: mass, and mass times place in x and y. */
	const carried = new Float64Array(joints);
	const carriedX = new Float64Array(joints);
	const carriedY = new Float64Array(joints);

	const toWorld = (link: number, local: Float64Array, from: number, out: Float64Array, to: number): void => {
		const r = 9 * link;
		const x = at(local, from);
		const y = at(local, from + 1);
		const z = at(local, from + 2);
		for (let k = 0; k < 3; k++)
			out[to + k] =
				at(positions, 3 * link + k) +
				at(rotations, r + 3 * k) * x +
				at(rotations, r + 3 * k + 1) * y +
				at(rotations, r + 3 * k + 2) * z;
	};

	const turnAxes = (): void => {
		if (turned) return;
		turned = true;
		for (let j = 0; j < joints; j++) {
			const x = at(localAxes, 3 * j);
			const y = at(localAxes, 3 * j + 1);
			const z = at(localAxes, 3 * j + 2);
			for (let k = 0; k < 3; k++) {
				const r = 9 * j + 3 * k;
				axes[3 * j + k] = at(rotations, r) * x + at(rotations, r + 1) * y + at(rotations, r + 2) * z;
			}
		}
	};

	/** Z part of axis x lever, metres per radian: what the motor does is the work of lifting. */
	const lift = (j: number, x: number, y: number): number =>
		at(axes, 3 * j) * (y - at(positions, 3 * j + 1)) - at(axes, 3 * j + 1) * (x - at(positions, 3 * j));

	return {
		model,
		scale,
		solve(q) {
			for (let j = 0; j < joints; j++) angles[j] = at(zeroRad, j) + at(scale, j) * (q[j] ?? Number.NaN);
			forwardKinematics(chain, angles, pose);
			turned = false;
		},
		points(out) {
			for (let p = 0; p < pointLinks.length; p++) toWorld(pointLinks[p] ?? 0, pointPlaces, 3 * p, out, 3 * p);
		},
		tipJacobian(out) {
			out.fill(0);
			if (!tip) return;
			turnAxes();
			toWorld(tip.link, pointPlaces, 3 * model.tip, point, 0);
			for (let k = 0; k < tipCarriers.length; k++) {
				const j = tipCarriers[k] ?? 0;
				const x = at(point, 0) - at(positions, 3 * j);
				const y = at(point, 1) - at(positions, 3 * j + 1);
				const z = at(point, 2) - at(positions, 3 * j + 2);
				const axisX = at(axes, 3 * j);
				const axisY = at(axes, 3 * j + 1);
				const axisZ = at(axes, 3 * j + 2);
				out[j] = at(scale, j) * (axisY * z - axisZ * y);
				out[joints + j] = at(scale, j) * (axisZ * x - axisX * z);
				out[2 * joints + j] = at(scale, j) * (axisX * y - axisY * x);
			}
		},
		ownWeight(out) {
			turnAxes();
			carried.fill(0);
			carriedX.fill(0);
			carriedY.fill(0);
			for (let m = 0; m < massLinks.length; m++) {
				const j = massLinks[m] ?? 0;
				const kg = at(massesKg, m);
				toWorld(j, massPlaces, 3 * m, point, 0);
				carried[j] = at(carried, j) + kg;
				carriedX[j] = at(carriedX, j) + kg * at(point, 0);
				carriedY[j] = at(carriedY, j) + kg * at(point, 1);
			}
			// A parent stands before its children: from the outermost joint inwards each hands on what it carries.
			for (let j = joints - 1; j >= 0; j--) {
				const kg = at(carried, j);
				const momentX = at(carriedX, j);
				const momentY = at(carriedY, j);
				out[j] =
					GRAVITY_MPS2 *
					(at(axes, 3 * j) * (momentY - kg * at(positions, 3 * j + 1)) -
						at(axes, 3 * j + 1) * (momentX - kg * at(positions, 3 * j)));
				const parent = parents[j] ?? -1;
				if (parent < 0) continue;
				carried[parent] = at(carried, parent) + kg;
				carriedX[parent] = at(carriedX, parent) + momentX;
				carriedY[parent] = at(carriedY, parent) + momentY;
			}
		},
		tipWeight(massKg, out) {
			out.fill(0);
			if (!tip) return;
			turnAxes();
			toWorld(tip.link, pointPlaces, 3 * model.tip, point, 0);
			for (let k = 0; k < tipCarriers.length; k++) {
				const j = tipCarriers[k] ?? 0;
				out[j] = massKg * GRAVITY_MPS2 * lift(j, at(point, 0), at(point, 1));
			}
		}
	};
}
