// What the set-up wizard is given and what it can ask for. Knows no bus, no registers and no words.

import type { FoundServo } from '$lib/contracts';

export const SETUP_STEPS = [
	'intro',
	/** The person plugs the motor of `joint` in, alone. */
	'connect_motor',
	'searching',
	'writing',
	'motor_done',
	'all_done',
	'problem'
] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

/** LeRobot's order: from the gripper down to the foot. */
export const SETUP_ORDER = [
	'gripper',
	'wrist_roll',
	'wrist_flex',
	'elbow_flex',
	'shoulder_lift',
	'shoulder_pan'
] as const;

/** Problems with words of their own; any other code is told in general words. */
export const SETUP_PROBLEMS = [
	/** Nothing answers under any number at any rate. */
	'no_motor',
	/** More than one motor is plugged in. */
	'several_motors',
	'wrong_model',
	/** The supply does not fit the motor. */
	'voltage',
	/** This motor was made for another supply than those before it. */
	'mixed_voltage',
	/** The motor that got its number a moment ago is still plugged in. */
	'same_motor',
	'port_lost',
	/** The motor stopped answering while it was written. */
	'motor_lost',
	/** Acknowledged, but another value was read back. */
	'setting_refused'
] as const;
export type SetupProblemCode = (typeof SETUP_PROBLEMS)[number];

export interface SetupProblem {
	/** Of SETUP_PROBLEMS where one fits. */
	readonly code: string;
	readonly details: Readonly<Record<string, string | number>>;
}

export interface SetupView {
	readonly step: SetupStep;
	/** LeRobot name of the motor at hand; null before and after. */
	readonly joint: string | null;
	/** LeRobot names of the motors that have their number. */
	readonly done: readonly string[];
	readonly found: FoundServo | null;
	/** Set when `step` is 'problem'. */
	readonly problem: SetupProblem | null;
	/** The person may overrule the problem at hand. */
	readonly canUseAnyway: boolean;
	/** How much of the search is done, 0..1; null or absent = not told. */
	readonly progress?: number | null;
}

export interface SetupActions {
	readonly begin: () => void;
	readonly motorIsConnected: () => void;
	readonly next: () => void;
	readonly retry: () => void;
	readonly useAnyway: () => void;
	readonly close: () => void;
}
