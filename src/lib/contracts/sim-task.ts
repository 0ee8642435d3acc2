/**
 * The seam of a simulated exercise: something to do with the arm that can be set up from a number, watched, and judged.
 * Knows nothing of engines; physics, scripted expert, evaluation and lessons meet here.
 */
import type { Vec3 } from '$lib/core';

/** Where the things of a task are. Positions in metres in the world frame, quaternions (w, x, y, z). */
export interface TaskState {
	readonly cubePositionM: Vec3;
	readonly cubeQuat: readonly [number, number, number, number];
	/** Speed of the cube, m/s. */
	readonly cubeSpeedMps: number;
	/** Where the cube's centre is to rest. */
	readonly targetPositionM: Vec3;
	/** True from the first moment the cube was carried in this episode (a pushed cube never is). */
	readonly lifted: boolean;
}

export interface SimTask {
	readonly name: string;
	/** Task text as stored with episodes (LeRobot's `task`). */
	readonly text: string;
	/** Seed of the last reset. */
	readonly seed: number;
	/** Places everything anew; the same seed gives the same start, bit for bit. */
	reset(seed: number): void;
	/** To be called after every physics step or control tick: keeps what success needs to remember. */
	observe(): void;
	state(): TaskState;
	/** Poses of all bodies, POSE_STRIDE numbers each, in the order of the scene's `bodies`. A view, rewritten by the next call. */
	poses(): Float64Array;
	success(): boolean;
	/** True when the task cannot be done any more (the cube left the table). */
	failed(): boolean;
}
