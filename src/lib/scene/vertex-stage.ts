/**
 * From a body's vertices to corners on the picture: turn, light, project, clip at the near plane. Knows one mesh and
 * one camera at a time; knows no scene and no pixels.
 */
import { KEY_DIRECTION, lightStrength, linearToSrgbByte } from './light';
import { multiplyRotations, rotate, transposed, type Frame } from './pose-math';
import { CORNER_STRIDE } from './triangle-raster';
import type { TriangleMesh } from './triangle-meshes';

/** Nearer than this nothing is drawn, metres. */
export const NEAR_M = 0.008;

/** Per vertex: camera x, y, z; then one corner (picture x, y, 1/distance, red, green, blue). */
export const VERTEX_STRIDE = 3 + CORNER_STRIDE;

/** Pinhole in pixels. */
export interface Lens {
	readonly focal: number;
	readonly centreX: number;
	readonly centreY: number;
}

export type LinearRgb = readonly [number, number, number];

/** A number out of an array whose bounds the caller keeps: these loops run for every vertex of every picture. */
function at(values: ArrayLike<number>, index: number): number {
	return values[index] as number;
}

/** A body's frame seen from the camera. */
export function relativeTo(view: Frame, frame: Frame): Frame {
	const inverse = transposed(view.rotation);
	const offset = frame.position.map((value, i) => value - at(view.position, i));
	return { rotation: multiplyRotations(inverse, frame.rotation), position: rotate(inverse, offset) };
}

/** Whether a sphere in the body's frame lies wholly behind the near plane. */
export function isBehind(local: Frame, centre: ArrayLike<number>, radius: number): boolean {
	const z = at(rotate(local.rotation, centre), 2) + at(local.position, 2);
	return -z + radius < NEAR_M;
}

/** Fills `out` with the mesh's vertices, lit in the world (`frame`) and projected from the camera (`local`). */
export function shadeVertices(
	out: Float64Array,
	{ positions, normals }: TriangleMesh,
	local: Frame,
	frame: Frame,
	{ focal, centreX, centreY }: Lens,
	[red, green, blue]: LinearRgb
): void {
	const r = local.rotation;
	const t = local.position;
	// The light in the body's frame: one dot product per normal instead of turning every normal.
	const key = rotate(transposed(frame.rotation), KEY_DIRECTION);
	for (let i = 0, o = 0; i < positions.length; i += 3, o += VERTEX_STRIDE) {
		const px = at(positions, i);
		const py = at(positions, i + 1);
		const pz = at(positions, i + 2);
		const x = at(r, 0) * px + at(r, 1) * py + at(r, 2) * pz + at(t, 0);
		const y = at(r, 3) * px + at(r, 4) * py + at(r, 5) * pz + at(t, 1);
		const z = at(r, 6) * px + at(r, 7) * py + at(r, 8) * pz + at(t, 2);
		const nx = at(normals, i);
		const ny = at(normals, i + 1);
		const nz = at(normals, i + 2);
		const up = nx * at(frame.rotation, 6) + ny * at(frame.rotation, 7) + nz * at(frame.rotation, 8);
		const strength = lightStrength(nx * at(key, 0) + ny * at(key, 1) + nz * at(key, 2), up);
		out[o] = x;
		out[o + 1] = y;
		out[o + 2] = z;
		out[o + 3] = centreX - (focal * x) / z;
		out[o + 4] = centreY + (focal * y) / z;
		out[o + 5] = -1 / z;
		out[o + 6] = linearToSrgbByte(red * strength);
		out[o + 7] = linearToSrgbByte(green * strength);
		out[o + 8] = linearToSrgbByte(blue * strength);
	}
}

/** In camera space, so that it also holds for triangles that reach behind the camera. */
export function facesCamera(v: Float64Array, a: number, b: number, c: number): boolean {
	const ax = at(v, a);
	const ay = at(v, a + 1);
	const az = at(v, a + 2);
	const bx = at(v, b) - ax;
	const by = at(v, b + 1) - ay;
	const bz = at(v, b + 2) - az;
	const cx = at(v, c) - ax;
	const cy = at(v, c + 1) - ay;
	const cz = at(v, c + 2) - az;
	return (by * cz - bz * cy) * ax + (bz * cx - bx * cz) * ay + (bx * cy - by * cx) * az < 0;
}

/** Writes the corners of the triangle's part beyond the near plane and says how many: 0, 3 or 4, in order. */
export function clipNear(
	vertices: Float64Array,
	corners: Float64Array,
	lens: Lens,
	a: number,
	b: number,
	c: number
): number {
	let count = 0;
	for (let edge = 0; edge < 3; edge++) {
		const from = edge === 0 ? a : edge === 1 ? b : c;
		const to = edge === 0 ? b : edge === 1 ? c : a;
		const fromInside = at(vertices, from + 2) <= -NEAR_M;
		const toInside = at(vertices, to + 2) <= -NEAR_M;
		if (fromInside) putVertex(corners, count++, vertices, from);
		if (fromInside !== toInside) putCut(corners, count++, lens, vertices, from, to);
	}
	return count;
}

function putVertex(corners: Float64Array, slot: number, vertices: Float64Array, vertex: number): void {
	const o = slot * CORNER_STRIDE;
	for (let k = 0; k < CORNER_STRIDE; k++) corners[o + k] = at(vertices, vertex + 3 + k);
}

/** Corner where an edge meets the near plane. */
function putCut(
	corners: Float64Array,
	slot: number,
	{ focal, centreX, centreY }: Lens,
	vertices: Float64Array,
	from: number,
	to: number
): void {
	const start = at(vertices, from + 2);
	const share = (-NEAR_M - start) / (at(vertices, to + 2) - start);
	const between = (k: number): number =>
		at(vertices, from + k) + share * (at(vertices, to + k) - at(vertices, from + k));
	const o = slot * CORNER_STRIDE;
	corners[o] = centreX + (focal * between(0)) / NEAR_M;
	corners[o + 1] = centreY - (focal * between(1)) / NEAR_M;
	corners[o + 2] = 1 / NEAR_M;
	for (let k = 6; k < VERTEX_STRIDE; k++) corners[o + k - 3] = between(k);
}
