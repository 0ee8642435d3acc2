// What can be known of an arm that is being connected, as data: the causes a connection fails for, and where a procedure
// (connecting, setting up, calibrating) stands. Said by ROBOT, shown by the page. No words, no ports, no bytes.

import type { Calibration, ArmRole } from './robot-spec';

/** Why an arm cannot be used. Each has its words, its picture and its help page. */
export const CONNECT_CAUSES = [
	/** The browser has no Web Serial at all. */
	'no_serial_api',
	/** Plain http on a network: browsers keep the port shut. */
	'insecure_context',
	/** An administrator's policy shuts Web Serial for this address. */
	'blocked_by_policy',
	/** The chooser was closed without a choice, or it was empty (cable, power). */
	'nothing_chosen',
	/** Another program holds the port. */
	'port_busy',
	/** Another tab of this lab holds the arm. */
	'other_tab',
	/** The port is there, no servo answers at any rate: the power supply. */
	'no_power',
	/** Some servos answer, others do not. */
	'servo_missing',
	/** Servos answer, too late to drive by: a busy computer, a hub that holds bytes back. */
	'slow_answers',
	/** Two servos share an id: their answers collide. */
	'duplicate_id',
	/** Servos answer, under ids or at rates that are not those of an arm that was set up. */
	'not_set_up',
	'firmware_mismatch',
	/** Something answers that is no chain of servos, or chatters by itself. */
	'wrong_board',
	/** Right protocol, wrong servo model. */
	'wrong_model',
	'not_calibrated',
	/** The leader stands where the follower is expected, or the other way round. */
	'swapped',
	/** A pair that was never seen together. */
	'foreign_arm',
	'overheat',
	'overload',
	'voltage',
	/** The cable was pulled. */
	'unplugged'
] as const;
export type ConnectCause = (typeof CONNECT_CAUSES)[number];

export interface ConnectProblem {
	readonly cause: ConnectCause;
	/** Joints concerned, LeRobot names; empty when it is not about joints. */
	readonly joints: readonly string[];
	/** Facts for the sentence: ids, volts, degrees, rates. */
	readonly details: Readonly<Record<string, string | number>>;
}

/** A serial port as far as a browser tells it apart: USB ids and its place among the ports this page may use. */
export interface PortIdentity {
	readonly index: number;
	/** Null for a port that is no USB device. */
	readonly usbVendorId: number | null;
	readonly usbProductId: number | null;
}

/**
 * What makes one arm recognisable: the offsets and ranges its servos hold. Two arms of one school differ in them, a browser
 * tells no serial number. Empty for an arm that was never calibrated.
 */
export type ArmFingerprint = string;

/** An arm that answered, before torque. */
export interface FoundArm {
	readonly port: PortIdentity;
	readonly fingerprint: ArmFingerprint;
	readonly firmware: string;
	readonly calibration: Calibration;
	/** The leader's gears turn easily by hand; known from the inventory, null when this arm was never seen. */
	readonly role: ArmRole | null;
	readonly voltageV: number | null;
}

/** One servo found while searching: under which id and rate, and what it is. */
export interface FoundServo {
	readonly id: number;
	readonly baudRate: number;
	readonly modelNumber: number;
	readonly firmware: string;
	readonly voltageV: number | null;
}
