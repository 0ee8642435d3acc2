// Rows of one episode as the look at it needs them, and the way from a time to a row. Knows no store.

/** Row-major: joint j of row i at i*joints+j. LeRobot units. */
export interface Rows {
	readonly count: number;
	readonly joints: number;
	/** Capture time of the state since the first row, ms, rising. */
	readonly timesMs: Float64Array;
	readonly state: Float32Array;
	readonly action: Float32Array;
	/** 1 where a person had taken over from a policy; null: nowhere. */
	readonly correction: Uint8Array | null;
}

/** The row nearest to a time, or -1 where none is within `withinMs`: a hole stays a hole. */
export function rowAt({ count, timesMs }: Rows, tMs: number, withinMs: number): number {
	let low = 0;
	let high = count - 1;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((timesMs[middle] ?? Infinity) < tMs) low = middle + 1;
		else high = middle;
	}
	const apart = (row: number): number => Math.abs((timesMs[row] ?? Infinity) - tMs);
	const nearest = low > 0 && apart(low - 1) <= apart(low) ? low - 1 : low;
	return count > 0 && apart(nearest) <= withinMs ? nearest : -1;
}
