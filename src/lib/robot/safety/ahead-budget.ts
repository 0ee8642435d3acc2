/**
 * How far a goal may run ahead of the arm, joint by joint, as data; docs/hardware.md prints the same table and a test
 * compares the two. An STS3215 has no watchdog: when the tab dies it drives on to the last goal it was given, so this
 * distance is all that software can promise about a dead tab. Knows the servo and the arm; knows nothing of ticks.
 *
 * With the integral gain at 0 a position error IS the holding torque: error = torque / stiffness. Part of the distance
 * is therefore not motion still to come but the arm's own weight. The gate computes that part from the pose and allows
 * the rest around it:
 *
 *   |goal - state - weight(pose) - load| <= stiction + gain + lag      for every joint, and
 *   |J (goal - state - weight - load) * OVERSHOOT + J speed * RUN_OUT_S| <= TIP_TRAVEL_MM    for the tip.
 */

/** `computed`: from the published model and datasheet. `measured`: on the virtual arm by kill-travel.test.ts. */
export type ValueOrigin = 'computed' | 'measured';

export interface BudgetValue {
	/** Degrees, percent of travel for the gripper. */
	readonly value: number;
	readonly origin: ValueOrigin;
}

export interface JointAheadBudget {
	readonly joint: string;
	/** Error that carries the arm's own weight in the heaviest pose. */
	readonly gravity: BudgetValue;
	/** Error that carries 50 g at the tip in the heaviest pose. */
	readonly load: BudgetValue;
	/** Error that overcomes dry friction. */
	readonly stiction: BudgetValue;
	/** Uncertainty of the stiffness: 10 % of gravity and load, and one encoder step. */
	readonly gain: BudgetValue;
	/** Error while following at the joint's top speed (gripper: what a closed hand may press, see docs). */
	readonly lag: BudgetValue;
}

const computed = (value: number): BudgetValue => ({ value, origin: 'computed' });

/**
 * Published SO-101 model: position servo 17.8 N·m/rad (P = 16), 0.60 N·m·s/rad. Dry friction: the published model has
 * 0.052 N·m, the virtual arm sticks at 0.09 N·m; the larger counts.
 */
export const SERVO_MODEL = {
	stiffnessNmPerRad: 17.8,
	dampingNmSPerRad: 0.6,
	frictionNm: 0.09,
	/** Damping / stiffness: a servo that follows at v stays v * lagS behind. */
	lagS: 0.6 / 17.8
} as const;

/** Mass the arm must be able to lift besides itself. */
export const RATED_LOAD_KG = 0.05;

/** Lag allowed for besides the servo's own: one tick of 5 ms and one of reading. */
export const LOOP_LAG_S = 0.0063;

export const SO101_AHEAD_BUDGET: readonly JointAheadBudget[] = [
	budget('shoulder_pan', 0, 0, 0.29, 0.09, 4.8),
	budget('shoulder_lift', 2.78, 0.65, 0.29, 0.43, 4.8),
	budget('elbow_flex', 1.46, 0.47, 0.29, 0.28, 4.8),
	budget('wrist_flex', 0.38, 0.26, 0.29, 0.15, 4.8),
	budget('wrist_roll', 0.02, 0.02, 0.29, 0.1, 7.2),
	budget('gripper', 0.02, 0, 0.27, 0.09, 2.05)
];

function budget(
	joint: string,
	gravity: number,
	load: number,
	stiction: number,
	gain: number,
	lag: number
): JointAheadBudget {
	return {
		joint,
		gravity: computed(gravity),
		load: computed(load),
		stiction: computed(stiction),
		gain: computed(gain),
		lag: computed(lag)
	};
}

/** What is allowed around the goal that just carries the weight. */
export function marginOf(row: JointAheadBudget): number {
	return row.stiction.value + row.gain.value + row.lag.value;
}

/** The most a goal can be away from the measured state, weight included. */
export function totalOf(row: JointAheadBudget): number {
	return row.gravity.value + row.load.value + marginOf(row);
}

/** How far the tip may still travel after the last command: rest of the way with overshoot, plus run-out, weight apart. */
export const TIP_TRAVEL_MM = 9.4;

/** The servo is a spring with little damping: it swings past its goal by a quarter of the way, and friction keeps it there. */
export const OVERSHOOT = 1.25;

/** What momentum adds to a steady motion: its speed times this. */
export const RUN_OUT_S = 0.025;
