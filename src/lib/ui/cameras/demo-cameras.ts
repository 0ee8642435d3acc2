// The camera screen's states with made-up cameras, for the gallery.
import type { CameraRoleView, CamerasView, CameraTrouble } from './cameras-view';

const DEVICES = [
	{ deviceId: 'a', name: 'C270 1' },
	{ deviceId: 'b', name: 'C270 2' },
	{ deviceId: 'c', name: 'Brio' }
];

function role(name: CameraRoleView['role'], part: Partial<CameraRoleView> = {}): CameraRoleView {
	return {
		role: name,
		deviceId: name === 'top' ? 'a' : 'b',
		status: 'live',
		trouble: null,
		fps: 30,
		mode: { width: 640, height: 480, fps: 30 },
		reduced: false,
		mask: [],
		...part
	};
}

const off = role('side', { deviceId: '', status: 'off', fps: null, mode: null });

function view(part: Partial<CamerasView> = {}): CamerasView {
	return {
		step: 'ready',
		trouble: null,
		devices: DEVICES,
		roles: [role('top'), role('wrist'), off],
		size: '320x240',
		localOnly: false,
		locked: false,
		...part
	};
}

const faulty = (trouble: CameraTrouble, fps: number | null): CameraRoleView =>
	role('wrist', { status: 'trouble', trouble, fps });

const TROUBLES: readonly CameraTrouble[] = [
	'missing',
	'busy',
	'failed',
	'ambiguous',
	'changed',
	'unplugged',
	'frozen',
	'black',
	'slow',
	'dim',
	'swapped'
];

/** Name and view of every state worth looking at. */
export const DEMO_CAMERAS: readonly (readonly [string, CamerasView])[] = [
	['off', view({ step: 'off' })],
	['asking', view({ step: 'asking' })],
	...(['unsupported', 'denied', 'none', 'failed'] as const).map(
		(trouble) => [trouble, view({ step: 'off', trouble, devices: [] })] as const
	),
	[
		'ready',
		view({
			roles: [role('top', { mask: [{ x: 0.1, y: 0.1, width: 0.3, height: 0.3 }] }), role('wrist'), off]
		})
	],
	[
		'reduced, locked, local only',
		view({
			locked: true,
			localOnly: true,
			roles: [
				role('top'),
				role('wrist', { reduced: true, mode: { width: 320, height: 240, fps: 15 }, fps: 15 }),
				off
			]
		})
	],
	...TROUBLES.map(
		(trouble) =>
			[
				`wrist ${trouble}`,
				view({ roles: [role('top'), faulty(trouble, trouble === 'slow' ? 12 : null), off] })
			] as const
	)
];
