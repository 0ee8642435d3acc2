/**
 * A simulated scene as plain data: primitives fixed to bodies, cameras, and the poses of the bodies at one instant. The
 * physics builds its model from it and every view draws the same list, so what is seen is what is touched.
 * Knows no engine and no renderer.
 *
 * Conventions: SI units, z up; quaternions (w, x, y, z). `sizeM` holds half sizes as in MJCF: box [hx, hy, hz], sphere
 * [r], capsule and cylinder [r, half length] along the primitive's own z. (three.js lays capsules and cylinders along y:
 * turn by +90 degrees about x first.)
 */
import type { Quat, Vec3 } from '$lib/core';

export type PrimitiveShape = 'box' | 'sphere' | 'capsule' | 'cylinder';

/** `none`: only seen. `solid`: pushes and rests. `grip`: finger pad or workpiece, with the friction of soft rubber. */
export type PrimitiveContact = 'none' | 'solid' | 'grip';

export interface ScenePrimitive {
	readonly name: string;
	readonly body: string;
	readonly shape: PrimitiveShape;
	readonly sizeM: readonly number[];
	/** In the body's frame. */
	readonly positionM: Vec3;
	readonly quat: Quat;
	/** 0..1, sRGB as on a screen. */
	readonly rgba: readonly [number, number, number, number];
	readonly contact: PrimitiveContact;
}

/** A camera looks along its own -z with +y up in the picture (MuJoCo's and three.js' convention). */
export interface SceneCamera {
	readonly name: string;
	readonly body: string;
	readonly positionM: Vec3;
	readonly quat: Quat;
	/** Vertical opening angle, degrees. */
	readonly fovyDegrees: number;
}

export interface SceneDescription {
	/** Order of the poses in a pose array; the first is `world` and never moves. */
	readonly bodies: readonly string[];
	readonly primitives: readonly ScenePrimitive[];
	readonly cameras: readonly SceneCamera[];
}

/** Numbers per body in a pose array: x, y, z (m), then w, x, y, z. */
export const POSE_STRIDE = 7;
