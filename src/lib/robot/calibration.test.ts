import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SO101, type Calibration } from '$lib/contracts';
import { VIRTUAL_SO101_CALIBRATION } from '$lib/sim';
import { differingJoints, formatCalibration, parseCalibration } from './calibration';

const FILE = formatCalibration(VIRTUAL_SO101_CALIBRATION, SO101);

/** The file with one joint's entry replaced. */
function withJoint(name: string, change: Record<string, unknown>): string {
	const json = JSON.parse(FILE) as Record<string, Record<string, unknown>>;
	json[name] = { ...json[name], ...change };
	return JSON.stringify(json);
}

describe('calibration file', () => {
	it('round trip in the form LeRobot writes', () => {
		const parsed = parseCalibration(FILE, SO101);
		expect(parsed).toEqual({ ok: true, value: VIRTUAL_SO101_CALIBRATION });
		expect(FILE.startsWith('{\n    "shoulder_pan": {\n        "id": 1,\n        "drive_mode": 0,')).toBe(
			true
		);
	});

	it.each([
		['', 'calibration_not_json', ''],
		['[]', 'calibration_wrong_shape', ''],
		['null', 'calibration_wrong_shape', ''],
		['{}', 'calibration_missing_joint', 'shoulder_pan'],
		[withJoint('gripper', { id: 5 }), 'calibration_wrong_id', 'gripper'],
		[withJoint('elbow_flex', { range_min: 3000 }), 'calibration_implausible', 'elbow_flex'],
		[withJoint('elbow_flex', { range_max: 9000 }), 'calibration_implausible', 'elbow_flex'],
		[withJoint('gripper', { range_min: 0, range_max: 4095 }), 'calibration_implausible', 'gripper'],
		[withJoint('wrist_flex', { homing_offset: 4000 }), 'calibration_wrong_shape', 'wrist_flex'],
		[withJoint('wrist_flex', { drive_mode: 2 }), 'calibration_wrong_shape', 'wrist_flex'],
		[withJoint('wrist_flex', { range_min: '7' }), 'calibration_wrong_shape', 'wrist_flex'],
		[withJoint('wrist_flex', { range_min: null }), 'calibration_wrong_shape', 'wrist_flex'],
		[withJoint('left_gripper', { id: 7 }), 'calibration_unknown_joint', 'left_gripper'],
		['x'.repeat(100_000), 'calibration_wrong_shape', '']
	])('names what is wrong: %.40s', (text, code, joint) => {
		const parsed = parseCalibration(text, SO101);
		expect(parsed.ok ? null : [parsed.error.code, parsed.error.joint]).toEqual([code, joint]);
	});

	it('takes files of a newer LeRobot with more keys per joint', () => {
		expect(parseCalibration(withJoint('gripper', { torque_bias: 3 }), SO101).ok).toBe(true);
	});

	it('does not trip over hostile JSON', () => {
		fc.assert(
			fc.property(fc.json(), (text) => {
				const parsed = parseCalibration(text, SO101);
				return !parsed.ok && parsed.error.code.startsWith('calibration_');
			}),
			{ numRuns: 500 }
		);
		const proto = FILE.replace('"gripper"', '"__proto__"');
		expect(parseCalibration(proto, SO101).ok).toBe(false);
	});

	it('names the joints that differ', () => {
		const pan = VIRTUAL_SO101_CALIBRATION['shoulder_pan'];
		const other: Calibration =
			pan === undefined ? {} : { ...VIRTUAL_SO101_CALIBRATION, shoulder_pan: { ...pan, homing_offset: 1 } };
		expect(differingJoints(VIRTUAL_SO101_CALIBRATION, other)).toEqual(['shoulder_pan']);
		expect(differingJoints(other, other)).toEqual([]);
	});
});
