// The calibration of one arm as states and events: what is known in each step, what a person or the servos can say, what is
// to be done then. Knows no bus and no clock.

import type { Calibration } from '$lib/contracts';
import type { JointSweep } from './joint-sweep';

export type CalibrateStep =
	| 'intro'
	/** Torque goes off, settings are mended, what the servos hold is read. */
	| 'freeing'
	| 'middle'
	| 'sweep'
	| 'checking'
	| 'writing'
	| 'done'
	| 'problem';

/** Where `again` leads. 'intro': the arm may hold itself up, so a person says first that it is held. */
export type Retry = 'intro' | 'begin' | 'sweep' | 'write';

export interface CalibrateProblem {
	/** One of CALIBRATION_PROBLEMS or an error code of the arm. */
	readonly code: string;
	readonly joints: readonly string[];
}

export interface CalibrateState {
	readonly step: CalibrateStep;
	/** What the servos held at the beginning; null before they were read. */
	readonly held: Calibration | null;
	/** Raw encoders as last read, 0..4095, in joint order; null = not read. */
	readonly raw: readonly (number | null)[];
	/** The person said that the arm stands in the middle; the next reading is taken for it. */
	readonly middleAsked: boolean;
	/** One per joint from the middle pose on. */
	readonly sweeps: readonly JointSweep[];
	/** What is to be written, or was. */
	readonly wanted: Calibration | null;
	readonly problem: CalibrateProblem | null;
	readonly retry: Retry;
}

export type CalibrateEvent =
	| { readonly type: 'begin' }
	| { readonly type: 'freed'; readonly held: Calibration }
	/** All joints, raw, read at one time. */
	| { readonly type: 'reading'; readonly raw: readonly number[]; readonly atMs: number }
	/** No believable answer for a moment. */
	| { readonly type: 'missed' }
	| { readonly type: 'middleIsSet' }
	| { readonly type: 'finishSweep' }
	| { readonly type: 'import'; readonly text: string }
	/** The servos still hold what they held; `wanted` is of this arm. */
	| { readonly type: 'checked'; readonly wanted: Calibration; readonly held: Calibration }
	| { readonly type: 'written' }
	| { readonly type: 'failed'; readonly problem: CalibrateProblem }
	| { readonly type: 'again' };

export type CalibrateEffect =
	| { readonly type: 'free' }
	| { readonly type: 'watch' }
	| { readonly type: 'rest' }
	/** Read the servos again and compare with `held`. */
	| { readonly type: 'check'; readonly wanted: Calibration; readonly held: Calibration }
	/** Read the file, the servos and where the arm stands. */
	| { readonly type: 'judgeFile'; readonly text: string }
	| { readonly type: 'write'; readonly wanted: Calibration; readonly held: Calibration };

export interface CalibrateNext {
	readonly state: CalibrateState;
	readonly effects: readonly CalibrateEffect[];
}

export function startState(joints: number): CalibrateState {
	return {
		step: 'intro',
		held: null,
		raw: Array.from({ length: joints }, () => null),
		middleAsked: false,
		sweeps: [],
		wanted: null,
		problem: null,
		retry: 'intro'
	};
}
