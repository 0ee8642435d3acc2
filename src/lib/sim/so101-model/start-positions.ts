// Where cube and target start, drawn from a seed: one place for the table without physics and for the task with it, so that
// neither jumps when physics arrives.
import type { Random, Vec3 } from '$lib/core';
import { CUBE_HALF_M } from './scene';

/** Where cube and target may start, m. Beyond x = 0.30 m the wrist cannot point straight down any more. */
export const START_AREA = { minX: 0.15, maxX: 0.3, minY: -0.1, maxY: 0.1, minApartM: 0.08 } as const;

/** Centres of cube and target, m, both at the height of a cube that lies on the table; at least `minApartM` apart. */
export function startPositions(random: Random): readonly [cube: Vec3, target: Vec3] {
	const draw = (): Vec3 => [
		random.between(START_AREA.minX, START_AREA.maxX),
		random.between(START_AREA.minY, START_AREA.maxY),
		CUBE_HALF_M
	];
	const cube = draw();
	let target = draw();
	while (Math.hypot(cube[0] - target[0], cube[1] - target[1]) < START_AREA.minApartM) target = draw();
	return [cube, target];
}
