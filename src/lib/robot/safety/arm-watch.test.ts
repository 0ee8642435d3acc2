import { describe, expect, it } from 'vitest';
import { createArmWatch, type WatchInput } from './arm-watch';
import { arm, type ArmingState } from './arming';
import { HEALTH } from './health';

const CALM: WatchInput = {
	nowMs: 0,
	pageBeatAgeMs: 10,
	pageVisible: true,
	stateAgeMs: 5,
	health: 0,
	batteryLevel: null
};

/** Feeds changes 50 ms apart and lists the events as words. */
function told(changes: readonly Partial<WatchInput>[], parkAllowed = true): string[] {
	const watch = createArmWatch({ parkAllowed });
	return changes.flatMap((change, i) =>
		watch
			.update({ ...CALM, nowMs: i * 50, ...change })
			.map((event) => ('reason' in event ? `${event.kind}:${event.reason}` : event.kind))
	);
}

const CASES: [string, Partial<WatchInput>[], string[]][] = [
	['a calm arm', [{}, {}, {}], []],
	[
		'page blocked for a moment',
		[{}, { pageBeatAgeMs: 101 }, { pageBeatAgeMs: 150 }, {}],
		['hold:page_silent', 'clear:page_silent']
	],
	[
		'page gone for 3 s',
		[{ pageBeatAgeMs: 200 }, { pageBeatAgeMs: 3001 }, { pageBeatAgeMs: 3050 }],
		['hold:page_silent', 'park:page_silent']
	],
	[
		'tab hidden',
		[{}, { pageVisible: false, pageBeatAgeMs: 120 }, {}],
		['hold:page_silent', 'hold:tab_hidden', 'clear:page_silent']
	],
	['sleep', [{}, { nowMs: 60_000, pageBeatAgeMs: 60_000 }], ['wake']],
	['clock backwards', [{ nowMs: 500 }, { nowMs: 400 }], ['wake']],
	[
		'state lost',
		[{}, { stateAgeMs: 101 }, { stateAgeMs: Infinity }, {}],
		['hold:reads_failing', 'clear:reads_failing']
	],
	['brown-out', [{}, { health: HEALTH.brownOut | HEALTH.lowVoltage }, {}], ['hold:voltage', 'clear:voltage']],
	[
		'overheat',
		[{}, { health: HEALTH.hot }, { health: HEALTH.park }, { health: HEALTH.park }, {}],
		['park:overheat']
	],
	[
		'battery_low',
		[{}, { batteryLevel: 0.5 }, { batteryLevel: 0.1 }, { batteryLevel: 0.09 }],
		['park:battery_low']
	],
	['a beat age that is not a number', [{}, { pageBeatAgeMs: NaN }], ['hold:page_silent', 'park:page_silent']]
];

describe('arm watch', () => {
	it.each(CASES)('%s', (_, changes, events) => {
		expect(told(changes)).toEqual(events);
	});

	it('holds where parking is not allowed, and never goes limp', () => {
		expect(told([{ pageBeatAgeMs: 200 }, { pageBeatAgeMs: 4000 }], false)).toEqual([
			'hold:page_silent',
			'hold:page_silent'
		]);
		let state: ArmingState = { phase: 'armed', reasons: [], torque: 'on', driven: true };
		for (const event of [
			{ kind: 'hold', reason: 'page_silent' },
			{ kind: 'park', reason: 'page_silent' }
		] as const)
			state = arm(state, event)?.state ?? state;
		expect(state).toEqual({ phase: 'parking', reasons: ['page_silent'], torque: 'on', driven: true });
		state = arm(state, { kind: 'atRest' })?.state ?? state;
		expect(state).toEqual({ phase: 'holding', reasons: ['parked'], torque: 'on', driven: true });
	});

	it('tells again what lasts when a person goes on, except a battery that was seen', () => {
		const watch = createArmWatch({ parkAllowed: true });
		const bad = { ...CALM, health: HEALTH.park, batteryLevel: 0.05 };
		expect(watch.update(bad)).toHaveLength(2);
		watch.resumed();
		expect(watch.update({ ...bad, nowMs: 50 })).toEqual([{ kind: 'park', reason: 'overheat' }]);
	});
});
