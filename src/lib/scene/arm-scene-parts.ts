/**
 * Pieces of the three.js scene: a body's geometry, flat shadows, ghosts, the grid on the table. Knows three.js and
 * primitives; knows no poses and no canvas.
 */
import {
	BufferAttribute,
	BufferGeometry,
	Color,
	EqualStencilFunc,
	IncrementStencilOp,
	LineBasicMaterial,
	LineSegments,
	Matrix4,
	Mesh,
	MeshBasicMaterial,
	MeshLambertMaterial,
	Plane,
	Quaternion,
	SRGBColorSpace,
	Vector3
} from 'three';
import { RoundedBoxGeometry } from 'three/addons/geometries/RoundedBoxGeometry.js';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import type { ScenePrimitive } from '$lib/contracts';
import type { SceneColour } from './scene-theme';
import { GRID_HEIGHT_M, gridLines, SHADOW_HEIGHT_M, SHADOW_PROJECTION, type TableTop } from './table-top';
import { primitiveMesh, VIEW_DETAIL } from './triangle-meshes';

/** Edges of printed parts are not knife edges: this much of the smaller half size is rounded off. */
const ROUNDED_SHARE = 0.35;
const ROUNDED_MAX_M = 0.0035;

export function toColor([red, green, blue]: SceneColour): Color {
	return new Color().setRGB(red, green, blue, SRGBColorSpace);
}

/** All primitives in one geometry in the body's frame, with their colours at the vertices. Null for none. */
export function bodyGeometry(primitives: readonly ScenePrimitive[]): BufferGeometry | null {
	const parts = primitives.map(primitiveGeometry);
	if (parts.length === 0) return null;
	const merged = mergeGeometries(parts);
	for (const part of parts) part.dispose();
	return merged;
}

function primitiveGeometry(primitive: ScenePrimitive): BufferGeometry {
	const geometry = primitive.shape === 'box' ? roundedBox(primitive) : fromTriangles(primitive);
	const color = toColor([primitive.rgba[0], primitive.rgba[1], primitive.rgba[2]]);
	const count = geometry.getAttribute('position').count;
	const colors = new Float32Array(3 * count);
	for (let i = 0; i < count; i++) color.toArray(colors, 3 * i);
	geometry.setAttribute('color', new BufferAttribute(colors, 3));
	return geometry;
}

function fromTriangles(primitive: ScenePrimitive): BufferGeometry {
	const { positions, normals, triangles } = primitiveMesh(primitive, VIEW_DETAIL);
	const indexed = new BufferGeometry();
	indexed.setAttribute('position', new BufferAttribute(positions, 3));
	indexed.setAttribute('normal', new BufferAttribute(normals, 3));
	indexed.setIndex(new BufferAttribute(triangles, 1));
	const geometry = indexed.toNonIndexed();
	indexed.dispose();
	return geometry;
}

function roundedBox({ sizeM, positionM, quat }: ScenePrimitive): BufferGeometry {
	const [x = 0, y = 0, z = 0] = sizeM;
	const radius = Math.min(ROUNDED_MAX_M, ROUNDED_SHARE * Math.min(x, y, z));
	const geometry: BufferGeometry = new RoundedBoxGeometry(2 * x, 2 * y, 2 * z, 2, radius);
	geometry.deleteAttribute('uv');
	const [w, qx, qy, qz] = quat;
	geometry.applyQuaternion(new Quaternion(qx, qy, qz, w).normalize());
	geometry.translate(...positionM);
	return geometry;
}

/** Flattens the world onto the table along the key light. */
export function shadowProjection(): Matrix4 {
	const m = (k: number): number => SHADOW_PROJECTION[k] ?? 0;
	return new Matrix4().set(m(0), m(1), m(2), 0, m(3), m(4), m(5), 0, 0, 0, 0, SHADOW_HEIGHT_M, 0, 0, 0, 1);
}

/** Every pixel is darkened once, and only on the table. */
export function shadowMaterial(table: TableTop | null): MeshBasicMaterial {
	const material = new MeshBasicMaterial({
		color: 0,
		transparent: true,
		depthWrite: false,
		stencilWrite: true,
		stencilFunc: EqualStencilFunc,
		stencilRef: 0,
		stencilZPass: IncrementStencilOp
	});
	if (table)
		material.clippingPlanes = [
			new Plane(new Vector3(1, 0, 0), -table.minX),
			new Plane(new Vector3(-1, 0, 0), table.maxX),
			new Plane(new Vector3(0, 1, 0), -table.minY),
			new Plane(new Vector3(0, -1, 0), table.maxY)
		];
	return material;
}

export interface GhostMaterials {
	readonly depth: MeshBasicMaterial;
	readonly surface: MeshLambertMaterial;
}

export function ghostMaterials(): GhostMaterials {
	// Pushed back a little, so that the arm wins wherever arm and ghost are in the same place.
	const behind = { polygonOffset: true, polygonOffsetFactor: 2, polygonOffsetUnits: 2 };
	return {
		depth: new MeshBasicMaterial({ colorWrite: false, ...behind }),
		surface: new MeshLambertMaterial({
			transparent: true,
			opacity: 0.4,
			emissiveIntensity: 0.35,
			depthWrite: false,
			...behind
		})
	};
}

/** The same geometry twice: first only depth, then the outside that is left to be seen. */
export function ghostMeshes(geometry: BufferGeometry, materials: GhostMaterials): Mesh[] {
	const depth = new Mesh(geometry, materials.depth);
	const surface = new Mesh(geometry, materials.surface);
	depth.renderOrder = 2;
	surface.renderOrder = 3;
	return [depth, surface];
}

export function tableGrid(table: TableTop): LineSegments {
	const points = gridLines(table).flatMap(({ from, to }) => [...from, GRID_HEIGHT_M, ...to, GRID_HEIGHT_M]);
	const geometry = new BufferGeometry();
	geometry.setAttribute('position', new BufferAttribute(Float32Array.from(points), 3));
	return new LineSegments(geometry, new LineBasicMaterial({ transparent: true, opacity: 0.75 }));
}
