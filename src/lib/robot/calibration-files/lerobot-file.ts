// LeRobot's calibration file: `{"<joint>": {"id", "drive_mode", "homing_offset", "range_min", "range_max"}, ...}`, as
// `Robot._save_calibration` writes it (four spaces, no line end). The same for followers and leaders; only the folder it
// lies in tells them apart.

import type { Result } from '$lib/core';
import type { ArmRole, Calibration, JointCalibration, RobotSpec } from '$lib/contracts';
import { z } from 'zod';
import { checkCalibration, type JointFault } from '../calibration';
import { refuse, type CalibrationFileCode, type CalibrationFileError } from './file-error';

// The page's Trusted Types forbid code made of text, and the library would try.
z.config({ jitless: true });

/** Extra keys inside a joint (of a newer LeRobot) are ignored. Whole numbers only; how large is judged afterwards. */
const jointSchema = z.object({
	id: z.int(),
	drive_mode: z.int(),
	homing_offset: z.int(),
	range_min: z.int(),
	range_max: z.int()
});

const CODE_OF: Record<JointFault, CalibrationFileCode> = {
	missing: 'file_missing_joint',
	wrong_id: 'file_wrong_id',
	offset_overflow: 'file_offset_overflow',
	limits_cross: 'file_limits_cross',
	limits_implausible: 'file_limits_implausible',
	not_swept: 'file_not_swept'
};

/** Joints in any order. Joints of another robot are refused, as is a file that lacks one of this robot's. */
export function readLerobot(
	entries: ReadonlyMap<string, unknown>,
	spec: RobotSpec
): Result<Calibration, CalibrationFileError> {
	const names = spec.joints.map(({ name }) => name);
	const foreign = [...entries.keys()].filter((name) => !names.includes(name));
	if (foreign.length > 0) return refuse('file_other_robot', `joints ${foreign.join(', ').slice(0, 200)}`);
	const missing = names.filter((name) => !entries.has(name));
	if (missing.length > 0) return refuse('file_missing_joint', 'no entry', missing);
	const calibration: Record<string, JointCalibration> = {};
	const reversed: string[] = [];
	for (const name of names) {
		const parsed = jointSchema.safeParse(entries.get(name));
		if (!parsed.success) {
			const issue = parsed.error.issues[0];
			return refuse('file_wrong_shape', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, [name]);
		}
		if (parsed.data.drive_mode !== 0) reversed.push(name);
		calibration[name] = { ...parsed.data, drive_mode: 0 };
	}
	if (reversed.length > 0) return refuse('file_reversed_joint', 'drive_mode is not 0', reversed);
	const checked = checkCalibration(calibration, spec);
	if (checked.ok) return checked;
	return refuse(CODE_OF[checked.error.fault], checked.error.fault, checked.error.joints);
}

/** The file byte for byte as LeRobot writes it. Throws RangeError when a joint is missing. */
export function formatLerobotCalibration(calibration: Calibration, spec: RobotSpec): string {
	const ordered: Record<string, JointCalibration> = {};
	for (const joint of spec.joints) {
		const entry = calibration[joint.name];
		if (entry === undefined) throw new RangeError(`no calibration for joint ${joint.name}`);
		const { id, drive_mode, homing_offset, range_min, range_max } = entry;
		ordered[joint.name] = { id, drive_mode, homing_offset, range_min, range_max };
	}
	return JSON.stringify(ordered, null, 4);
}

const FOLDERS = {
	follower: { now: 'robots/so_follower', before: 'robots/so101_follower' },
	leader: { now: 'teleoperators/so_leader', before: 'teleoperators/so101_leader' }
} as const;

export interface LerobotFilePlace {
	/** What the download is called; LeRobot takes it for the arm's id. */
	readonly fileName: string;
	/** Below LeRobot's calibration folder: of 0.5 and newer, and of older releases. */
	readonly folder: string;
	readonly olderFolder: string;
}

/** Where LeRobot looks for this file. `armName` is reduced to what any file system takes. */
export function lerobotFilePlace(role: ArmRole, armName: string): LerobotFilePlace {
	const plain = armName
		.normalize('NFKD')
		.replace(/[^A-Za-z0-9_-]+/g, '_')
		.replace(/^_+|_+$/g, '')
		.slice(0, 64);
	const { now, before } = FOLDERS[role];
	return { fileName: `${plain === '' ? 'arm' : plain}.json`, folder: now, olderFolder: before };
}
