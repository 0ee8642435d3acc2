import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_SETTINGS, RECORD_SIZES, formatCameraSettings, readCameraSettings } from './camera-settings';

const SETTINGS = {
	devices: [
		{ role: 'top', deviceId: 'a', groupId: 'g', label: 'C270' },
		{ role: 'wrist', deviceId: 'b', groupId: 'g', label: 'C270' }
	],
	masks: { top: [{ x: 0.1, y: 0, width: 0.25, height: 1 }] },
	size: RECORD_SIZES[1],
	localOnly: true,
	usual: { wrist: Array.from({ length: 192 }, (_, i) => i) }
} as const;

describe('camera settings', () => {
	it('come back as they were', () => {
		expect(readCameraSettings(formatCameraSettings(SETTINGS))).toEqual(SETTINGS);
		expect(readCameraSettings(formatCameraSettings(NO_SETTINGS))).toEqual(NO_SETTINGS);
		expect(readCameraSettings(null)).toEqual(NO_SETTINGS);
	});

	it('survive any damage, and local only survives with them', () => {
		const text = formatCameraSettings(SETTINGS);
		fc.assert(
			fc.property(fc.nat(text.length), fc.string({ maxLength: 5 }), (at, junk) => {
				const read = readCameraSettings(text.slice(0, at) + junk + text.slice(at));
				expect(RECORD_SIZES).toContainEqual(read.size);
			}),
			{ seed: 83, numRuns: 300 }
		);
		expect(readCameraSettings(text.slice(0, -1)).localOnly).toBe(true);
		expect(readCameraSettings(text.replace('"schemaVersion":1', '"schemaVersion":2'))).toEqual({
			...NO_SETTINGS,
			localOnly: true
		});
	});

	it('leave out what makes no sense', () => {
		const text = JSON.stringify({
			schemaVersion: 1,
			devices: [
				{ role: 'roof', deviceId: 'a' },
				{ role: 'top', deviceId: '' },
				{ role: 'side', deviceId: 'c' },
				null
			],
			masks: {
				top: [
					{ x: -1, y: 0, width: 1, height: 1 },
					{ x: 0, y: 0, width: 1, height: 1 }
				]
			},
			size: { width: 9999 },
			usual: { top: [1, 2] }
		});
		expect(readCameraSettings(text)).toEqual({
			...NO_SETTINGS,
			devices: [{ role: 'side', deviceId: 'c', groupId: '', label: '' }],
			masks: { top: [{ x: 0, y: 0, width: 1, height: 1 }] }
		});
	});
});
