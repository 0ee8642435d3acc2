// Made-up arms for the gallery: a named one that is there, one without a name and with faults.
import type { ArmsActions, ArmsView } from '$lib/ui/arms';

const nothing = (): void => undefined;

export const armsActions: ArmsActions = {
	rename: nothing,
	forgetRole: nothing,
	forget: nothing,
	exportFile: nothing,
	importFile: nothing,
	close: nothing
};

const MONDAY_EPOCH_MS = Date.UTC(2026, 8, 14, 8, 30);
const DAY_MS = 86_400_000;

export const armsView: ArmsView = {
	arms: [
		{
			fingerprint: 'A',
			number: 1,
			name: 'Marlin',
			role: 'follower',
			present: true,
			lastCheck: { atEpochMs: MONDAY_EPOCH_MS + 2 * DAY_MS, cause: null },
			armedMinutes: 412,
			faults: [],
			sessions: [
				{
					startedAtEpochMs: MONDAY_EPOCH_MS + 2 * DAY_MS,
					minutes: 41,
					hottestC: 48,
					lowestV: 7.1,
					warnings: 0
				},
				{ startedAtEpochMs: MONDAY_EPOCH_MS, minutes: 38, hottestC: 57, lowestV: 6.4, warnings: 3 }
			]
		},
		{
			fingerprint: 'B',
			number: 2,
			name: '',
			role: null,
			present: false,
			lastCheck: { atEpochMs: MONDAY_EPOCH_MS, cause: 'servo_missing', joints: ['elbow_flex'] },
			armedMinutes: 0,
			faults: [
				{ atEpochMs: MONDAY_EPOCH_MS, cause: 'servo_missing', joints: ['elbow_flex'] },
				{ atEpochMs: MONDAY_EPOCH_MS - DAY_MS, cause: 'too_hot', joints: ['shoulder_lift'] }
			],
			sessions: []
		}
	],
	damaged: 0,
	imported: null
};
