/**
 * Primitives of a scene description as triangles in their body's frame. Knows shapes and frames; knows no camera, no
 * light and no renderer. Both the page's view and the virtual cameras draw these triangles.
 *
 * Everything round is a profile turned about z; the profile runs from the bottom to the top and carries its own
 * normals, so a sharp edge is a point that stands in it twice. Triangles are counter-clockwise seen from outside.
 */
import type { PrimitiveShape, ScenePrimitive } from '$lib/contracts';
import { rotationFromQuat } from './pose-math';

export interface TriangleMesh {
	/** x, y, z per vertex, metres. */
	readonly positions: Float32Array;
	/** Unit normal per vertex. */
	readonly normals: Float32Array;
	/** Three vertex numbers per triangle. */
	readonly triangles: Uint16Array;
}

/** How finely round things are cut: segments around the axis, rings from pole to pole. */
export interface MeshDetail {
	readonly segments: number;
	readonly rings: number;
}

export const CAMERA_DETAIL: MeshDetail = { segments: 20, rings: 8 };
export const VIEW_DETAIL: MeshDetail = { segments: 40, rings: 16 };

/** Radius, height, and the normal's radial and vertical part. */
type ProfilePoint = readonly [radius: number, z: number, normalRadius: number, normalZ: number];

interface Builder {
	readonly positions: number[];
	readonly normals: number[];
	readonly triangles: number[];
}

/** Triangles of a primitive about its own origin. Sizes as in the scene description (half sizes, metres). */
export function shapeMesh(shape: PrimitiveShape, sizeM: readonly number[], detail: MeshDetail): TriangleMesh {
	const [a = 0, b = 0, c = 0] = sizeM;
	switch (shape) {
		case 'box':
			return boxMesh(a, b, c);
		case 'sphere':
			return lathe(capProfile(a, 0, detail.rings), detail.segments);
		case 'capsule':
			return lathe(capProfile(a, b, detail.rings), detail.segments);
		case 'cylinder':
			return lathe(cylinderProfile(a, b), detail.segments);
	}
}

/** Triangles of a primitive where it sits on its body. */
export function primitiveMesh(primitive: ScenePrimitive, detail: MeshDetail): TriangleMesh {
	const mesh = shapeMesh(primitive.shape, primitive.sizeM, detail);
	const rotation = rotationFromQuat(primitive.quat);
	turn(mesh.normals, rotation, [0, 0, 0]);
	turn(mesh.positions, rotation, primitive.positionM);
	return mesh;
}

function turn(vectors: Float32Array, rotation: Float64Array, shift: readonly number[]): void {
	const m = (k: number): number => rotation[k] ?? Number.NaN;
	for (let i = 0; i < vectors.length; i += 3) {
		const x = vectors[i] ?? 0;
		const y = vectors[i + 1] ?? 0;
		const z = vectors[i + 2] ?? 0;
		for (let row = 0; row < 3; row++)
			vectors[i + row] = m(3 * row) * x + m(3 * row + 1) * y + m(3 * row + 2) * z + (shift[row] ?? 0);
	}
}

function finish({ positions, normals, triangles }: Builder): TriangleMesh {
	return {
		positions: Float32Array.from(positions),
		normals: Float32Array.from(normals),
		triangles: Uint16Array.from(triangles)
	};
}

function boxMesh(hx: number, hy: number, hz: number): TriangleMesh {
	const half = [hx, hy, hz];
	const out: Builder = { positions: [], normals: [], triangles: [] };
	for (let axis = 0; axis < 3; axis++)
		for (const side of [-1, 1]) {
			const first = out.positions.length / 3;
			// u, v complete the face's axis to a right-handed frame; the corners run counter-clockwise seen from outside.
			const u = (axis + 1) % 3;
			const v = (axis + 2) % 3;
			for (const [su, sv] of [
				[-1, -1],
				[1, -1],
				[1, 1],
				[-1, 1]
			] as const) {
				const corner = [0, 0, 0];
				corner[axis] = side * (half[axis] ?? 0);
				corner[u] = su * side * (half[u] ?? 0);
				corner[v] = sv * (half[v] ?? 0);
				out.positions.push(...corner);
				out.normals.push(axis === 0 ? side : 0, axis === 1 ? side : 0, axis === 2 ? side : 0);
			}
			out.triangles.push(first, first + 1, first + 2, first, first + 2, first + 3);
		}
	return finish(out);
}

function cylinderProfile(r: number, h: number): ProfilePoint[] {
	return [
		[0, -h, 0, -1],
		[r, -h, 0, -1],
		[r, -h, 1, 0],
		[r, h, 1, 0],
		[r, h, 0, 1],
		[0, h, 0, 1]
	];
}

/** Two half spheres `2 * h` apart: a capsule, or a sphere when h is 0. */
function capProfile(r: number, h: number, rings: number): ProfilePoint[] {
	const half = Math.max(2, Math.round(rings / 2));
	const points: ProfilePoint[] = [];
	for (const [from, offset] of [
		[-Math.PI / 2, -h],
		[0, h]
	] as const)
		for (let k = 0; k <= half; k++) {
			const angle = from + (k / half) * (Math.PI / 2);
			// The poles are exact, so that lathe() finds them.
			const radius = (offset <= 0 && from < 0 && k === 0) || (from === 0 && k === half) ? 0 : Math.cos(angle);
			points.push([r * radius, offset + r * Math.sin(angle), radius, Math.sin(angle)]);
		}
	return points;
}

function lathe(profile: readonly ProfilePoint[], segments: number): TriangleMesh {
	const out: Builder = { positions: [], normals: [], triangles: [] };
	for (const [radius, z, normalRadius, normalZ] of profile)
		for (let s = 0; s < segments; s++) {
			const angle = (2 * Math.PI * s) / segments;
			out.positions.push(radius * Math.cos(angle), radius * Math.sin(angle), z);
			out.normals.push(normalRadius * Math.cos(angle), normalRadius * Math.sin(angle), normalZ);
		}
	for (let i = 0; i + 1 < profile.length; i++) {
		const [r0 = 0, z0 = 0] = profile[i] ?? [];
		const [r1 = 0, z1 = 0] = profile[i + 1] ?? [];
		if (r0 === r1 && z0 === z1) continue;
		for (let s = 0; s < segments; s++) {
			const next = (s + 1) % segments;
			const [a, b] = [i * segments + s, i * segments + next];
			const [d, c] = [a + segments, b + segments];
			if (r0 > 0) out.triangles.push(a, b, c);
			if (r1 > 0) out.triangles.push(a, c, d);
		}
	}
	return finish(out);
}
