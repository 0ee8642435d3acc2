/**
 * Joint torques that hold an arm still against gravity, from link masses alone. Knows no friction and no motion.
 */
import type { ChainPose, FixedFrame, KinematicChain, Vec3 } from './kinematics';
import { forwardKinematics, jacobian } from './kinematics';

/** A mass fixed to a link (index of the joint that carries it; -1 for the base, which costs no torque). */
export interface LinkMass {
	readonly link: number;
	readonly massKg: number;
	/** Centre of mass in the link's frame. */
	readonly comM: Vec3;
}

export const GRAVITY_MPS2 = 9.81;

/**
 * Motor torques, N*m, one per joint, that balance the weight of `masses` at angles `q` (rad); z is up. Give a held load
 * as one more mass.
 */
export function gravityTorques(
	chain: KinematicChain,
	masses: readonly LinkMass[],
	q: ArrayLike<number>,
	scratch?: ChainPose
): Float64Array {
	const n = chain.joints.length;
	const pose = forwardKinematics(chain, q, scratch);
	const torques = new Float64Array(n);
	const jac = new Float64Array(6 * n);
	for (const { link, massKg, comM } of masses) {
		const frame: FixedFrame = { name: 'mass', link, positionM: comM, quat: [1, 0, 0, 0] };
		jacobian(chain, pose, frame, jac);
		for (let i = 0; i < n; i++)
			torques[i] = (torques[i] ?? NaN) + massKg * GRAVITY_MPS2 * (jac[2 * n + i] ?? NaN);
	}
	return torques;
}
