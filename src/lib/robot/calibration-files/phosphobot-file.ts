// phosphobot's configuration of an SO-100/101 (`so-100_<serial>_config.json`): where each servo stands in the zero pose
// (every joint in the middle of its travel, gripper closed), and which way it counts. It knows no ranges, and its numbers
// count from the homing offset that its own procedure (Torque_Enable = 128) left in the servos: without reading those the
// file means nothing.

import { ok, type Result } from '$lib/core';
import type { Calibration, JointCalibration, RobotSpec } from '$lib/contracts';
import { z } from 'zod';
import { isFullTurnJoint } from '../calibration';
import { travelTicks } from '../so101/travel';
import { homingFor, intoTurn, isStorableOffset } from '../so101/turn';
import { refuse, type CalibrationFileError } from './file-error';

// The page's Trusted Types forbid code made of text, and the library would try.
z.config({ jitless: true });

const ROBOT_NAMES = /^so-?10[01]/i;

const fileSchema = z.object({
	name: z.string(),
	servos_offsets: z.array(z.number()),
	servos_offsets_signs: z.array(z.number())
});

/** True when the object is phosphobot's, of whatever robot. */
export function looksLikePhosphobot(entries: ReadonlyMap<string, unknown>): boolean {
	return entries.has('servos_offsets') || entries.has('servos_calibration_position');
}

/**
 * Zero poses become the middle of published ranges. `held`: what the servos hold now (only homing offsets are used), null
 * when no arm is connected.
 */
export function readPhosphobot(
	entries: ReadonlyMap<string, unknown>,
	spec: RobotSpec,
	held: Calibration | null
): Result<Calibration, CalibrationFileError> {
	const parsed = fileSchema.safeParse(Object.fromEntries(entries));
	if (!parsed.success) return refuse('file_wrong_shape', parsed.error.issues[0]?.path.join('.') ?? '');
	const { name, servos_offsets: offsets, servos_offsets_signs: signs } = parsed.data;
	const count = spec.joints.length;
	if (!ROBOT_NAMES.test(name) || offsets.length !== count || signs.length !== count)
		return refuse('file_other_robot', `${name.slice(0, 80)} with ${offsets.length} servos`);
	const outside = spec.joints.filter((_, j) => !inTurn(offsets[j], spec)).map((joint) => joint.name);
	if (outside.length > 0) return refuse('file_limits_implausible', 'offset outside one turn', outside);
	// Body joints are symmetrical about the zero pose: only the gripper's direction could matter.
	const reversed = spec.joints.filter((joint, j) => joint.unit === 'percent' && signs[j] !== 1);
	if (reversed.length > 0)
		return refuse(
			'file_reversed_joint',
			'the gripper counts the other way',
			reversed.map((joint) => joint.name)
		);
	if (held === null) return refuse('file_needs_arm', 'offsets count from what the servos hold');
	const calibration: Record<string, JointCalibration> = {};
	for (const [j, joint] of spec.joints.entries()) {
		const homing = held[joint.name]?.homing_offset;
		const travel = travelTicks(joint.name);
		if (homing === undefined || !isStorableOffset(homing) || travel === null)
			return refuse('file_needs_arm', 'not read', [joint.name]);
		const raw = intoTurn(Math.round(offsets[j] ?? 0) + homing);
		calibration[joint.name] = {
			id: joint.servoId,
			drive_mode: 0,
			...rangeAround(raw, joint.unit === 'percent', isFullTurnJoint(joint), travel, spec)
		};
	}
	return ok(calibration);
}

type Range = Pick<JointCalibration, 'homing_offset' | 'range_min' | 'range_max'>;

/** `raw`: encoder in the zero pose. `fromZero`: the joint only opens from there. */
function rangeAround(
	raw: number,
	fromZero: boolean,
	fullTurn: boolean,
	travel: number,
	spec: RobotSpec
): Range {
	const half = Math.round(travel / 2);
	// The middle of the range becomes the middle of the turn, as a sweep would have it.
	const homing = homingFor(intoTurn(fromZero ? raw + half : raw));
	if (fullTurn) return { homing_offset: homing, range_min: 0, range_max: spec.ticksPerTurn - 1 };
	const zero = intoTurn(raw - homing);
	if (fromZero) return { homing_offset: homing, range_min: zero, range_max: zero + travel };
	return { homing_offset: homing, range_min: zero - half, range_max: zero + half };
}

function inTurn(offset: number | undefined, spec: RobotSpec): boolean {
	return offset !== undefined && offset >= 0 && offset < spec.ticksPerTurn;
}
