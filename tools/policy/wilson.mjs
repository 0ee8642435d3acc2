// How sure a counted success rate is: Wilson's interval at 95 %. Pure.

const Z = 1.959964;

/**
 * @param {number} successes
 * @param {number} trials above 0
 * @returns {{ low: number, high: number }} shares, 0..1
 */
export function wilson(successes, trials) {
	const p = successes / trials;
	const z2 = Z * Z;
	const middle = (p + z2 / (2 * trials)) / (1 + z2 / trials);
	const half = (Z * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials * trials))) / (1 + z2 / trials);
	return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
