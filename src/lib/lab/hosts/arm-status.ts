// What the page is told of an arm under control, from the contact with it and the phase of its arming.

import type { ArmReport } from '$lib/contracts';
import type { ArmingState } from '$lib/robot/safety';

/** Whether the arm can be asked anything. */
export type Contact = 'none' | 'connecting' | 'there' | 'lost';

const WITHOUT_CONTACT = { none: 'disconnected', connecting: 'connecting', lost: 'lost' } as const;

/** Locked is the page's `disarmed`, whatever else would make it hold: torque holds the pose, nothing follows. */
export function statusOf(contact: Contact, { phase, reasons }: ArmingState): ArmReport['status'] {
	if (contact !== 'there') return WITHOUT_CONTACT[contact];
	if (phase === 'holding' && reasons.includes('parked')) return 'disarmed';
	switch (phase) {
		case 'parking':
		case 'freezing':
		case 'resting':
			return 'resting';
		case 'disarmed':
		case 'arming':
		case 'armed':
		case 'holding':
		case 'stopped':
			return phase;
	}
}
