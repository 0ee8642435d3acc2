/**
 * The light of the scene and the way to screen colours, as numbers that every renderer shares. Knows no renderer.
 *
 * One key light from above on the arm's left and a hemisphere (sky above, table below), no shadows. Light adds up
 * in linear RGB; pictures are sRGB.
 */
import type { Vec3 } from '$lib/core';
import { normalized } from './pose-math';

/** Towards the key light, world frame. */
export const KEY_DIRECTION: Vec3 = normalized([0.1, 0.65, 0.85]);
/** Share of a surface's colour that each light returns when it hits squarely. */
export const KEY_STRENGTH = 0.62;
export const SKY_STRENGTH = 0.44;
export const GROUND_STRENGTH = 0.24;

/** What stands behind everything in a camera's picture, sRGB 0..255: a calm light grey wall. */
export const CAMERA_BACKGROUND: readonly [number, number, number] = [205, 210, 216];

/** sRGB 0..1 -> linear 0..1 (IEC 61966-2-1). */
export function srgbToLinear(value: number): number {
	return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

const ENCODE_STEPS = 4096;
const encodeTable = Uint8Array.from({ length: ENCODE_STEPS + 1 }, (_, i) => {
	const linear = i / ENCODE_STEPS;
	return Math.round(255 * (linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055));
});

/** Linear 0..1 -> sRGB 0..255, clamped, by table: the same byte on every machine. */
export function linearToSrgbByte(value: number): number {
	const step = Math.round(Math.min(1, Math.max(0, value)) * ENCODE_STEPS);
	return encodeTable[step] ?? 0;
}

/** Strength of the light on a surface with the given normal; `key` is the cosine to the key light, `up` to the sky. */
export function lightStrength(key: number, up: number): number {
	const hemisphere = GROUND_STRENGTH + (SKY_STRENGTH - GROUND_STRENGTH) * (0.5 + 0.5 * up);
	return hemisphere + KEY_STRENGTH * Math.max(0, key);
}
