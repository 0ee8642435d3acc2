// What the page tells a person who finds the arm locked: by itself, and why, or because somebody asked. Pure.

import type { ArmingEvent, ArmingState } from '$lib/robot/safety';

/** Why the arm is locked although nobody asked for it; empty when somebody did. */
export type LockedBy = '' | 'woke' | 'went_to_rest' | 'went_limp';

/** The cause after `event` met the arm in `before`; `last` is the cause so far. */
export function lockedBy(before: ArmingState, event: ArmingEvent, last: LockedBy): LockedBy {
	if (event.kind === 'atRest' && before.phase === 'parking') return 'went_to_rest';
	const locked = before.phase === 'disarmed' || before.phase === 'stopped';
	if (event.kind === 'limp' && !locked) return 'went_limp';
	// Who was locked already and slept on is told nothing new.
	if (event.kind === 'wake') return before.phase === 'disarmed' ? last : 'woke';
	// What lasts or ends while the arm rests does not change why it was locked.
	const told = event.kind === 'clear' || (event.kind === 'hold' && event.reason !== 'parked');
	// Nor does what the servos say of their torque afterwards.
	return told || event.kind === 'found' || event.kind === 'limp' ? last : '';
}
