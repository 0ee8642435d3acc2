// How sure a success rate is: the Wilson score interval. Knows nothing of what was tried.
// Wilson, E. B. (1927); as recommended by Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872, method 3.

/** Two-sided, 95 %. */
const Z = 1.959963984540054;

interface RateInterval {
	/** Shares, 0..1. */
	readonly rate: number;
	readonly low: number;
	readonly high: number;
}

/** 95 % interval of the rate behind `successes` of `trials`; null without a trial: nothing was measured. */
export function wilsonInterval(successes: number, trials: number): RateInterval | null {
	if (!Number.isInteger(trials) || !Number.isInteger(successes) || trials <= 0) return null;
	if (successes < 0 || successes > trials) return null;
	const rate = successes / trials;
	const z2 = Z * Z;
	const middle = rate + z2 / (2 * trials);
	const spread = Z * Math.sqrt((rate * (1 - rate) + z2 / (4 * trials)) / trials);
	const scale = 1 + z2 / trials;
	// At the ends the interval touches them; the rest is rounding.
	const low = successes === 0 ? 0 : (middle - spread) / scale;
	const high = successes === trials ? 1 : (middle + spread) / scale;
	return { rate, low, high };
}
