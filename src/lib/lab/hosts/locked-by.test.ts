import { describe, expect, it } from 'vitest';
import { INITIAL_ARMING, arm, type ArmingEvent, type ArmingState } from '$lib/robot/safety';
import { lockedBy, type LockedBy } from './locked-by';

/** The cause after these events, of those the arming table takes. */
function after(...events: readonly ArmingEvent[]): { why: LockedBy; phase: ArmingState['phase'] } {
	let state: ArmingState = INITIAL_ARMING;
	let why: LockedBy = '';
	for (const event of events) {
		const step = arm(state, event);
		if (step === null) continue;
		why = lockedBy(state, event, why);
		state = step.state;
	}
	return { why, phase: state.phase };
}

const UNLOCK: readonly ArmingEvent[] = [{ kind: 'arm' }, { kind: 'armed' }];

describe('why the arm is locked', () => {
	it.each<[string, readonly ArmingEvent[], LockedBy]>([
		['nobody has unlocked it yet', [], ''],
		['a person locked it', [...UNLOCK, { kind: 'hold', reason: 'parked' }], ''],
		['the clock jumped while it was armed', [...UNLOCK, { kind: 'wake' }], 'woke'],
		['the clock jumped while it was being unlocked', [{ kind: 'arm' }, { kind: 'wake' }], 'woke'],
		[
			'the clock jumped while it was being unlocked, and the torque would not go',
			[{ kind: 'arm' }, { kind: 'wake' }, { kind: 'found', torque: 'unknown' }],
			'woke'
		],
		['its servos had no power for a moment', [...UNLOCK, { kind: 'limp', torque: 'off' }], 'went_limp'],
		['they had none after it had been locked', [{ kind: 'limp', torque: 'off' }], ''],
		['the clock jumped twice', [...UNLOCK, { kind: 'wake' }, { kind: 'wake' }], 'woke'],
		['the clock jumped and it had been locked', [{ kind: 'wake' }], ''],
		[
			'it went to rest, and the page came back',
			[
				...UNLOCK,
				{ kind: 'hold', reason: 'page_silent' },
				{ kind: 'park', reason: 'page_silent' },
				{ kind: 'atRest' },
				{ kind: 'hold', reason: 'page_silent' },
				{ kind: 'clear', reason: 'page_silent' }
			],
			'went_to_rest'
		],
		['unlocked after it woke', [...UNLOCK, { kind: 'wake' }, ...UNLOCK], '']
	])('%s', (_what, events, why) => {
		expect(after(...events).why).toBe(why);
	});
});
