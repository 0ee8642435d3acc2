// What the page and the FRAMES worker say to each other about real cameras. Commands go by comlink, reports over a raw
// port; pictures go to RECORDER over ports of their own, in RENDER's words (contracts/render-protocol). Types and a reader.

import type { CameraCondition, CameraRole, MaskRect } from '$lib/camera';
import { isEnvelope, type Envelope } from '$lib/contracts';
import type { FramesHost } from './frames-host';

export interface FramesPorts {
	/** One per consumer of pictures. */
	readonly consumers: readonly MessagePort[];
	/** Reports. */
	readonly page: MessagePort;
}

export interface OpenFrames {
	/** Of the recorded pictures; even. */
	readonly width: number;
	readonly height: number;
	/** What the device was asked for, per second. */
	readonly deviceFps: number;
	readonly deviceId: string;
	readonly localOnly: boolean;
	readonly mask: readonly MaskRect[];
	/** What this role showed on earlier visits; empty when unknown. */
	readonly usual: readonly number[];
}

export interface CameraReport {
	readonly role: CameraRole;
	readonly condition: CameraCondition;
	/** Pictures per second; null before the first second. */
	readonly fps: number | null;
	readonly dark: boolean;
	/** Lab clock of the newest picture, ms; null before the first. */
	readonly newestMs: number | null;
	/** Since the camera was opened. */
	readonly pictures: number;
	/** Pictures a consumer did not take in time. */
	readonly skipped: number;
	/** Pictures in a format that could not be read. */
	readonly unread: number;
}

export interface CamerasReport {
	readonly cameras: readonly CameraReport[];
}

/** FRAMES -> PAGE: at once when a condition changed, else twice a second. `t` on the lab clock. */
export type CamerasMessage = Envelope<'cameras', CamerasReport>;

export type FramesApi = Pick<
	FramesHost,
	'hello' | 'attach' | 'open' | 'close' | 'ended' | 'setMask' | 'preview' | 'trustViews' | 'usualViews'
>;

/** The report, or null for anything else. */
export function readCamerasMessage(data: unknown): CamerasMessage | null {
	return isEnvelope(data, ['cameras']) ? (data as CamerasMessage) : null;
}
