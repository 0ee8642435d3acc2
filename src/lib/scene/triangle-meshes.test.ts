import { describe, expect, it } from 'vitest';
import type { PrimitiveShape } from '$lib/contracts';
import { primitiveMesh, shapeMesh, VIEW_DETAIL, type TriangleMesh } from './triangle-meshes';

type P = [number, number, number];

const point = (mesh: TriangleMesh, vertex: number): P => {
	const [x = NaN, y = NaN, z = NaN] = mesh.positions.subarray(3 * vertex, 3 * vertex + 3);
	return [x, y, z];
};

/** Signed volume by the divergence theorem: positive only when all triangles face outwards. */
function volume(mesh: TriangleMesh): number {
	let sum = 0;
	for (let i = 0; i < mesh.triangles.length; i += 3) {
		const [a, b, c] = [0, 1, 2].map((k) => point(mesh, mesh.triangles[i + k] ?? -1)) as [P, P, P];
		sum += a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]);
		sum += a[2] * (b[0] * c[1] - b[1] * c[0]);
	}
	return sum / 6;
}

/** Every edge must be run once in each direction: no hole, no triangle the wrong way round. */
function openEdges(mesh: TriangleMesh): number {
	const key = (vertex: number): string =>
		point(mesh, vertex)
			.map((v) => Math.round(v * 1e6))
			.join();
	const edges = new Map<string, number>();
	for (let i = 0; i < mesh.triangles.length; i += 3)
		for (let k = 0; k < 3; k++) {
			const from = key(mesh.triangles[i + k] ?? -1);
			const to = key(mesh.triangles[i + ((k + 1) % 3)] ?? -1);
			edges.set(`${from}>${to}`, (edges.get(`${from}>${to}`) ?? 0) + 1);
			edges.set(`${to}>${from}`, (edges.get(`${to}>${from}`) ?? 0) - 1);
		}
	return [...edges.values()].filter((count) => count !== 0).length;
}

const shapes: readonly [PrimitiveShape, readonly number[], number][] = [
	['box', [0.1, 0.2, 0.3], 8 * 0.1 * 0.2 * 0.3],
	['sphere', [0.2], (4 / 3) * Math.PI * 0.2 ** 3],
	['cylinder', [0.1, 0.4], Math.PI * 0.1 ** 2 * 0.8],
	['capsule', [0.1, 0.4], Math.PI * 0.1 ** 2 * 0.8 + (4 / 3) * Math.PI * 0.1 ** 3]
];

describe.each(shapes)('%s', (shape, sizeM, exact) => {
	const mesh = shapeMesh(shape, sizeM, VIEW_DETAIL);

	it('is closed and faces outwards', () => {
		expect(openEdges(mesh)).toBe(0);
	});

	it('has nearly its exact volume, never more', () => {
		expect(volume(mesh)).toBeLessThanOrEqual(exact * (1 + 1e-6));
		expect(volume(mesh)).toBeGreaterThan(exact * 0.98);
	});

	it('has unit normals that point away from the inside', () => {
		for (let i = 0; i < mesh.normals.length; i += 3) {
			const [x = 0, y = 0, z = 0] = mesh.normals.subarray(i, i + 3);
			expect(Math.hypot(x, y, z)).toBeCloseTo(1, 5);
			const [px, py, pz] = point(mesh, i / 3);
			expect(x * px + y * py + z * pz).toBeGreaterThan(0);
		}
	});
});

it('places a primitive on its body: turned first, then moved', () => {
	const mesh = primitiveMesh(
		{
			name: 'p',
			body: 'b',
			shape: 'box',
			sizeM: [0.1, 0.02, 0.03],
			positionM: [1, 2, 3],
			quat: [Math.SQRT1_2, 0, 0, Math.SQRT1_2],
			rgba: [1, 1, 1, 1],
			contact: 'none'
		},
		VIEW_DETAIL
	);
	const span = (axis: number): [number, number] => {
		const values = mesh.positions.filter((_, i) => i % 3 === axis);
		return [Math.min(...values), Math.max(...values)];
	};
	expect(span(0).map((v) => +v.toFixed(6))).toEqual([0.98, 1.02]);
	expect(span(1).map((v) => +v.toFixed(6))).toEqual([1.9, 2.1]);
	expect(span(2).map((v) => +v.toFixed(6))).toEqual([2.97, 3.03]);
});
