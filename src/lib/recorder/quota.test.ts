import { describe, expect, it } from 'vitest';
import type { CameraInfo } from '$lib/contracts';
import {
	askToPersist,
	expectedBytesPerSecond,
	refusalBeforeStart,
	RESERVE_BYTES,
	secondsThatFit,
	storageRoom
} from './quota';

const camera: CameraInfo = { name: 'top', width: 320, height: 240, fps: 30, kind: 'pattern', deviceId: '' };
const MB = 1e6;

describe('room for recordings', () => {
	it('is what the browser says, and null where it says nothing', async () => {
		const full = {
			estimate: () => Promise.resolve({ usage: 1, quota: 2 }),
			persisted: () => Promise.resolve(true)
		};
		expect(await storageRoom(full)).toEqual({ usedBytes: 1, quotaBytes: 2, persisted: true });
		const silent = { estimate: () => Promise.reject(new Error('no')) };
		expect(await storageRoom(silent)).toEqual({ usedBytes: null, quotaBytes: null, persisted: null });
		expect(await askToPersist(silent)).toBeNull();
		expect(await askToPersist({ ...silent, persist: () => Promise.resolve(false) })).toBe(false);
	});

	it('calls the browser with its own object', async () => {
		class Manager {
			#quota = 7;
			estimate() {
				return Promise.resolve({ usage: 0, quota: this.#quota });
			}
			persisted() {
				return Promise.resolve(this.#quota === 7);
			}
		}
		expect(await storageRoom(new Manager())).toEqual({ usedBytes: 0, quotaBytes: 7, persisted: true });
	});

	it('becomes seconds at the rate of the recording, after a reserve', () => {
		const room = { usedBytes: 100 * MB, quotaBytes: 100 * MB + RESERVE_BYTES + 60 * MB, persisted: null };
		expect(secondsThatFit(room, MB)).toBe(60);
		expect(secondsThatFit({ ...room, quotaBytes: 0 }, MB)).toBe(0);
		expect(secondsThatFit({ ...room, quotaBytes: null }, MB)).toBeNull();
	});

	it('of two small cameras is used at less than half a megabyte per second', () => {
		const rate = expectedBytesPerSecond([camera, camera], 30, 6);
		expect(rate).toBeGreaterThan(0.3 * MB);
		expect(rate).toBeLessThan(0.5 * MB);
	});

	it('refuses to start without any, or without enough for a short take', () => {
		const room = { usedBytes: 0, quotaBytes: RESERVE_BYTES + 10 * MB, persisted: null };
		expect(refusalBeforeStart(room, MB)).toBeNull();
		expect(refusalBeforeStart(room, 3 * MB)).toBe('storage_full');
		expect(refusalBeforeStart({ ...room, quotaBytes: 0 }, MB)).toBe('quota_zero');
		expect(refusalBeforeStart({ ...room, quotaBytes: null }, MB)).toBeNull();
	});
});
