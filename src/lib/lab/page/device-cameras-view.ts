// From the state of the real cameras to what their screen shows.

import {
	CAMERA_ROLES,
	deviceNames,
	type CameraDevice,
	type CameraMode,
	type CameraRole,
	type CameraSettings,
	type DevicePick,
	type OpenFailure
} from '$lib/camera';
import type { CameraRoleView, CamerasTrouble, CamerasView, CameraTrouble } from '$lib/ui/cameras';
import type { CameraReport } from '../hosts/frames-api';

export type RoleProblem = OpenFailure | NonNullable<DevicePick['problem']>;

export interface DeviceCamerasState {
	readonly step: CamerasView['step'];
	readonly trouble: CamerasTrouble | null;
	readonly present: readonly CameraDevice[];
	readonly settings: CameraSettings;
	readonly modes: ReadonlyMap<CameraRole, CameraMode>;
	readonly problems: ReadonlyMap<CameraRole, RoleProblem>;
	readonly reports: ReadonlyMap<CameraRole, CameraReport>;
}

export function camerasView(state: DeviceCamerasState, locked: boolean): CamerasView {
	const { step, trouble, present, settings } = state;
	return {
		step,
		trouble,
		devices: deviceNames(present),
		roles: CAMERA_ROLES.map((role) => roleView(role, state)),
		size: settings.size.width === 640 ? '640x480' : '320x240',
		localOnly: settings.localOnly,
		locked
	};
}

function roleView(role: CameraRole, state: DeviceCamerasState): CameraRoleView {
	const { settings, modes, problems, reports } = state;
	const device = settings.devices.find((known) => known.role === role);
	const mode = modes.get(role) ?? null;
	const report = reports.get(role) ?? null;
	const problem = problems.get(role);
	const trouble = problem === undefined ? troubleOf(report) : openTrouble(problem);
	return {
		role,
		deviceId: device?.deviceId ?? '',
		status: !device ? 'off' : trouble ? 'trouble' : report?.condition === 'live' ? 'live' : 'starting',
		trouble: device ? trouble : null,
		fps: report?.fps ?? null,
		mode,
		reduced: mode !== null && (mode.width < settings.size.width || mode.fps < 30),
		mask: settings.masks[role] ?? []
	};
}

function troubleOf(report: CameraReport | null): CameraTrouble | null {
	if (report === null || report.condition === 'live' || report.condition === 'starting') return null;
	return report.condition;
}

function openTrouble(problem: RoleProblem): CameraTrouble {
	return problem === 'denied' || problem === 'unsupported' ? 'failed' : problem;
}
