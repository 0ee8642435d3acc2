import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SetpointSource } from '$lib/contracts';
import { createArbiter } from './arbiter';
import { wish } from './testing/gate-run';

const SOURCES: SetpointSource[] = [
	'sliders',
	'keyboard',
	'gamepad',
	'leader',
	'policy',
	'replay',
	'expert',
	'park'
];

describe('arbiter', () => {
	it('gives the newest wish of the source that drives, and of no other', () => {
		const arbiter = createArbiter();
		expect(arbiter.newest()).toBeNull();
		arbiter.select('leader');
		arbiter.post(wish([1, 0, 0, 0, 0, 0], 10, 'leader'));
		arbiter.post(wish([2, 0, 0, 0, 0, 0], 20, 'leader'));
		arbiter.post(wish([3, 0, 0, 0, 0, 0], 30, 'policy'));
		expect(arbiter.newest()?.q[0]).toBe(2);
		expect(arbiter.counters).toEqual({ posted: 3, wrongEpoch: 0, notActive: 1 });
	});

	it('latches a stop: nothing drives, nothing older counts, selecting is refused until it is cleared', () => {
		const arbiter = createArbiter();
		arbiter.select('sliders');
		arbiter.post(wish([1, 0, 0, 0, 0, 0], 10));
		const epoch = arbiter.stop();
		expect(epoch).toBe(2);
		expect(arbiter.newest()).toBeNull();
		expect(arbiter.select('sliders')).toBe(false);
		expect(arbiter.post(wish([1, 0, 0, 0, 0, 0], 11))).toBe(false);
		arbiter.clear();
		expect(arbiter.select('sliders')).toBe(true);
		expect(arbiter.newest()).toBeNull();
		expect(arbiter.post(wish([1, 0, 0, 0, 0, 0], 12, 'sliders', epoch))).toBe(true);
		expect(arbiter.newest()?.epoch).toBe(epoch);
	});

	it('drops what was wished before a sleep, without stopping', () => {
		const arbiter = createArbiter();
		arbiter.select('replay');
		arbiter.post(wish([1, 0, 0, 0, 0, 0], 10, 'replay'));
		arbiter.drop();
		expect(arbiter.stopped).toBe(false);
		expect(arbiter.active).toBe('replay');
		expect(arbiter.newest()).toBeNull();
	});

	it('never hands out a wish of an older epoch or of another source, whatever the order of calls', () => {
		const call = fc.oneof(
			fc.record({
				kind: fc.constant('post' as const),
				source: fc.constantFrom(...SOURCES),
				epoch: fc.integer({ min: 0, max: 8 })
			}),
			fc.record({ kind: fc.constant('select' as const), source: fc.constantFrom(...SOURCES, null) }),
			fc.record({ kind: fc.constantFrom('stop' as const, 'clear' as const, 'drop' as const) })
		);
		fc.assert(
			fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
				const arbiter = createArbiter();
				let last = arbiter.epoch;
				for (const step of calls) {
					if (step.kind === 'post') arbiter.post(wish([0, 0, 0, 0, 0, 0], 0, step.source, step.epoch));
					else if (step.kind === 'select') arbiter.select(step.source);
					else arbiter[step.kind]();
					const newest = arbiter.newest();
					expect(arbiter.epoch).toBeGreaterThanOrEqual(last);
					last = arbiter.epoch;
					if (arbiter.stopped) expect(newest).toBeNull();
					if (newest) {
						expect(newest.epoch).toBe(arbiter.epoch);
						expect(newest.source).toBe(arbiter.active);
					}
				}
			}),
			{ seed: 20261122, numRuns: 500 }
		);
	});
});
