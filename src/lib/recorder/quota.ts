// How much room there is and how long a recording fits into it. Knows the Storage API's numbers, which are estimates of
// the browser; shows nothing that was not asked for and answered.

import type { CameraInfo } from '$lib/contracts';
import { videoBitrate } from './video-encoder';

/** The part of `navigator.storage` this needs. */
export interface StorageProbe {
	estimate(): Promise<{ usage?: number; quota?: number }>;
	persisted?(): Promise<boolean>;
	persist?(): Promise<boolean>;
}

/** null = the browser does not say. */
export interface StorageRoom {
	readonly usedBytes: number | null;
	readonly quotaBytes: number | null;
	readonly persisted: boolean | null;
}

/** Kept free for the closing record, statistics, other rows and the browser's own estimate being late. */
export const RESERVE_BYTES = 16 * 1024 * 1024;

const askSafely = async <T>(ask: (() => Promise<T>) | undefined): Promise<T | null> => {
	try {
		return ask ? await ask() : null;
	} catch {
		return null;
	}
};

export async function storageRoom(probe: StorageProbe): Promise<StorageRoom> {
	const estimate = await askSafely(() => probe.estimate());
	const persisted = await askSafely(probe.persisted?.bind(probe));
	return { usedBytes: estimate?.usage ?? null, quotaBytes: estimate?.quota ?? null, persisted };
}

/** Asks the browser to keep the data; its answer, null where it cannot be asked. */
export const askToPersist = (probe: StorageProbe): Promise<boolean | null> =>
	askSafely(probe.persist?.bind(probe));

/** Bytes per second of a recording before anything was measured: what the encoders are asked for, plus the rows. */
export function expectedBytesPerSecond(cameras: readonly CameraInfo[], fps: number, joints: number): number {
	const video = cameras.reduce((sum, { width, height }) => sum + videoBitrate({ width, height, fps }) / 8, 0);
	const rows = fps * (8 + 8 * cameras.length + 8 * joints);
	return video + rows;
}

/** Seconds of recording that fit, after the reserve; null when the browser does not say how much room there is. */
export function secondsThatFit(room: StorageRoom, bytesPerSecond: number): number | null {
	if (room.usedBytes === null || room.quotaBytes === null) return null;
	return Math.max(0, room.quotaBytes - room.usedBytes - RESERVE_BYTES) / bytesPerSecond;
}

/** A take that could not even last this long is not begun. */
export const SHORTEST_TAKE_S = 5;

/** Why recording should not start, or null. Without an answer from the browser recording starts: the store will tell. */
export function refusalBeforeStart(
	room: StorageRoom,
	bytesPerSecond: number
): 'quota_zero' | 'storage_full' | null {
	if (room.quotaBytes === 0) return 'quota_zero';
	const seconds = secondsThatFit(room, bytesPerSecond);
	return seconds !== null && seconds < SHORTEST_TAKE_S ? 'storage_full' : null;
}
