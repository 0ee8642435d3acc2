// When a picture was taken, on the clock of whoever receives it. A camera counts time from a start of its own; how long
// its pictures travel varies, but never below some least delay. So the fastest recent journey tells how the two clocks
// stand to each other, and the camera's own even spacing is kept. Pure.

export interface CaptureClock {
	/**
	 * @param cameraMs the picture's time on the camera's clock
	 * @param arrivalMs when it was received, on the receiver's clock
	 * @returns capture time on the receiver's clock: rises from picture to picture, never later than the arrival
	 *   (unless pictures arrive at the same instant)
	 */
	stamp(cameraMs: number, arrivalMs: number): number;
}

/** Clocks drift apart: a fastest journey is forgotten after one to two of these. */
const WINDOW_MS = 5000;
/** Beyond this the camera's clock was set anew. */
const JUMP_MS = 1000;
const LEAST_STEP_MS = 0.001;

export function createCaptureClock(): CaptureClock {
	let newest = Infinity;
	let older = Infinity;
	let windowStart = -Infinity;
	let last = -Infinity;

	return {
		stamp(cameraMs, arrivalMs) {
			const journey = arrivalMs - cameraMs;
			const known = Math.min(newest, older);
			if (Math.abs(journey - known) > JUMP_MS) {
				newest = older = Infinity;
				windowStart = arrivalMs;
			} else if (arrivalMs - windowStart > WINDOW_MS) {
				older = newest;
				newest = Infinity;
				windowStart = arrivalMs;
			}
			newest = Math.min(newest, journey);
			last = Math.max(last + LEAST_STEP_MS, cameraMs + Math.min(newest, older));
			return last;
		}
	};
}
