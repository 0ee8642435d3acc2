// How long answers took lately. Knows milliseconds or seconds, whichever it is given; knows no clock.

/** Enough for a p95 that is a measured one. */
const KEPT = 100;

export interface LatencyFigures {
	readonly last: number;
	readonly median: number;
	/** Least value that 95 % of the kept ones do not exceed. */
	readonly p95: number;
	readonly count: number;
}

export interface LatencyBook {
	add(latency: number): void;
	/** Largest of the newest `count`; 0 when there is none. */
	worst(count: number): number;
	/** Of the newest hundred; null before the first. */
	figures(): LatencyFigures | null;
}

export function createLatencyBook(): LatencyBook {
	let kept: number[] = [];

	return {
		add(latency) {
			if (!(latency >= 0 && latency < Infinity)) return;
			kept.push(latency);
			if (kept.length > KEPT) kept = kept.slice(-KEPT);
		},
		worst: (count) => Math.max(0, ...kept.slice(-count)),
		figures() {
			const last = kept.at(-1);
			if (last === undefined) return null;
			const sorted = [...kept].sort((a, b) => a - b);
			const rank = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? last;
			return { last, median: rank(0.5), p95: rank(0.95), count: sorted.length };
		}
	};
}
