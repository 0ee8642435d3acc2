// Where the page keeps what is remembered of the cameras, and what it takes when nothing is.

import {
	CAMERA_ROLES,
	formatCameraSettings,
	readCameraSettings,
	type CameraDevice,
	type CameraSettings
} from '$lib/camera';

const KEY = 'edubotics.cameras';

export type SettingsPlace = Pick<Storage, 'getItem' | 'setItem'>;

export function loadCameraSettings(place: SettingsPlace): CameraSettings {
	try {
		return readCameraSettings(place.getItem(KEY));
	} catch {
		return readCameraSettings(null); // storage forbidden: this visit starts afresh
	}
}

export function saveCameraSettings(place: SettingsPlace, settings: CameraSettings): void {
	try {
		place.setItem(KEY, formatCameraSettings(settings));
	} catch {
		// Forbidden or full: what was chosen holds for this visit.
	}
}

/** Nothing is remembered: the first camera looks from above, the second sits at the wrist. A person sees and swaps. */
export function firstChoice(present: readonly CameraDevice[]): CameraSettings['devices'] {
	return CAMERA_ROLES.slice(0, 2).flatMap((role, at) => {
		const device = present[at];
		return device ? [{ role, ...device }] : [];
	});
}
