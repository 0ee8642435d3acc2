import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSqueezeDetector } from './leader';

/** Trigger held at `percent` for `ms`, read every 5 ms. */
type Phase = readonly [percent: number, ms: number];

function gestures(phases: readonly Phase[], detector = createSqueezeDetector()): string[] {
	const found: string[] = [];
	let now = 0;
	for (const [percent, ms] of phases)
		for (const end = now + ms; now < end; now += 5) {
			const gesture = detector.update(percent, now);
			if (gesture) found.push(gesture);
		}
	return found;
}

const OPEN: Phase = [60, 150];
const SHUT: Phase = [2, 150];
const LONG: Phase = [60, 1000];

describe('squeeze', () => {
	it('is a record trigger when it comes twice, a stop when it comes three times', () => {
		expect(gestures([LONG, SHUT, OPEN, SHUT, LONG])).toEqual(['record']);
		expect(gestures([LONG, SHUT, OPEN, SHUT, OPEN, SHUT, LONG])).toEqual(['stop']);
	});

	it('stops at the third squeeze itself, not after a wait', () => {
		expect(gestures([LONG, SHUT, OPEN, SHUT, OPEN, [2, 60]])).toEqual(['stop']);
	});

	it('is not what grasping looks like: one long squeeze, or two that are far apart', () => {
		expect(gestures([LONG, [2, 4000], LONG])).toEqual([]);
		expect(gestures([LONG, SHUT, LONG, SHUT, LONG])).toEqual([]);
		expect(gestures([LONG, SHUT, OPEN, [2, 5000]])).toEqual([]);
	});

	it('does not count bounces, half squeezes and readings that are none', () => {
		expect(gestures([LONG, [2, 20], [60, 20], [2, 20], [60, 20], LONG])).toEqual([]);
		expect(gestures([LONG, [15, 150], OPEN, [15, 150], LONG])).toEqual([]);
		expect(gestures([LONG, [NaN, 500], LONG])).toEqual([]);
	});

	it('wants a trigger that is held at the start to be let go first', () => {
		expect(gestures([SHUT, OPEN, SHUT, LONG])).toEqual([]);
		const detector = createSqueezeDetector();
		gestures([LONG, SHUT, OPEN], detector);
		detector.reset();
		expect(gestures([SHUT, LONG], detector)).toEqual([]);
	});

	it('never fires more often than the trigger was squeezed', () => {
		const story = fc.array(
			fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.integer({ min: 5, max: 800 })),
			{
				maxLength: 60
			}
		);
		fc.assert(
			fc.property(story, (phases) => {
				const squeezes = phases.filter(([percent]) => percent < 8).length;
				expect(gestures(phases).length * 2).toBeLessThanOrEqual(squeezes);
			}),
			{ seed: 20261122, numRuns: 300 }
		);
	});
});
