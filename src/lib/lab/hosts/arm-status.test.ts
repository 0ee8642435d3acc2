import { describe, expect, it } from 'vitest';
import { INITIAL_ARMING, type ArmingState } from '$lib/robot/safety';
import { statusOf } from './arm-status';

const holding = (...reasons: ArmingState['reasons']): ArmingState => ({
	phase: 'holding',
	reasons,
	torque: 'on',
	driven: true
});

describe('what the page is told of an arm', () => {
	it.each([
		[['parked'], 'disarmed'],
		[['parked', 'page_silent'], 'disarmed'],
		[['page_silent', 'parked'], 'disarmed'],
		[['page_silent'], 'holding'],
		[['overheat', 'voltage'], 'holding']
	] as const)('held for %j is %s: a busy page unlocks nobody', (reasons, status) => {
		expect(statusOf('there', holding(...reasons))).toBe(status);
	});

	it.each([
		['none', 'disconnected'],
		['connecting', 'connecting'],
		['lost', 'lost']
	] as const)('without contact (%s) it is %s, whatever it was', (contact, status) => {
		expect(statusOf(contact, holding('parked'))).toBe(status);
		expect(statusOf(contact, INITIAL_ARMING)).toBe(status);
	});
});
