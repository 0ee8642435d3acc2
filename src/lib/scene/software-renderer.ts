/**
 * Draws a scene description into a picture without any graphics card: transform, light per vertex, clip, fill.
 * Knows scene descriptions, poses and pinhole cameras; knows no page, no worker and no time.
 *
 * [Note: why the virtual cameras do not use WebGL] The pictures of a recording must not depend on the machine that made
 * it. This renderer gives the same bytes in Node, in a worker, with a graphics card or without, cannot lose its context,
 * and draws a scene of some fifty primitives at 320x240 in less time than WebGL needs to hand one picture back.
 */
import type { SceneDescription, ScenePrimitive } from '$lib/contracts';
import { srgbToLinear } from './light';
import { bodyFrame, focalPixels, type Frame, type ViewCamera } from './pose-math';
import { shadowFrame } from './table-top';
import { CORNER_STRIDE, fillTriangle, type Fill, type Picture } from './triangle-raster';
import { CAMERA_DETAIL, primitiveMesh, type MeshDetail, type TriangleMesh } from './triangle-meshes';
import {
	clipNear,
	facesCamera,
	isBehind,
	relativeTo,
	shadeVertices,
	VERTEX_STRIDE,
	type Lens,
	type LinearRgb
} from './vertex-stage';

interface Part {
	readonly primitive: ScenePrimitive;
	readonly body: number;
	readonly mesh: TriangleMesh;
	readonly linear: LinearRgb;
	/** Sphere around the part in the body's frame. */
	readonly centre: readonly [number, number, number];
	readonly radius: number;
}

/** How to draw one part; `null` leaves it out. */
export interface PartStyle {
	readonly fill: Fill;
	readonly alpha: number;
	/** Linear RGB that replaces the part's own colour. */
	readonly linear?: LinearRgb;
}

export type StyleOf = (primitive: ScenePrimitive) => PartStyle | null;

export interface SoftwareScene {
	/** Draws the parts at `poses` (POSE_STRIDE numbers per body) into the picture, over what is there. */
	draw(picture: Picture, view: ViewCamera, poses: Float64Array, styleOf?: StyleOf): void;
	/** Darkens the table where the parts that have a style keep the light off it; `alpha` is how much. */
	drawShadows(picture: Picture, view: ViewCamera, poses: Float64Array, styleOf: StyleOf): void;
	/** Triangles handed to the filler by the last draw: the honest measure of work. */
	readonly drawnTriangles: number;
}

function ownStyle(primitive: ScenePrimitive): PartStyle {
	const alpha = primitive.rgba[3];
	return alpha < 1 ? { fill: 'blend', alpha } : { fill: 'opaque', alpha: 1 };
}

/** Throws a RangeError for a primitive on a body that the description does not list: a broken description. */
export function createSoftwareScene(
	description: Pick<SceneDescription, 'bodies' | 'primitives'>,
	detail: MeshDetail = CAMERA_DETAIL
): SoftwareScene {
	const parts = description.primitives.map((primitive) => toPart(primitive, description.bodies, detail));
	const largest = Math.max(0, ...parts.map((part) => part.mesh.positions.length / 3));
	const vertices = new Float64Array(largest * VERTEX_STRIDE);
	const corners = new Float64Array(4 * CORNER_STRIDE);
	let drawn = 0;

	const drawPart = (picture: Picture, view: ViewCamera, frame: Frame, part: Part, style: PartStyle): void => {
		const local = relativeTo(view, frame);
		if (isBehind(local, part.centre, part.radius)) return;
		const lens = lensOf(view, picture);
		shadeVertices(vertices, part.mesh, local, frame, lens, style.linear ?? part.linear);
		drawn += fillMesh(picture, part.mesh, vertices, corners, lens, style);
	};

	return {
		draw(picture, view, poses, styleOf = ownStyle) {
			drawn = 0;
			const frames = description.bodies.map((_, index) => bodyFrame(poses, index));
			const later: (() => void)[] = [];
			for (const part of parts) {
				const style = styleOf(part.primitive);
				const frame = frames[part.body];
				if (!style || !frame) continue;
				// What is seen through needs the solid things behind it first.
				if (style.fill === 'opaque') drawPart(picture, view, frame, part, style);
				else later.push(() => drawPart(picture, view, frame, part, style));
			}
			for (const draw of later) draw();
		},
		drawShadows(picture, view, poses, styleOf) {
			const frames = description.bodies.map((_, index) => shadowFrame(bodyFrame(poses, index)));
			for (const part of parts) {
				const style = styleOf(part.primitive);
				const frame = frames[part.body];
				if (style && frame) drawPart(picture, view, frame, part, { ...style, fill: 'shadow' });
			}
		},
		get drawnTriangles() {
			return drawn;
		}
	};
}

function toPart(primitive: ScenePrimitive, bodies: readonly string[], detail: MeshDetail): Part {
	const body = bodies.indexOf(primitive.body);
	if (body < 0)
		throw new RangeError(`primitive '${primitive.name}' sits on unknown body '${primitive.body}'`);
	const mesh = primitiveMesh(primitive, detail);
	const [red, green, blue] = primitive.rgba;
	const [cx, cy, cz] = primitive.positionM;
	let radius = 0;
	for (let i = 0; i < mesh.positions.length; i += 3) {
		const [x = 0, y = 0, z = 0] = mesh.positions.subarray(i, i + 3);
		radius = Math.max(radius, Math.hypot(x - cx, y - cy, z - cz));
	}
	const linear = [srgbToLinear(red), srgbToLinear(green), srgbToLinear(blue)] as const;
	return { primitive, body, mesh, linear, centre: primitive.positionM, radius };
}

function lensOf(view: ViewCamera, { width, height }: Picture): Lens {
	return { focal: focalPixels(view.fovyDegrees, height), centreX: width / 2, centreY: height / 2 };
}

/** A number out of an array whose bounds the caller keeps. */
function at(values: ArrayLike<number>, index: number): number {
	return values[index] as number;
}

function fillMesh(
	picture: Picture,
	{ triangles }: TriangleMesh,
	vertices: Float64Array,
	corners: Float64Array,
	lens: Lens,
	{ fill, alpha }: PartStyle
): number {
	let drawn = 0;
	for (let i = 0; i < triangles.length; i += 3) {
		const a = at(triangles, i) * VERTEX_STRIDE;
		const b = at(triangles, i + 1) * VERTEX_STRIDE;
		const c = at(triangles, i + 2) * VERTEX_STRIDE;
		if (!facesCamera(vertices, a, b, c)) continue;
		const count = clipNear(vertices, corners, lens, a, b, c);
		for (let k = 2; k < count; k++) {
			fillTriangle(picture, corners, 0, (k - 1) * CORNER_STRIDE, k * CORNER_STRIDE, fill, alpha);
			drawn++;
		}
	}
	return drawn;
}
