/**
 * The seam between a servo chain and the mechanics under it. The chain knows registers, gains, torque limits and the
 * motor's torque-speed curve; a plant knows masses, gravity, friction and contact. Neither knows the other's inside.
 */

/** Mechanical side of a servo chain: integrates joint motion under motor torque. SI units at the joint. */
export interface JointPlant {
	readonly jointCount: number;
	/** Joint angles, rad, in the joint order of the RobotSpec. Read only; rewritten by every step. */
	readonly q: Float64Array;
	/** Joint speeds, rad/s. */
	readonly qd: Float64Array;
	/** Advances physics by `dtS` seconds (fixed substeps inside) with constant motor torques, N*m at the joint. */
	step(dtS: number, torqueNm: Float64Array): void;
	/** Puts the joints at `q` (rad), at rest. */
	reset(q: ArrayLike<number>): void;
}
