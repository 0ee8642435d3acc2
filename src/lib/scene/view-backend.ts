/**
 * What a renderer of the page's view owes its controller. Two keep it: `three-view` (WebGL) and `fallback-view` (no
 * graphics card needed). Types only.
 */
import type { SceneDescription, ScenePrimitive } from '$lib/contracts';
import type { Orbit } from './orbit';
import type { SceneTheme } from './scene-theme';

/** One picture's worth of facts. Pose arrays hold POSE_STRIDE numbers per body of the scene. */
export interface ViewFrame {
	readonly poses: Float64Array;
	/** Where the arm is to go; drawn as a ghost where it differs from `poses`. */
	readonly goalPoses: Float64Array | null;
	/** Body to lift out by its joint's colour. */
	readonly highlightBody: string | null;
	readonly orbit: Orbit;
}

/** What stays the same while a view is open. */
export interface ViewScene {
	readonly description: SceneDescription;
	/** Bodies that move with the arm's joints, one per joint: they have ghosts, and their axles the joint's colour. */
	readonly jointBodies: readonly string[];
}

export interface ViewBackend {
	/** Size in CSS pixels and device pixels per CSS pixel. */
	resize(width: number, height: number, pixelRatio: number): void;
	setTheme(theme: SceneTheme): void;
	draw(frame: ViewFrame): void;
	dispose(): void;
}

export interface ViewBackendEvents {
	/** The graphics card took the context away, or gave it back. */
	onLost(): void;
	onRestored(): void;
}

/** The goal counts as another pose beyond this: a steady arm sags by less and would shimmer. */
const DIFFERENT_M = 0.004;
const DIFFERENT_RAD = 0.035;

/** Whether body `index` stands visibly elsewhere in `goal` than in `poses`. */
export function bodyDiffers(poses: Float64Array, goal: Float64Array, index: number, stride: number): boolean {
	const o = index * stride;
	const at = (values: Float64Array, k: number): number => values[o + k] ?? Number.NaN;
	const move = Math.hypot(at(poses, 0) - at(goal, 0), at(poses, 1) - at(goal, 1), at(poses, 2) - at(goal, 2));
	let dot = 0;
	for (let k = 3; k < 7; k++) dot += at(poses, k) * at(goal, k);
	const turn = 2 * Math.acos(Math.min(1, Math.abs(dot)));
	// A comparison with NaN is false: an unknown goal has no ghost.
	return move > DIFFERENT_M || turn > DIFFERENT_RAD;
}

/** Joint number (from 0) whose colour a primitive wears, -1 for none: the visible axles. */
export function jointOfPrimitive(name: string, body: string, jointBodies: readonly string[]): number {
	return /_(axle|collar|plate)$/.test(name) ? jointBodies.indexOf(body) : -1;
}

/** Flat things on the table would only darken themselves. */
export function castsShadow({ sizeM, shape }: ScenePrimitive): boolean {
	const height = shape === 'cylinder' ? (sizeM[1] ?? 0) : Math.min(...sizeM);
	return height > 0.001;
}
