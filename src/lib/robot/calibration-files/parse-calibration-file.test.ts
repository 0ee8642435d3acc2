import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SO101, type Calibration } from '$lib/contracts';
import { VIRTUAL_SO101_CALIBRATION } from '$lib/sim';
import { checkCalibration } from '../calibration';
import golden from './fixtures/lerobot-golden.json';
import { formatLerobotCalibration, lerobotFilePlace } from './lerobot-file';
import { MAX_CALIBRATION_CHARS, parseCalibrationFile } from './parse-calibration-file';

const FILE = formatLerobotCalibration(VIRTUAL_SO101_CALIBRATION, SO101);

type Entries = Record<string, Record<string, unknown>>;

/** The file with one joint's entry changed. */
function withJoint(name: string, change: Record<string, unknown>): string {
	const json = JSON.parse(FILE) as Entries;
	json[name] = { ...json[name], ...change };
	return JSON.stringify(json);
}

function without(...names: string[]): string {
	const json = JSON.parse(FILE) as Entries;
	return JSON.stringify(Object.fromEntries(Object.entries(json).filter(([name]) => !names.includes(name))));
}

function codeOf(text: string, held: Calibration | null = null): [string, readonly string[]] | null {
	const parsed = parseCalibrationFile(text, held);
	return parsed.ok ? null : [parsed.error.code, parsed.error.joints];
}

describe('files LeRobot 0.6.1 wrote', () => {
	it.each(golden.cases.map((entry, index) => ({ ...entry, index })))(
		'case $index: written byte for byte',
		({ calibration, follower, leader }) => {
			const typed = calibration as Calibration;
			expect(formatLerobotCalibration(typed, SO101)).toBe(follower);
			expect(follower).toBe(leader);
		}
	);

	it.each(golden.cases.filter(({ calibration }) => calibration.gripper.drive_mode === 0))(
		'read back (%#)',
		({ calibration, follower }) => {
			expect(parseCalibrationFile(follower)).toEqual({
				ok: true,
				value: { format: 'lerobot', calibration, rangesAreMeasured: true }
			});
		}
	);

	it('joints in any order, more keys per joint, a byte order mark', () => {
		const backwards = Object.fromEntries(Object.entries(JSON.parse(FILE) as Entries).reverse());
		for (const text of [JSON.stringify(backwards), withJoint('gripper', { torque_bias: 3 }), `\uFEFF${FILE}`])
			expect(parseCalibrationFile(text)).toMatchObject({
				ok: true,
				value: { calibration: VIRTUAL_SO101_CALIBRATION }
			});
	});

	it('says where LeRobot looks for it, now and before', () => {
		expect(lerobotFilePlace('follower', 'Arm 3 (blue)')).toEqual({
			fileName: 'Arm_3_blue.json',
			folder: 'robots/so_follower',
			olderFolder: 'robots/so101_follower'
		});
		expect(lerobotFilePlace('leader', '../..')).toMatchObject({
			fileName: 'arm.json',
			folder: 'teleoperators/so_leader'
		});
	});
});

describe('what is refused', () => {
	const all = SO101.joints.map(({ name }) => name);

	it.each([
		['', 'file_truncated', []],
		['not a file', 'file_not_json', []],
		['{"shoulder_pan": nonsense}', 'file_not_json', []],
		['[]', 'file_wrong_shape', []],
		['null', 'file_wrong_shape', []],
		['{}', 'file_wrong_shape', []],
		['{"name": "my robot"}', 'file_wrong_shape', []],
		[`"${'x'.repeat(MAX_CALIBRATION_CHARS)}"`, 'file_too_large', []],
		[without('gripper', 'elbow_flex'), 'file_missing_joint', ['elbow_flex', 'gripper']],
		[withJoint('left_gripper', { homing_offset: 7 }), 'file_other_robot', []],
		[FILE.replaceAll('shoulder_', 'arm_shoulder_'), 'file_other_robot', []],
		[FILE.replace('"gripper"', '"__proto__"'), 'file_other_robot', []],
		[withJoint('gripper', { id: 5 }), 'file_wrong_id', ['gripper']],
		[withJoint('elbow_flex', { range_min: 3500, range_max: 900 }), 'file_limits_cross', ['elbow_flex']],
		[withJoint('elbow_flex', { range_max: 9000 }), 'file_limits_implausible', ['elbow_flex']],
		[withJoint('elbow_flex', { range_min: -1 }), 'file_limits_implausible', ['elbow_flex']],
		[
			withJoint('elbow_flex', { range_min: 2000, range_max: 2100 }),
			'file_limits_implausible',
			['elbow_flex']
		],
		[withJoint('gripper', { range_min: 0, range_max: 4095 }), 'file_not_swept', ['gripper']],
		[withJoint('wrist_flex', { homing_offset: 2048 }), 'file_offset_overflow', ['wrist_flex']],
		[withJoint('wrist_flex', { homing_offset: -4000 }), 'file_offset_overflow', ['wrist_flex']],
		[withJoint('wrist_flex', { drive_mode: 1 }), 'file_reversed_joint', ['wrist_flex']],
		[withJoint('wrist_flex', { range_min: '7' }), 'file_wrong_shape', ['wrist_flex']],
		[withJoint('wrist_flex', { range_min: null }), 'file_wrong_shape', ['wrist_flex']],
		[withJoint('wrist_flex', { range_min: 900.5 }), 'file_wrong_shape', ['wrist_flex']],
		[FILE.replace(/: 3299/, ': 1e400'), 'file_wrong_shape', ['shoulder_pan']],
		[
			'{"homing_offset": [1, 2], "drive_mode": [0, 0], "motor_names": ["shoulder_pan"]}',
			'file_old_format',
			[]
		]
	])('%.48s', (text, code, joints) => {
		expect(codeOf(text)).toEqual([code, joints]);
	});

	it('cut anywhere, a file is truncated', () => {
		for (let end = 0; end < FILE.length; end++)
			expect(codeOf(FILE.slice(0, end))).toEqual(['file_truncated', []]);
	});

	it('every swept joint that kept the whole turn is named', () => {
		const asNew = Object.fromEntries(
			Object.entries(VIRTUAL_SO101_CALIBRATION).map(([name, entry]) => [
				name,
				{ ...entry, range_min: 0, range_max: 4095 }
			])
		);
		expect(codeOf(JSON.stringify(asNew))).toEqual([
			'file_not_swept',
			all.filter((name) => name !== 'wrist_roll')
		]);
	});
});

describe('phosphobot', () => {
	const OFFSETS = [2048, 2047.6, 2050, 2040, 2048, 2048];
	const file = (change: Record<string, unknown> = {}): string =>
		JSON.stringify({
			name: 'so-100',
			servos_voltage: 6,
			servos_offsets: OFFSETS,
			servos_calibration_position: [1024, 3072, 1024, 1024, 3072, 3072],
			servos_offsets_signs: [-1, 1, 1, 1, 1, 1],
			pid_gains: [{ p_gain: 20, i_gain: 0, d_gain: 32 }],
			gripping_threshold: 80,
			non_gripping_threshold: 10,
			...change
		});

	it('its zero pose becomes the middle of the ranges, counted from what the servos hold', () => {
		const held = VIRTUAL_SO101_CALIBRATION;
		const parsed = parseCalibrationFile(file(), held);
		expect(parsed).toMatchObject({ ok: true, value: { format: 'phosphobot', rangesAreMeasured: false } });
		if (!parsed.ok) return;
		const { calibration } = parsed.value;
		expect(checkCalibration(calibration, SO101).ok).toBe(true);
		SO101.joints.forEach((joint, j) => {
			const entry = calibration[joint.name];
			const rawZero = Math.round(OFFSETS[j] ?? 0) + (held[joint.name]?.homing_offset ?? 0);
			const zero = rawZero - (entry?.homing_offset ?? 0);
			if (joint.unit === 'percent') expect(zero).toBe(entry?.range_min);
			else expect(zero).toBe(2047);
		});
		expect(calibration['shoulder_pan']).toEqual({
			id: 1,
			drive_mode: 0,
			homing_offset: -447 + 1,
			range_min: 2047 - 1252,
			range_max: 2047 + 1252
		});
		expect(calibration['wrist_roll']).toMatchObject({ range_min: 0, range_max: 4095 });
	});

	it.each([
		[file(), null, 'file_needs_arm'],
		[file({ name: 'koch-v1.1' }), VIRTUAL_SO101_CALIBRATION, 'file_other_robot'],
		[file({ servos_offsets: [2048, 2048] }), VIRTUAL_SO101_CALIBRATION, 'file_other_robot'],
		[file({ servos_offsets: 'none' }), VIRTUAL_SO101_CALIBRATION, 'file_wrong_shape'],
		[file({ servos_offsets: [5000, 0, 0, 0, 0, 0] }), VIRTUAL_SO101_CALIBRATION, 'file_limits_implausible'],
		[file({ servos_offsets_signs: [1, 1, 1, 1, 1, -1] }), VIRTUAL_SO101_CALIBRATION, 'file_reversed_joint']
	])('refused (%#)', (text, held, code) => {
		expect(codeOf(text, held)?.[0]).toBe(code);
	});

	it('whatever the servos hold, the result is plausible and storable', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 0, max: 4095 }), { minLength: 6, maxLength: 6 }),
				fc.array(fc.integer({ min: -2047, max: 2047 }), { minLength: 6, maxLength: 6 }),
				(offsets, homings) => {
					const held = Object.fromEntries(
						SO101.joints.map((joint, j) => [
							joint.name,
							{
								id: joint.servoId,
								drive_mode: 0 as const,
								homing_offset: homings[j] ?? 0,
								range_min: 0,
								range_max: 4095
							}
						])
					);
					const parsed = parseCalibrationFile(file({ servos_offsets: offsets }), held);
					return parsed.ok && checkCalibration(parsed.value.calibration, SO101).ok;
				}
			)
		);
	});
});

describe('hostile files', () => {
	it('any JSON is refused with a code, never with an exception', () => {
		fc.assert(
			fc.property(
				fc.json(),
				(text) => codeOf(text, VIRTUAL_SO101_CALIBRATION)?.[0].startsWith('file_') === true
			),
			{ numRuns: 500 }
		);
	});

	it('joint entries of any content: refused, or plausible', () => {
		const entry = fc.dictionary(
			fc.constantFrom('id', 'drive_mode', 'homing_offset', 'range_min', 'range_max', '__proto__', 'x'),
			fc.oneof(fc.integer({ min: -5000, max: 5000 }), fc.double(), fc.string(), fc.constant(null))
		);
		const name = fc.oneof(
			{ weight: 6, arbitrary: fc.constantFrom(...SO101.joints.map((joint) => joint.name)) },
			fc.string()
		);
		fc.assert(
			fc.property(fc.dictionary(name, entry, { maxKeys: 8 }), (made) => {
				const mixed = { ...(JSON.parse(FILE) as Entries), ...made };
				for (const content of [made, mixed]) {
					const parsed = parseCalibrationFile(JSON.stringify(content), VIRTUAL_SO101_CALIBRATION);
					if (parsed.ok && !checkCalibration(parsed.value.calibration, SO101).ok) return false;
				}
				return true;
			}),
			{ numRuns: 500 }
		);
	});

	it('any text, and the file with any characters changed', () => {
		fc.assert(
			fc.property(fc.string(), fc.nat(FILE.length - 1), fc.string({ maxLength: 4 }), (text, at, splice) => {
				codeOf(text);
				const parsed = parseCalibrationFile(FILE.slice(0, at) + splice + FILE.slice(at + splice.length));
				return !parsed.ok || checkCalibration(parsed.value.calibration, SO101).ok;
			}),
			{ numRuns: 500 }
		);
	});
});
