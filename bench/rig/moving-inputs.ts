// A person who keeps the arm moving: inputs of a control loop whose page is alive and whose wish is new in every tick.

import { SO101, type Setpoint } from '$lib/contracts';

/** Wishes of all six joints at `nowMs`, slow enough that the gate lets them through. LeRobot units, written into `out`. */
export function movingWish(nowMs: number, out: Float32Array): Float32Array {
	for (let j = 0; j < out.length; j++) out[j] = 10 * Math.sin(nowMs / 1500 + j) + (j === 5 ? 40 : 0);
	return out;
}

export function movingInputs(now: () => number): {
	readonly epoch: number;
	readonly stopped: boolean;
	readonly pageBeatMs: number;
	readonly setpoint: Setpoint;
} {
	const q = new Float32Array(SO101.joints.length);
	return {
		epoch: 1,
		stopped: false,
		get pageBeatMs() {
			return now();
		},
		get setpoint(): Setpoint {
			return { v: 1, source: 'sliders', epoch: 1, tMs: now(), q: movingWish(now(), q) };
		}
	};
}
