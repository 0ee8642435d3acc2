import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from './fixtures/lerobot-0.6.1-golden.json';
import { QUANTILES, STAT_KEYS, mergeStats, vectorStats, type FeatureStats } from './stats';

type GoldenStats = Readonly<Record<(typeof STAT_KEYS)[number], readonly number[]>>;

/** LeRobot works in float32 and reads quantiles off 5000 bins between least and greatest value. */
function expectLike(found: FeatureStats, wanted: GoldenStats): void {
	expect([found.count]).toEqual(wanted.count);
	for (const key of ['min', 'max', 'mean', 'std'] as const)
		found[key].forEach((value, k) => expect(value, `${key} ${k}`).toBeCloseTo(wanted[key][k] ?? NaN, 4));
	for (const [key] of QUANTILES)
		found[key].forEach((value, k) => {
			const range = (found.max[k] ?? NaN) - (found.min[k] ?? NaN);
			expect(Math.abs(value - (wanted[key][k] ?? NaN)), `${key} ${k}`).toBeLessThanOrEqual(
				range / 5000 + 2e-5
			);
		});
}

describe('statistics against those of lerobot 0.6.1', () => {
	const found = golden.episodes.map(({ action, timestamp }) => ({
		action: vectorStats(action.flat(), 3),
		timestamp: vectorStats(timestamp, 1)
	}));

	it('agrees on each episode, down to one of a single row', () => {
		expect(golden.episodes.map(({ action }) => action.length)).toEqual([25, 12, 1]);
		found.forEach((stats, episode) => {
			expectLike(stats.action, golden.stats[episode]?.action as GoldenStats);
			expectLike(stats.timestamp, golden.stats[episode]?.timestamp as GoldenStats);
		});
	});

	it('agrees on the whole dataset', () => {
		expectLike(mergeStats(found.map((stats) => stats.action)), golden.merged.action);
		expectLike(mergeStats(found.map((stats) => stats.timestamp)), golden.merged.timestamp);
	});

	it('keeps LeRobot’s order of keys', () => {
		expect([...STAT_KEYS]).toEqual(golden.statKeys);
	});
});

describe('merging', () => {
	it('of any parts is what all rows together have, but for the quantiles', () => {
		const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
		fc.assert(
			fc.property(fc.array(fc.array(value, { minLength: 1 }), { minLength: 1 }), (parts) => {
				const merged = mergeStats(parts.map((rows) => vectorStats(rows, 1)));
				const whole = vectorStats(parts.flat(), 1);
				expect(merged.count).toBe(whole.count);
				expect([merged.min, merged.max]).toEqual([whole.min, whole.max]);
				expect(merged.mean[0]).toBeCloseTo(whole.mean[0] ?? NaN, 8);
				expect(merged.std[0]).toBeCloseTo(whole.std[0] ?? NaN, 4);
			}),
			{ seed: 2, numRuns: 300 }
		);
	});
});

describe('quantiles', () => {
	it('are values of the data, in order, with the asked share of rows not above them', () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }), (rows) => {
				const stats = vectorStats(rows, 1);
				const found = QUANTILES.map(([key]) => stats[key][0] ?? NaN);
				expect(found).toEqual(found.toSorted((a, b) => a - b));
				QUANTILES.forEach(([, share], k) => {
					const value = found[k] ?? NaN;
					expect(rows).toContain(value);
					expect(rows.filter((row) => row <= value).length).toBeGreaterThanOrEqual(
						share * rows.length - 1e-9
					);
				});
			}),
			{ seed: 4, numRuns: 300 }
		);
	});
});
