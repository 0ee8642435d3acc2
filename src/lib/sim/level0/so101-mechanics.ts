// Mechanics of the SO-101 for level 0: end stops, link masses and geometry of the published model (contracts), and the
// gear train as that model describes it: reflected rotor inertia 0.028 kg·m², dry friction 0.052 N·m. The share of the
// links in a joint's inertia is an estimate for a half stretched arm.

import { createChainPose, forwardKinematics, GRAVITY_MPS2, type LinkMass } from '$lib/core';
import { SO101_CHAIN, SO101_MASSES, type JointPlant } from '$lib/contracts';
import { createLevel0Plant, type JointMechanics } from './level0-plant';

const ROTOR_INERTIA = 0.028;
const LINK_INERTIA = [0.015, 0.015, 0.006, 0.0015, 0.0003, 0.0001];
const COULOMB = 0.052;
const STICTION = 0.06;
/** Grease; the motor's own damping is the servo's (chain/servo-motor). */
const VISCOUS = 0.01;

/** What the gripper carries. */
export interface So101Load {
	readonly payloadKg: number;
}

/**
 * Torque that gravity exerts on every joint, N·m (the negative of core's holding torque, without allocating); the payload
 * hangs in the gripper frame.
 */
export function so101Gravity(load: So101Load): (q: Float64Array, out: Float64Array) => void {
	const chain = SO101_CHAIN;
	const pose = createChainPose(chain);
	const count = chain.joints.length;
	const tip = chain.frames[0];
	const bodies: LinkMass[] = SO101_MASSES.filter(({ link }) => link >= 0);
	if (tip !== undefined && load.payloadKg > 0)
		bodies.push({ link: tip.link, massKg: load.payloadKg, comM: tip.positionM });
	return (q, out) => {
		forwardKinematics(chain, q, pose);
		out.fill(0);
		const { positions: p, rotations: r } = pose;
		for (const { link, massKg, comM } of bodies) {
			const at = link * 3;
			const row = link * 9;
			const x =
				(p[at] ?? 0) + (r[row] ?? 0) * comM[0] + (r[row + 1] ?? 0) * comM[1] + (r[row + 2] ?? 0) * comM[2];
			const y =
				(p[at + 1] ?? 0) +
				(r[row + 3] ?? 0) * comM[0] +
				(r[row + 4] ?? 0) * comM[1] +
				(r[row + 5] ?? 0) * comM[2];
			// Joints stand in a row: everything a joint carries comes after it. Every axis is the z of its own frame.
			for (let j = 0; j <= link && j < count; j++) {
				const armX = x - (p[j * 3] ?? 0);
				const armY = y - (p[j * 3 + 1] ?? 0);
				const axisX = r[j * 9 + 2] ?? 0;
				const axisY = r[j * 9 + 5] ?? 0;
				out[j] = (out[j] ?? 0) + massKg * GRAVITY_MPS2 * (axisY * armX - axisX * armY);
			}
		}
	};
}

export function so101Mechanics(): JointMechanics[] {
	return SO101_CHAIN.joints.map((joint, j) => ({
		inertia: ROTOR_INERTIA + (LINK_INERTIA[j] ?? 0),
		viscous: VISCOUS,
		coulomb: COULOMB,
		stiction: STICTION,
		minRad: joint.minRad,
		maxRad: joint.maxRad
	}));
}

/** A level 0 SO-101 at joint angles zero, optionally with a weight in its gripper. */
export function createSo101Plant(load: So101Load = { payloadKg: 0 }): JointPlant {
	return createLevel0Plant({ joints: so101Mechanics(), gravity: so101Gravity(load), gravityEveryS: 0.004 });
}
