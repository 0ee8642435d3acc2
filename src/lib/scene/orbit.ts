/**
 * The observer's place around the arm, as numbers: turn, tilt, come nearer. Pure; knows no pointer, key or canvas.
 * Angles in radians, lengths in metres, z up.
 */
import type { Vec3 } from '$lib/core';
import { lookAt, type ViewCamera } from './pose-math';

export interface Orbit {
	/** Direction of the eye seen from the target, counter-clockwise from x. */
	readonly azimuth: number;
	/** Height of the eye above the horizon. */
	readonly elevation: number;
	readonly distance: number;
	readonly target: Vec3;
}

export const VIEW_FOVY_DEGREES = 34;

/** From the front and the arm's left, a little from above: base, gripper, cube and target are all in the picture. */
export const START_ORBIT: Orbit = {
	azimuth: 0.66,
	elevation: 0.45,
	distance: 0.86,
	target: [0.13, 0, 0.085]
};

/** The eye stays above the table and never stands on its head; it comes no nearer than the gripper is long. */
const ELEVATION = { min: 0.04, max: 1.5 };
const DISTANCE = { min: 0.2, max: 2.5 };

const clamp = (value: number, { min, max }: { min: number; max: number }): number =>
	Math.min(max, Math.max(min, value));

export function orbitBy(orbit: Orbit, azimuth: number, elevation: number): Orbit {
	return {
		...orbit,
		azimuth: (orbit.azimuth + azimuth) % (2 * Math.PI),
		elevation: clamp(orbit.elevation + elevation, ELEVATION)
	};
}

/** `factor` below 1 comes nearer. */
export function zoomBy(orbit: Orbit, factor: number): Orbit {
	return { ...orbit, distance: clamp(orbit.distance * factor, DISTANCE) };
}

/** Where the eye is. In a picture higher than wide it steps back until the same width is in view. */
export function eyeOf(orbit: Orbit, aspect: number): Vec3 {
	const distance = orbit.distance * Math.max(1, 1.35 / Math.max(aspect, 0.2));
	const level = Math.cos(orbit.elevation) * distance;
	return [
		orbit.target[0] + level * Math.cos(orbit.azimuth),
		orbit.target[1] + level * Math.sin(orbit.azimuth),
		orbit.target[2] + distance * Math.sin(orbit.elevation)
	];
}

export function orbitCamera(orbit: Orbit, aspect: number): ViewCamera {
	const eye = eyeOf(orbit, aspect);
	return {
		position: Float64Array.from(eye),
		rotation: lookAt(eye, orbit.target),
		fovyDegrees: VIEW_FOVY_DEGREES
	};
}

const STEP = Math.PI / 36;
const ZOOM_STEP = 0.87;

/** What a key does to the view; null for keys that are not the view's. Shift takes bigger steps. */
export function orbitByKey(orbit: Orbit, key: string, shift: boolean): Orbit | null {
	const step = shift ? 3 * STEP : STEP;
	switch (key) {
		case 'ArrowLeft':
			return orbitBy(orbit, -step, 0);
		case 'ArrowRight':
			return orbitBy(orbit, step, 0);
		case 'ArrowUp':
			return orbitBy(orbit, 0, step);
		case 'ArrowDown':
			return orbitBy(orbit, 0, -step);
		case '+':
		case '=':
			return zoomBy(orbit, ZOOM_STEP);
		case '-':
		case '_':
			return zoomBy(orbit, 1 / ZOOM_STEP);
		case '0':
		case 'Home':
			return START_ORBIT;
		default:
			return null;
	}
}
