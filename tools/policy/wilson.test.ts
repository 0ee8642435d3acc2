// Intervals as SciPy 1.18.1 gives them: binomtest(k, n).proportion_ci(0.95, 'wilson').
import { describe, expect, it } from 'vitest';
import { wilson } from './wilson.mjs';

describe('Wilson interval', () => {
	it.each([
		[294, 300, 0.9570604, 0.9908024],
		[20, 20, 0.8388748, 1],
		[0, 10, 0, 0.2775328]
	])('%d of %d', (successes, trials, low, high) => {
		const interval = wilson(successes, trials);
		expect(interval.low).toBeCloseTo(low, 6);
		expect(interval.high).toBeCloseTo(high, 6);
	});
});
