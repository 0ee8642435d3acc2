// Words for real cameras: what a device is called, what it is for, at what size it runs, what can be wrong with it. Knows
// shapes only; the names of the browser's own errors are translated in `web-camera`.

/** What a camera looks at; also its name on disk (`observation.images.<role>`). */
export const CAMERA_ROLES = ['top', 'wrist', 'side'] as const;
export type CameraRole = (typeof CAMERA_ROLES)[number];

/** One camera as the browser lists it (Media Capture and Streams, `MediaDeviceInfo`). All empty before permission. */
export interface CameraDevice {
	/** Stable for this origin until its storage is cleared; on some systems it names the socket, not the camera. */
	readonly deviceId: string;
	readonly groupId: string;
	readonly label: string;
}

/** Size and rate asked of a device. */
export interface CameraMode {
	readonly width: number;
	readonly height: number;
	readonly fps: number;
}

/** Why a camera did not open. */
export type OpenFailure =
	/** The browser cannot hand pictures to a worker, or the page is not secure. */
	| 'unsupported'
	/** A person or a policy said no. */
	| 'denied'
	/** No such device (any more). */
	| 'missing'
	/** In use elsewhere, or the USB hub has no bandwidth left, at every size. */
	| 'busy'
	| 'failed';

/** How an open camera is doing; everything but `starting` and `live` is a fault with a name. */
export type CameraCondition =
	'starting' | 'live' | 'slow' | 'dim' | 'black' | 'frozen' | 'unplugged' | 'swapped';
