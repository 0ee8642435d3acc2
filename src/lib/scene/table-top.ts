/**
 * The table of a scene: how far it reaches, where its grid lines run, and how shadows fall on it. Pure numbers for both
 * renderers of the page's view.
 */
import type { ScenePrimitive } from '$lib/contracts';
import { KEY_DIRECTION } from './light';
import { multiplyRotations, rotate, type Frame } from './pose-math';

export interface TableTop {
	readonly minX: number;
	readonly maxX: number;
	readonly minY: number;
	readonly maxY: number;
}

/** The box that carries the scene, if there is one: its top is z = 0. */
export function tableTopOf(primitives: readonly ScenePrimitive[]): TableTop | null {
	const table = primitives.find((p) => p.body === 'world' && p.shape === 'box');
	if (!table) return null;
	const [hx = 0, hy = 0] = table.sizeM;
	const [x, y] = table.positionM;
	return { minX: x - hx, maxX: x + hx, minY: y - hy, maxY: y + hy };
}

/** A line every so many metres, through the origin: distances can be read off the table. */
const GRID_STEP_M = 0.05;
/** Grid and shadows float this high above the table, below everything that stands on it. */
export const GRID_HEIGHT_M = 0.0004;
export const SHADOW_HEIGHT_M = 0.0013;

export interface GridLine {
	readonly from: readonly [x: number, y: number];
	readonly to: readonly [x: number, y: number];
}

export function gridLines({ minX, maxX, minY, maxY }: TableTop): GridLine[] {
	const inside = (min: number, max: number): number[] => {
		const first = Math.ceil(min / GRID_STEP_M + 1e-6);
		const count = Math.max(0, Math.ceil(max / GRID_STEP_M - 1e-6) - first);
		return Array.from({ length: count }, (_, i) => (first + i) * GRID_STEP_M);
	};
	return [
		...inside(minX, maxX).map((x): GridLine => ({ from: [x, minY], to: [x, maxY] })),
		...inside(minY, maxY).map((y): GridLine => ({ from: [minX, y], to: [maxX, y] }))
	];
}

/** Linear part of the map that flattens the world along the key light, row-major; SHADOW_HEIGHT_M is added to z. */
export const SHADOW_PROJECTION = Float64Array.of(
	1,
	0,
	-KEY_DIRECTION[0] / KEY_DIRECTION[2],
	0,
	1,
	-KEY_DIRECTION[1] / KEY_DIRECTION[2],
	0,
	0,
	0
);

/** A body's frame with everything in it flattened onto the table. */
export function shadowFrame({ rotation, position }: Frame): Frame {
	const flat = rotate(SHADOW_PROJECTION, position);
	flat[2] = SHADOW_HEIGHT_M;
	return { rotation: multiplyRotations(SHADOW_PROJECTION, rotation), position: flat };
}
