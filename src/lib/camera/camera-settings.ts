// What is remembered of the cameras between visits: which device plays which role, masks, size, the local-only switch, and
// what each role usually shows. Text in, text out; where it is kept is not its business. Text that is damaged or from a
// newer version counts as nothing remembered, except that a local-only switch is never lost on the way.

import { CAMERA_ROLES, type CameraRole } from './device-types';
import type { MaskRect } from './frame-mask';
import { THUMB } from './picture-gist';
import type { RememberedDevice } from './pick-devices';

const SCHEMA_VERSION = 1;

/** Of the recorded pictures, all cameras alike. */
export const RECORD_SIZES = [
	{ width: 320, height: 240 },
	{ width: 640, height: 480 }
] as const;
export type RecordSize = (typeof RECORD_SIZES)[number];

export interface CameraSettings {
	readonly devices: readonly RememberedDevice[];
	readonly masks: Readonly<Partial<Record<CameraRole, readonly MaskRect[]>>>;
	readonly size: RecordSize;
	/** Recordings with these cameras never leave this computer by themselves. */
	readonly localOnly: boolean;
	readonly usual: Readonly<Partial<Record<CameraRole, readonly number[]>>>;
}

export const NO_SETTINGS: CameraSettings = {
	devices: [],
	masks: {},
	size: RECORD_SIZES[0],
	localOnly: false,
	usual: {}
};

export function formatCameraSettings(settings: CameraSettings): string {
	return JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...settings });
}

export function readCameraSettings(text: string | null): CameraSettings {
	const data = parse(text);
	// Whatever else is unreadable: who asked for local only gets it.
	const localOnly = data['localOnly'] === true || (text?.includes('"localOnly":true') ?? false);
	if (data['schemaVersion'] !== SCHEMA_VERSION) return { ...NO_SETTINGS, localOnly };
	const devices = listOf(data['devices'], readDevice);
	const size = recordOf(data['size']);
	return {
		devices: devices.filter(({ role }, at) => devices.findIndex((other) => other.role === role) === at),
		masks: perRole(data['masks'], (value) => listOf(value, readRect)),
		size: RECORD_SIZES.find(({ width }) => width === size['width']) ?? RECORD_SIZES[0],
		localOnly,
		usual: perRole(data['usual'], readThumb)
	};
}

type Plain = Readonly<Record<string, unknown>>;

const recordOf = (value: unknown): Plain =>
	typeof value === 'object' && value !== null ? (value as Plain) : {};

function parse(text: string | null): Plain {
	try {
		return recordOf(JSON.parse(text ?? 'null'));
	} catch {
		return {};
	}
}

function listOf<T>(value: unknown, read: (item: Plain) => T | null): T[] {
	return Array.isArray(value) ? value.flatMap((item) => read(recordOf(item)) ?? []) : [];
}

function perRole<T>(
	value: unknown,
	read: (item: unknown) => readonly T[]
): Partial<Record<CameraRole, readonly T[]>> {
	const found: Partial<Record<CameraRole, readonly T[]>> = {};
	for (const role of CAMERA_ROLES) {
		const items = read(recordOf(value)[role]);
		if (items.length > 0) found[role] = items;
	}
	return found;
}

function readDevice({ role, deviceId, groupId, label }: Plain): RememberedDevice | null {
	const known = CAMERA_ROLES.find((name) => name === role);
	if (known === undefined || typeof deviceId !== 'string' || deviceId === '') return null;
	return {
		role: known,
		deviceId,
		groupId: typeof groupId === 'string' ? groupId : '',
		label: typeof label === 'string' ? label : ''
	};
}

function readRect({ x, y, width, height }: Plain): MaskRect | null {
	const share = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;
	return share(x) && share(y) && share(width) && share(height) ? { x, y, width, height } : null;
}

function readThumb(value: unknown): number[] {
	if (!Array.isArray(value) || value.length !== THUMB.width * THUMB.height) return [];
	return value.every((cell) => typeof cell === 'number' && Number.isFinite(cell)) ? (value as number[]) : [];
}
