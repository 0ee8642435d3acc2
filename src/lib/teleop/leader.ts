/**
 * A leader arm's state -> wishes for the follower, and the one gesture a hand on the leader has left: squeezing its
 * trigger. Knows joint values; knows nothing of ports. Both arms speak LeRobot units of their own calibration, so a joint
 * value of the leader is the follower's.
 */
import type { RobotSpec } from '$lib/contracts';
import type { DriveSource } from './source';
import { clampJoint, isWhole } from './source';

/** Input: the leader's state, or null for a read that failed. */
export function createLeader(spec: RobotSpec): DriveSource<ArrayLike<number> | null> {
	const wish = new Float32Array(spec.joints.length);
	let ready = false;
	let inputMs = Number.NEGATIVE_INFINITY;

	return {
		source: 'leader',
		get inputMs() {
			return inputMs;
		},
		begin() {
			// The leader stands where it stands: the gate brings the follower to it.
			ready = false;
		},
		input(state, atMs) {
			// A failed read is no wish: the last one grows old and the gate holds.
			if (state === null || !isWhole(state, wish.length)) return;
			for (let j = 0; j < wish.length; j++) wish[j] = clampJoint(spec, j, state[j] ?? Number.NaN);
			inputMs = atMs;
			ready = true;
		},
		advance: () => (ready ? wish : null)
	};
}

/** Two quick squeezes: start or stop recording. Three: stop the arm. */
export type SqueezeGesture = 'record' | 'stop';

export interface SqueezeDetector {
	/** Trigger position 0 (squeezed) .. 100 and its time; returns a gesture when one is complete. NaN is no reading. */
	update(percent: number, atMs: number): SqueezeGesture | null;
	reset(): void;
}

/** Squeezed below, let go above: between the two nothing changes. */
const SQUEEZED_BELOW = 8;
const OPEN_ABOVE = 25;
/** A squeeze or a release must last this long to count. */
const STEADY_MS = 40;
/** Squeezes further apart do not belong together; grasping something is one long squeeze. */
const APART_MS = 450;

/** Recognises double and triple squeezes. All time comes from the readings, so it works on virtual time. */
export function createSqueezeDetector(): SqueezeDetector {
	let squeezed = true;
	let changeMs: number | null = null;
	let count = 0;
	let lastMs = Number.NEGATIVE_INFINITY;

	return {
		update(percent, atMs) {
			if (!Number.isFinite(percent) || !Number.isFinite(atMs)) return null;
			const wants = squeezed ? percent > OPEN_ABOVE : percent < SQUEEZED_BELOW;
			if (!wants) changeMs = null;
			else changeMs ??= atMs;
			if (changeMs !== null && atMs - changeMs >= STEADY_MS) {
				squeezed = !squeezed;
				changeMs = null;
				if (squeezed) {
					count = atMs - lastMs <= APART_MS ? count + 1 : 1;
					lastMs = atMs;
					if (count === 3) {
						count = 0;
						return 'stop';
					}
				}
			}
			// Two squeezes wait for a third one before they mean anything.
			if (count === 2 && !squeezed && changeMs === null && atMs - lastMs > APART_MS) {
				count = 0;
				return 'record';
			}
			if (atMs - lastMs > APART_MS && count === 1) count = 0;
			return null;
		},
		reset() {
			// Whatever is held now must be let go first.
			squeezed = true;
			changeMs = null;
			count = 0;
			lastMs = Number.NEGATIVE_INFINITY;
		}
	};
}
