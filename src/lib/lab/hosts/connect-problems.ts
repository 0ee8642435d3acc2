// From what a port or an arm session refuses to the cause a person is shown. Pure tables; the words are in `ui/connect`.

import {
	SO101,
	type ConnectCause,
	type ConnectProblem,
	type PortIdentity,
	type RobotSpec
} from '$lib/contracts';
import type { Result } from '$lib/core';
import type { ArmError, ArmErrorCode } from '$lib/robot';
import { comesBack } from './serial-ports';

export function problem(
	cause: ConnectCause,
	joints: readonly string[] = [],
	details: ConnectProblem['details'] = {}
): ConnectProblem {
	return { cause, joints, details };
}

/**
 * Why an arm that has just been found could not be asked by the session. Servos that answered a moment ago and then did not
 * are looked at once more before anybody says that they are missing: nobody else may use the port meanwhile.
 */
export async function refusalOf(
	error: ArmError,
	lateReplies: number,
	lookAgain: () => Promise<Result<unknown, ConnectProblem>>
): Promise<ConnectProblem> {
	if (error.code !== 'arm_missing_servo' || lateReplies > 0) return problemOf(error, SO101, lateReplies);
	const again = await lookAgain();
	return again.ok ? problem('slow_answers', error.joints) : again.error;
}

/** The cable of an arm that was connected is out; how it comes back depends on its board. */
export const unplugged = (board: PortIdentity | null): ConnectProblem =>
	problem('unplugged', [], { reconnect: comesBack(board) });

const CAUSES: Readonly<Record<ArmErrorCode, ConnectCause>> = {
	arm_missing_servo: 'servo_missing',
	arm_wrong_model: 'wrong_model',
	arm_firmware_mismatch: 'firmware_mismatch',
	arm_not_calibrated: 'not_calibrated',
	// A servo that holds something else than was written into it was never set up, or is broken.
	arm_setting_refused: 'not_set_up',
	arm_energised: 'not_set_up',
	servo_overheat: 'overheat',
	servo_overload: 'overload',
	servo_voltage: 'voltage',
	servo_fault: 'overload',
	port_lost: 'unplugged'
};

/**
 * What the session's error means for the connection. All servos silent is a supply that is off, not six broken cables.
 * @param lateReplies answers that came after their questions were given up: then nobody is missing
 */
function problemOf({ code, joints, bits }: ArmError, spec: RobotSpec, lateReplies: number): ConnectProblem {
	if (code === 'arm_missing_servo' && lateReplies > 0) return problem('slow_answers', joints);
	const silent = code === 'arm_missing_servo' && joints.length === spec.joints.length;
	if (silent) return problem('no_power');
	return problem(CAUSES[code], joints, bits === 0 ? {} : { bits });
}
