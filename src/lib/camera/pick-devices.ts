// Which device plays which role today, from what is remembered and what is plugged in. Two cameras of one model carry the
// same label: only their ids tell them apart, and when those are gone a person has to say. Guessing would record "top" as
// "wrist" and nobody would notice. Pure.

import type { CameraDevice, CameraRole } from './device-types';

export interface RememberedDevice extends CameraDevice {
	readonly role: CameraRole;
}

export interface DevicePick {
	readonly role: CameraRole;
	readonly device: CameraDevice | null;
	/**
	 * `missing`: not plugged in. `ambiguous`: several could be it. `changed`: its id now belongs to a camera of another
	 * model. Null when `device` is it.
	 */
	readonly problem: 'missing' | 'ambiguous' | 'changed' | null;
}

/** One answer per remembered role, in order; no device is given twice. */
export function pickDevices(
	remembered: readonly RememberedDevice[],
	present: readonly CameraDevice[]
): DevicePick[] {
	const picks = new Map<CameraRole, DevicePick>();
	const free = new Set(present);
	const open = (): RememberedDevice[] => remembered.filter(({ role }) => !picks.has(role));
	const settle = (role: CameraRole, device: CameraDevice): void => {
		picks.set(role, { role, device, problem: null });
		free.delete(device);
	};

	for (const known of open()) {
		const device = [...free].find(({ deviceId }) => deviceId === known.deviceId);
		if (!device) continue;
		if (sameModel(device, known)) settle(known.role, device);
		else picks.set(known.role, { role: known.role, device: null, problem: 'changed' });
	}
	// Ids change when the origin's storage was cleared; then model and group, then the model alone, if only one can be meant.
	for (const alike of [sameGroup, sameModel]) {
		for (const known of open()) {
			const candidates = [...free].filter((device) => alike(device, known));
			const rivals = open().filter((other) => alike(known, other));
			const [only] = candidates;
			if (only && candidates.length === 1 && rivals.length === 1) settle(known.role, only);
		}
	}
	for (const { role, label } of open()) {
		const some = [...free].some((device) => device.label === label && label !== '');
		picks.set(role, { role, device: null, problem: some ? 'ambiguous' : 'missing' });
	}
	return remembered.flatMap(({ role }) => picks.get(role) ?? []);
}

/** Before permission labels are empty; then the id alone must do. */
function sameModel(a: CameraDevice, b: CameraDevice): boolean {
	return a.label === b.label || a.label === '' || b.label === '';
}

function sameGroup(a: CameraDevice, b: CameraDevice): boolean {
	return a.label === b.label && a.groupId === b.groupId && a.groupId !== '';
}

/** Names a person can tell apart: cameras of one model are numbered in the order of the list. */
export function deviceNames(present: readonly CameraDevice[]): { deviceId: string; name: string }[] {
	const seen = new Map<string, number>();
	return present.map(({ deviceId, label }) => {
		const twins = present.filter((other) => other.label === label).length;
		const number = (seen.get(label) ?? 0) + 1;
		seen.set(label, number);
		return { deviceId, name: twins > 1 || label === '' ? `${label} ${number}`.trim() : label };
	});
}
