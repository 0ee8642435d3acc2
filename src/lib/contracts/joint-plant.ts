// The mechanical side of a servo chain. Level 0 (plain script) and level 1 (MuJoCo) implement it.

/** SI units at the joint: rad, rad/s, N·m; zero = middle of the calibrated range, joint order of the RobotSpec. */
export interface JointPlant {
	readonly jointCount: number;
	readonly q: Float64Array;
	readonly qd: Float64Array;
	/** Advances by `dtS` (own sub-steps inside) under constant motor torque per joint. */
	step(dtS: number, torqueNm: Float64Array): void;
	reset(q: ArrayLike<number>): void;
}
