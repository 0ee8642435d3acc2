// Where cube and target lie before physics is there: at random, apart, within reach; the same seed, the same table.

import type { Quat, Vec3, Random } from '$lib/core';

const AREA = { minX: 0.15, maxX: 0.3, minY: -0.1, maxY: 0.1, minApartM: 0.08 } as const;
const CUBE_HALF_M = 0.02;
const UPRIGHT: Quat = [1, 0, 0, 0];

type SetPose = (poses: Float64Array, body: number, position: Vec3, quat: Quat) => void;

export function placeOnTable(
	poses: Float64Array,
	random: Random,
	setPose: SetPose,
	cube: number,
	target: number
): void {
	const spot = (): [number, number] => [
		random.between(AREA.minX, AREA.maxX),
		random.between(AREA.minY, AREA.maxY)
	];
	const [x, y] = spot();
	let [goalX, goalY] = spot();
	while (Math.hypot(goalX - x, goalY - y) < AREA.minApartM) [goalX, goalY] = spot();
	setPose(poses, cube, [x, y, CUBE_HALF_M], UPRIGHT);
	setPose(poses, target, [goalX, goalY, 0], UPRIGHT);
}
