import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson';

describe('wilsonInterval', () => {
	// Newcombe (1998), table I, method 3.
	it.each([
		[81, 263, 0.2553, 0.3662],
		[15, 148, 0.0624, 0.1605],
		[0, 20, 0, 0.1611],
		[1, 29, 0.0061, 0.1718]
	])('%i of %i is what Newcombe printed', (successes, trials, low, high) => {
		const found = wilsonInterval(successes, trials);
		expect(found?.low).toBeCloseTo(low, 4);
		expect(found?.high).toBeCloseTo(high, 4);
	});

	it('says nothing where nothing was tried, or was counted wrongly', () => {
		expect(wilsonInterval(0, 0)).toBeNull();
		expect(wilsonInterval(3, 2)).toBeNull();
		expect(wilsonInterval(-1, 2)).toBeNull();
		expect(wilsonInterval(0.5, 2)).toBeNull();
	});

	it('holds the rate, stays in 0..1, mirrors and narrows', () => {
		const counted = fc
			.integer({ min: 1, max: 10_000 })
			.chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));
		fc.assert(
			fc.property(counted, ([successes, trials]) => {
				const found = wilsonInterval(successes, trials);
				const mirrored = wilsonInterval(trials - successes, trials);
				const more = wilsonInterval(successes * 4, trials * 4);
				if (found === null || mirrored === null || more === null) throw new TypeError('no interval');
				expect(found.low).toBeGreaterThanOrEqual(0);
				expect(found.high).toBeLessThanOrEqual(1);
				expect(found.low).toBeLessThanOrEqual(found.rate);
				expect(found.high).toBeGreaterThanOrEqual(found.rate);
				expect(mirrored.low).toBeCloseTo(1 - found.high, 12);
				expect(more.high - more.low).toBeLessThan(found.high - found.low);
			})
		);
	});
});
