/**
 * The numbers of the gate: speeds, ages, temperatures. Data only. Joint speeds are per joint in LeRobot units per second
 * (degrees, percent of travel for the gripper), in the order of the RobotSpec.
 */
import type { ServoLimits } from '../servo-driver';
import { marginOf, OVERSHOOT, RUN_OUT_S, SO101_AHEAD_BUDGET, TIP_TRAVEL_MM } from './ahead-budget';

export interface GateLimits {
	/** No hand point of the arm is ever asked to be faster than this. */
	readonly tipMmPerS: number;
	/** The same while a policy is new. */
	readonly newPolicyTipMmPerS: number;
	/** How long a policy is new, counted while it drives. */
	readonly newPolicyMs: number;
	/** The same while the arm parks itself. */
	readonly parkTipMmPerS: number;
	readonly jointPerS: readonly number[];
	/** While the arm meets a source that has just taken over. */
	readonly handoverPerS: readonly number[];
	/** Closer than this to the wish, handover is over. LeRobot units. */
	readonly handoverMet: number;
	/** Seconds from rest to full speed; 0 switches the ramp off. */
	readonly rampS: number;
	/** Older wishes and states are not acted on. */
	readonly staleMs: number;
	/** A wish stamped later than now by more than this comes from a broken clock. */
	readonly futureMs: number;
	readonly pageSilentMs: number;
	/** A hold at least this long ends with a handover. */
	readonly longHoldMs: number;
	/** A gap between two steps after which nothing that was planned counts any more. */
	readonly clockJumpS: number;
	/** Most seconds of motion that one step may make up for. */
	readonly maxStepS: number;
	/** A wish further outside the joint limits than this is refused, not clamped. LeRobot units. */
	readonly absurd: number;
	/** A state further outside the joint limits than this is not believed. LeRobot units. */
	readonly unbelievable: number;
	/** Per joint: stiction + gain + lag of the ahead budget. */
	readonly aheadMargin: readonly number[];
	/** What the tip may still travel, and what belongs to it: see ahead-budget. */
	readonly tipTravelMm: number;
	readonly overshoot: number;
	readonly runOutS: number;
}

export const SO101_GATE_LIMITS: GateLimits = {
	tipMmPerS: 250,
	newPolicyTipMmPerS: 100,
	newPolicyMs: 60_000,
	parkTipMmPerS: 60,
	jointPerS: [120, 120, 120, 120, 180, 150],
	handoverPerS: [15, 15, 15, 15, 15, 30],
	handoverMet: 1.5,
	rampS: 0.2,
	staleMs: 100,
	futureMs: 50,
	pageSilentMs: 100,
	longHoldMs: 100,
	clockJumpS: 0.5,
	maxStepS: 0.02,
	absurd: 60,
	unbelievable: 20,
	aheadMargin: SO101_AHEAD_BUDGET.map(marginOf),
	tipTravelMm: TIP_TRAVEL_MM,
	overshoot: OVERSHOOT,
	runOutS: RUN_OUT_S
};

const SERVO_ACCELERATION = 25_400;

/**
 * What the servos themselves are limited to at arming, so that a goal that was left behind is approached gently: a tenth
 * above the gate's joint speeds, so that ordinary motion is not shaped twice. Order of the RobotSpec.
 */
export const SO101_SERVO_LIMITS: readonly ServoLimits[] = [
	{ speedTicksPerS: 1500, accelerationTicksPerS2: SERVO_ACCELERATION, torqueFraction: 1 },
	{ speedTicksPerS: 1500, accelerationTicksPerS2: SERVO_ACCELERATION, torqueFraction: 1 },
	{ speedTicksPerS: 1500, accelerationTicksPerS2: SERVO_ACCELERATION, torqueFraction: 1 },
	{ speedTicksPerS: 1500, accelerationTicksPerS2: SERVO_ACCELERATION, torqueFraction: 1 },
	{ speedTicksPerS: 2250, accelerationTicksPerS2: SERVO_ACCELERATION, torqueFraction: 1 },
	{ speedTicksPerS: 1980, accelerationTicksPerS2: SERVO_ACCELERATION, torqueFraction: 0.5 }
];
