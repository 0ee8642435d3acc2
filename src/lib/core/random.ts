// Seeded random numbers (mulberry32), so that every simulated fault and start pose can be replayed from its seed.

export interface Random {
	/** Uniform in [0, 1). */
	next(): number;
	/** Uniform integer in [0, bound). */
	int(bound: number): number;
	/** Uniform in [low, high). */
	between(low: number, high: number): number;
	/** Standard normal (Box-Muller). */
	normal(): number;
	/** True with the given probability. */
	chance(probability: number): boolean;
}

export function createRandom(seed: number): Random {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
	return {
		next,
		int: (bound) => Math.floor(next() * bound),
		between: (low, high) => low + next() * (high - low),
		normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
		chance: (probability) => next() < probability
	};
}
