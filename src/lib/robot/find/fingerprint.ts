// What makes one arm recognisable without a serial number: where its horns sit and how far its joints go, as calibrated.

import type { ArmFingerprint, Calibration } from '$lib/contracts';

/** One turn of the servo, as it leaves the factory: such a range says nothing. */
const WHOLE_TURN = 4095;

/**
 * Offsets and ranges as text, joints by name: equal for equal calibrations, and short enough to be a key. Empty when no
 * joint was ever calibrated.
 */
export function fingerprintOf(calibration: Calibration): ArmFingerprint {
	const joints = Object.entries(calibration).sort(([a], [b]) => (a < b ? -1 : 1));
	const untouched = joints.every(
		([, joint]) => joint.homing_offset === 0 && joint.range_min === 0 && joint.range_max === WHOLE_TURN
	);
	if (untouched) return '';
	return joints
		.map(([, joint]) => [joint.id, joint.homing_offset, joint.range_min, joint.range_max].join('.'))
		.join('_');
}
