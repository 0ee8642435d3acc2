import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCaptureClock } from './capture-clock';

const SEED = 5;

describe('capture clock', () => {
	it('gives pictures that travel unevenly their even spacing back', () => {
		const journeys = fc.array(fc.double({ min: 4, max: 45, noNaN: true }), {
			minLength: 100,
			maxLength: 100
		});
		fc.assert(
			fc.property(journeys, (delays) => {
				const clock = createCaptureClock();
				delays[0] = 4;
				let arrival = 0;
				const stamps = delays.map((delay, k) => {
					arrival = Math.max(arrival, 1000 + (k * 1000) / 30 + delay);
					return { at: clock.stamp(500_000 + (k * 1000) / 30, arrival), arrival };
				});
				stamps.forEach(({ at, arrival: came }, k) => {
					expect(at).toBeCloseTo(1004 + (k * 1000) / 30, 6);
					expect(at).toBeLessThanOrEqual(came + 1e-6);
				});
			}),
			{ seed: SEED, numRuns: 50 }
		);
	});

	it('follows a clock that drifts', () => {
		const clock = createCaptureClock();
		let worst = 0;
		for (let k = 0; k < 30 * 600; k++) {
			const trueMs = (k * 1000) / 30;
			// 100 parts in a million slow: a cheap crystal.
			const at = clock.stamp(trueMs * (1 - 1e-4), trueMs + 5);
			worst = Math.max(worst, Math.abs(at - trueMs - 5));
		}
		expect(worst).toBeLessThan(1.1);
	});

	it('starts anew when the camera does, and never runs back', () => {
		const clock = createCaptureClock();
		expect(clock.stamp(90_000, 1000)).toBe(1000);
		expect(clock.stamp(0, 1500)).toBe(1500);
		expect(clock.stamp(33, 1533)).toBe(1533);
		expect(clock.stamp(20, 1534)).toBeGreaterThan(1533);
	});
});
