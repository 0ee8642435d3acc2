// A calibration file of unknown origin: LeRobot's or phosphobot's, whole or not, large or not. Trusts nothing in it.

import { ok, type Result } from '$lib/core';
import { SO101, type Calibration, type RobotSpec } from '$lib/contracts';
import { refuse, type CalibrationFileError } from './file-error';
import { readLerobot } from './lerobot-file';
import { looksLikePhosphobot, readPhosphobot } from './phosphobot-file';

/** Largest file that is looked at, characters: a real one has under 2 KB. */
export const MAX_CALIBRATION_CHARS = 64_000;

export interface CalibrationFile {
	readonly format: 'lerobot' | 'phosphobot';
	readonly calibration: Calibration;
	/** phosphobot knows no ranges: published ones stand in for them, and a sweep is better. */
	readonly rangesAreMeasured: boolean;
}

/**
 * Reads a file. `held` is what the connected servos hold; phosphobot's numbers mean nothing without them
 * (`file_needs_arm`). Whether the file is of this arm is another question: `compareCalibrations`.
 */
export function parseCalibrationFile(
	text: string,
	held: Calibration | null = null,
	spec: RobotSpec = SO101
): Result<CalibrationFile, CalibrationFileError> {
	if (text.length > MAX_CALIBRATION_CHARS) return refuse('file_too_large', `${text.length} characters`);
	const plain = text.replace(/^\uFEFF/, '');
	if (plain.trim() === '') return refuse('file_truncated', 'empty');
	let json: unknown;
	try {
		json = JSON.parse(plain);
	} catch (cause) {
		const message = cause instanceof Error ? cause.message : '';
		return refuse(endsInside(plain) ? 'file_truncated' : 'file_not_json', message);
	}
	if (typeof json !== 'object' || json === null || Array.isArray(json))
		return refuse('file_wrong_shape', 'expected an object');
	const entries = new Map<string, unknown>(Object.entries(json));
	if (looksLikePhosphobot(entries)) {
		const read = readPhosphobot(entries, spec, held);
		return read.ok ? ok({ format: 'phosphobot', calibration: read.value, rangesAreMeasured: false }) : read;
	}
	if (entries.has('motor_names') && entries.has('homing_offset'))
		return refuse('file_old_format', 'lists per motor instead of an entry per joint');
	if (![...entries.values()].some(isJointEntry)) return refuse('file_wrong_shape', 'no joint in it');
	const read = readLerobot(entries, spec);
	return read.ok ? ok({ format: 'lerobot', calibration: read.value, rangesAreMeasured: true }) : read;
}

function isJointEntry(value: unknown): boolean {
	return typeof value === 'object' && value !== null && 'homing_offset' in value;
}

/** True when the text stops inside an object, a list or a string: the beginning of something longer. */
function endsInside(text: string): boolean {
	let depth = 0;
	let inString = false;
	for (let k = 0; k < text.length; k++) {
		const char = text[k];
		if (inString) {
			if (char === '\\') k += 1;
			else if (char === '"') inString = false;
		} else if (char === '"') inString = true;
		else if (char === '{' || char === '[') depth += 1;
		else if (char === '}' || char === ']') depth -= 1;
	}
	return (inString || depth > 0) && /^\s*\{/.test(text);
}
