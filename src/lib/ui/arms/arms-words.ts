// From what is remembered of an arm to the learner's words.

import { CONNECT_CAUSES, type ConnectCause, type JointCause } from '$lib/contracts';
import { getLocale, m } from '$lib/i18n';
import { causeWords, jointList } from '../connect/connect-words';
import { formatNumber } from '../format';
import { jointCauseWords } from '../lab/health-words';
import type { ArmFaultView, ArmView } from './arms-view';

/** What the arm is called: its name, or the number it got when it was first seen. */
export function armTitle({ name, number }: Pick<ArmView, 'name' | 'number'>): string {
	return name === '' ? m.arms_number({ number }) : name;
}

/** A fault in words; a cause that this version does not know keeps its code. */
export function faultWord({ cause, joints }: ArmFaultView, role: ArmView['role']): string {
	const known = CONNECT_CAUSES.find((candidate): candidate is ConnectCause => candidate === cause);
	if (known !== undefined)
		return causeWords[known].title({ cause: known, joints, details: {} }, role ?? 'follower');
	const word = cause in jointCauseWords ? jointCauseWords[cause as JointCause]() : cause;
	return joints.length === 0 ? word : `${jointList(joints)}: ${word}`;
}

export function dayOf(epochMs: number): string {
	return new Intl.DateTimeFormat(getLocale(), { dateStyle: 'short', timeStyle: 'short' }).format(epochMs);
}

export function hoursOf(minutes: number): string {
	return minutes < 90
		? m.arms_minutes({ count: Math.round(minutes) })
		: m.arms_hours({ count: formatNumber(minutes / 60, 1) });
}
