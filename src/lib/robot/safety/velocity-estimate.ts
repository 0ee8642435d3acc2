/**
 * Joint speeds from the last states: difference over a window of steps, because one encoder step between two reads 5 ms
 * apart already looks like 18 degrees a second. Knows numbers only.
 */
const WINDOW = 8;

export interface VelocityEstimate {
	/** LeRobot units per second; NaN until two states are known. */
	readonly velocity: Float64Array;
	push(state: ArrayLike<number>, atMs: number): void;
	reset(): void;
}

export function createVelocityEstimate(joints: number): VelocityEstimate {
	const velocity = new Float64Array(joints).fill(Number.NaN);
	const states = new Float64Array(joints * WINDOW);
	const times = new Float64Array(WINDOW);
	let count = 0;
	let next = 0;

	return {
		velocity,
		push(state, atMs) {
			const newest = (next + WINDOW - 1) % WINDOW;
			// The same read seen twice says nothing about speed.
			if (count > 0 && atMs <= (times[newest] ?? 0)) return;
			for (let j = 0; j < joints; j++) states[next * joints + j] = state[j] ?? Number.NaN;
			times[next] = atMs;
			count = Math.min(WINDOW, count + 1);
			const oldest = count < WINDOW ? 0 : (next + 1) % WINDOW;
			const spanS = (atMs - (times[oldest] ?? 0)) / 1000;
			for (let j = 0; j < joints; j++)
				velocity[j] =
					spanS > 0
						? ((states[next * joints + j] ?? 0) - (states[oldest * joints + j] ?? 0)) / spanS
						: Number.NaN;
			next = (next + 1) % WINDOW;
		},
		reset() {
			count = 0;
			next = 0;
			velocity.fill(Number.NaN);
		}
	};
}
