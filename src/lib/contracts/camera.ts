// Cameras as the recorder and the preview see them. Real, rendered and pattern cameras implement it.

import type { Unsubscribe } from '$lib/core';

export interface CameraInfo {
	/** Role and name on disk: `observation.images.<name>`; letters, digits and underscore. */
	readonly name: string;
	readonly width: number;
	readonly height: number;
	readonly fps: number;
	readonly kind: 'rendered' | 'pattern' | 'device';
	/** Stable identity of the device, '' where there is none. */
	readonly deviceId: string;
	/** A person asked that recordings with this camera never leave this computer by themselves: no upload takes them. */
	readonly localOnly?: boolean;
}

/**
 * One picture: planar YUV 4:2:0, 8 bit, BT.601 limited range (what H.264 in a LeRobot dataset holds).
 * `data` holds Y (width*height), then U, then V (each width/2*height/2), without padding.
 */
export interface I420Frame {
	readonly width: number;
	readonly height: number;
	readonly data: Uint8Array;
	/** Capture time on the lab clock, ms. */
	readonly tMs: number;
	/** Running number, from 0: of the shot where several cameras are taken together, else the camera's own. */
	readonly sequence: number;
}

export interface Camera {
	readonly info: CameraInfo;
	start(): Promise<void>;
	/** Frames as they come; the listener may keep the bytes. */
	onFrame(listener: (frame: I420Frame) => void): Unsubscribe;
	/** Once, when frames stop for good (`camera_lost`, `camera_frozen`). */
	onLost(listener: (reason: string) => void): Unsubscribe;
	stop(): Promise<void>;
}
