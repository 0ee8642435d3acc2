// What the screens of connecting a real arm are given and what they can ask for. Knows no port, no worker, no words.

import type { ArmRole, ConnectProblem } from '$lib/contracts';

export const CONNECT_STEPS = [
	/** What is needed, and the button that begins. */
	'start',
	/** Says what the browser is about to ask, before it asks. */
	'before_chooser',
	/** The browser's list of devices is open. */
	'choosing',
	'opening',
	/** The port is open, the servos are being asked. */
	'looking',
	'problem',
	'ready'
] as const;
export type ConnectStep = (typeof CONNECT_STEPS)[number];

/**
 * `problem.details` that change the words; every other fact is listed for the person who helps:
 * `browser` a `BrowserFamily` (no_serial_api), `reconnect` 'auto' when a re-plugged arm comes back by itself, 'ask' when it
 * must be chosen anew (unplugged), `tab` number of the lab's tab that holds the arm (other_tab), `level` 'low' or 'high' (voltage), `found` what the arm is known as
 * (swapped; '' where nobody knows), `moved` which arm the hand moved (swapped).
 */
export interface ConnectView {
	readonly role: ArmRole;
	readonly step: ConnectStep;
	/** Set when `step` is 'problem'. */
	readonly problem: ConnectProblem | null;
	/** Failures in a row since the last success or start over; from the second on other ways are offered. */
	readonly failures: number;
	/** Ports this page may already use: with one of them no list is shown. */
	readonly knownPorts: number;
	readonly armName: string | null;
}

export interface ConnectActions {
	/** From 'start' to 'before_chooser', from there to the browser's list. */
	readonly choose: () => void;
	readonly tryAgain: () => void;
	readonly startOver: () => void;
	readonly useVirtual: () => void;
	readonly openSetup: () => void;
	readonly openCalibration: () => void;
	/** Asks the tab that holds the arm to let go of it. */
	readonly takeOver: () => void;
	/** This very arm: the person shows by hand that it leads. */
	readonly pairByHand: () => void;
	/** Leader and follower change places. */
	readonly swapArms: () => void;
	/** Leaves for the list of known arms. */
	readonly openArms: () => void;
	readonly close: () => void;
}

/** Where "move the leader by hand" stands. `stiff`: an arm holds itself up, a hand cannot move it. */
export type PairSheetStep = 'move' | 'stiff' | 'nobody_moved';

export interface PairActions {
	/** Takes the leader's torque away: a hand must hold it. */
	readonly letGo: () => void;
	readonly again: () => void;
	readonly close: () => void;
}
