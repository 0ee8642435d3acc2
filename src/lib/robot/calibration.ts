// LeRobot's calibration file (`calibration/robots/so_follower/<id>.json`): reading it without trusting it, writing it, and
// judging whether it can belong to this robot. Knows the file and the RobotSpec, no bus.

import { err, ok, type Result } from '$lib/core';
import type { Calibration, JointCalibration, RobotSpec } from '$lib/contracts';
import { z } from 'zod';

export type CalibrationErrorCode =
	| 'calibration_not_json'
	| 'calibration_wrong_shape'
	| 'calibration_missing_joint'
	| 'calibration_unknown_joint'
	| 'calibration_wrong_id'
	| 'calibration_implausible';

export interface CalibrationError {
	readonly code: CalibrationErrorCode;
	/** Joint concerned, '' when the whole file is meant. */
	readonly joint: string;
	/** For the log, in English. */
	readonly message: string;
}

/** Largest file that is looked at: a real one has under 1 KB. */
const MAX_CHARS = 64_000;
/** A joint that moves less than this was not swept while it was calibrated. */
const MIN_RANGE_TICKS = 200;
/** Joints that travel at least this far are not swept by LeRobot and keep the whole turn. */
const FULL_TURN_DEGREES = 300;

const jointSchema = z.object({
	id: z.int().min(0).max(252),
	drive_mode: z.union([z.literal(0), z.literal(1)]),
	homing_offset: z.int().min(-2047).max(2047),
	range_min: z.int(),
	range_max: z.int()
});

function failure(
	code: CalibrationErrorCode,
	joint: string,
	message: string
): Result<never, CalibrationError> {
	return err({ code, joint, message });
}

/** Parses a calibration file. Extra keys inside a joint (from a newer LeRobot) are ignored; extra joints are refused. */
export function parseCalibration(text: string, spec: RobotSpec): Result<Calibration, CalibrationError> {
	if (text.length > MAX_CHARS)
		return failure('calibration_wrong_shape', '', `file has ${text.length} characters`);
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (cause) {
		return failure('calibration_not_json', '', cause instanceof Error ? cause.message : 'not JSON');
	}
	if (typeof json !== 'object' || json === null || Array.isArray(json))
		return failure('calibration_wrong_shape', '', 'expected an object with one entry per joint');
	const entries = new Map<string, unknown>(Object.entries(json));
	const calibration: Record<string, JointCalibration> = {};
	for (const joint of spec.joints) {
		if (!entries.has(joint.name)) return failure('calibration_missing_joint', joint.name, 'no entry');
		const parsed = jointSchema.safeParse(entries.get(joint.name));
		if (!parsed.success) {
			const issue = parsed.error.issues[0];
			const where = issue?.path.join('.') ?? '';
			return failure('calibration_wrong_shape', joint.name, `${where}: ${issue?.message ?? 'invalid'}`);
		}
		calibration[joint.name] = parsed.data;
		entries.delete(joint.name);
	}
	const [unknown] = entries.keys();
	if (unknown !== undefined)
		return failure('calibration_unknown_joint', unknown.slice(0, 80), 'this robot has no such joint');
	return checkCalibration(calibration, spec);
}

/** Refuses what cannot be true of this robot: wrong ids, ranges outside one turn, joints that were never swept. */
export function checkCalibration(
	calibration: Calibration,
	spec: RobotSpec
): Result<Calibration, CalibrationError> {
	for (const joint of spec.joints) {
		const entry = calibration[joint.name];
		if (entry === undefined) return failure('calibration_missing_joint', joint.name, 'no entry');
		if (entry.id !== joint.servoId)
			return failure('calibration_wrong_id', joint.name, `id ${entry.id}, expected ${joint.servoId}`);
		const { range_min: min, range_max: max } = entry;
		const whole = max - min >= spec.ticksPerTurn - 1;
		// As the servo leaves the factory; only a joint that really turns all the way may keep it.
		if (whole && (joint.unit === 'percent' || joint.max - joint.min < FULL_TURN_DEGREES))
			return failure('calibration_implausible', joint.name, 'never swept: its range is the whole turn');
		if (min < 0 || max >= spec.ticksPerTurn || max - min < MIN_RANGE_TICKS)
			return failure('calibration_implausible', joint.name, `range ${min}..${max}`);
	}
	return ok(calibration);
}

/** The file as LeRobot writes it (four spaces, keys in joint order). */
export function formatCalibration(calibration: Calibration, spec: RobotSpec): string {
	const ordered: Record<string, JointCalibration> = {};
	for (const joint of spec.joints) {
		const entry = calibration[joint.name];
		if (entry === undefined) continue;
		const { id, drive_mode, homing_offset, range_min, range_max } = entry;
		ordered[joint.name] = { id, drive_mode, homing_offset, range_min, range_max };
	}
	return JSON.stringify(ordered, null, 4);
}

/** Joints whose stored calibration differs from what the servos hold. */
export function differingJoints(stored: Calibration, held: Calibration): string[] {
	return Object.keys(stored).filter((name) => {
		const a = stored[name];
		const b = held[name];
		return (
			a === undefined ||
			b === undefined ||
			a.homing_offset !== b.homing_offset ||
			a.range_min !== b.range_min ||
			a.range_max !== b.range_max
		);
	});
}
