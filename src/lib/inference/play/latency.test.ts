// 0 stalls and no visible seam, whatever the latencies, as long as none is later than 80 % of the chunk. A sample of what
// `npm run bench` counts at full size.
import { describe, expect, it } from 'vitest';
import { runLatencies, type LatencyResult } from './testing/latency-sim';

const SEEDS = 120;

function runs(mostShare: number, seeds = SEEDS, ensemble: number | null = null): LatencyResult[] {
	return Array.from({ length: seeds }, (_, index) =>
		runLatencies({ seed: 1 + index, mostShare, answers: 15, ensemble })
	);
}

const worst = (results: LatencyResult[], of: keyof LatencyResult): number =>
	Math.max(...results.map((result) => result[of]));

/** Degrees between two consecutive targets, beyond what the policy itself moves. */
const SEAM_LIMIT = 0.5;

describe('a policy that answers within 80 % of its chunk', () => {
	const results = runs(0.8);

	it('never makes the arm wait', () => {
		expect(results.filter(({ stalls }) => stalls > 0)).toEqual([]);
	});

	it('leaves no seam above half a degree, although its chunks disagree by many', () => {
		expect(worst(results, 'worstSeam')).toBeLessThanOrEqual(SEAM_LIMIT);
		expect(worst(results, 'worstDisagreement')).toBeGreaterThan(15);
	});

	it('is really played: no run creeps, none comes to a stop in all but name', () => {
		expect(Math.min(...results.map(({ meanPace }) => meanPace))).toBeGreaterThan(0.4);
		expect(Math.min(...results.map(({ leastPace }) => leastPace))).toBeGreaterThan(0.05);
	});

	it('nor with temporal ensembling', () => {
		const averaged = runs(0.8, SEEDS / 2, 0.01);
		expect(worst(averaged, 'stalls')).toBe(0);
		expect(worst(averaged, 'worstSeam')).toBeLessThanOrEqual(SEAM_LIMIT);
	});
});

describe('the figures can be bad', () => {
	it('a policy that is later than its chunk is long makes the arm wait', () => {
		expect(worst(runs(1.2, 20), 'stalls')).toBeGreaterThan(0);
	});
});
