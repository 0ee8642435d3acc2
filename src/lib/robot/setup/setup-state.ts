// Where the set-up of a new arm stands and what can happen to it, as types. Knows no bus.

import type { FoundServo } from '$lib/contracts';
import type { PortScan } from '../find/find-servos';
import type { ServoSheet } from '../find/servo-sheet';

/** The one motor on the bus. */
export type FoundMotor = ServoSheet & { readonly baudRate: number };

export type SetupProblemCode =
	/** Nothing answers under any id at any rate. */
	| 'no_motor'
	/** `details.ids`, and `details.joints` where these are numbers this arm hands out. */
	| 'several_motors'
	/** `details.model`. */
	| 'wrong_model'
	/** The supply does not fit the motor: `details.level` 'high' or 'low', `volts`, `minVolts`, `maxVolts`. */
	| 'voltage'
	/** This motor was made for another supply than those before it: `details.maxVolts`, `otherVolts`. */
	| 'mixed_voltage'
	/** The motor that got its number a moment ago is still plugged in (`details.joint`). */
	| 'same_motor'
	| 'port_lost'
	/** The motor stopped answering while it was written. */
	| 'motor_lost'
	/** Acknowledged, but another value was read back. */
	| 'setting_refused';

export interface SetupProblem {
	readonly code: SetupProblemCode;
	readonly details: Readonly<Record<string, string | number>>;
}

export type SetupStep =
	'intro' | 'connect_motor' | 'searching' | 'writing' | 'motor_done' | 'all_done' | 'problem' | 'closed';

export interface SetupState {
	readonly step: SetupStep;
	/** Joints to set up, in order. */
	readonly order: readonly string[];
	/** The joint at hand; null before and after. */
	readonly joint: string | null;
	readonly done: readonly string[];
	/** What the motors done were made for, V; null before the first. */
	readonly doneMaxVolts: number | null;
	readonly found: FoundMotor | null;
	readonly problem: SetupProblem | null;
	/** The next search asks every id alone: the last one found nobody. */
	readonly thorough: boolean;
	/** A person takes this motor in spite of what was said about it. */
	readonly accepted: boolean;
}

export type SetupEvent =
	| { readonly type: 'begin' | 'motor_is_connected' | 'next' | 'retry' | 'use_anyway' | 'close' }
	| { readonly type: 'searched'; readonly scan: PortScan }
	/** null: the motor has its number and rate, read back. */
	| { readonly type: 'written'; readonly problem: SetupProblem | null };

export type SetupEffect =
	| { readonly do: 'search'; readonly thorough: boolean; readonly joint: string }
	| { readonly do: 'write'; readonly motor: FoundMotor; readonly joint: string }
	/** Stop searching; a writing that has begun is finished. */
	| { readonly do: 'stop' };

/** What a screen shows of it. */
export interface MotorSetupView {
	readonly step: Exclude<SetupStep, 'closed'>;
	readonly joint: string | null;
	readonly done: readonly string[];
	readonly found: FoundServo | null;
	readonly problem: SetupProblem | null;
	/** The person may overrule the problem at hand. */
	readonly canUseAnyway: boolean;
}
