// What the virtual cameras show over a demonstration, with every camera moved sideways by so much: rows of pictures as a
// policy sees them. For measuring what "the camera moved" notices; knows no finding.

import type { SceneDescription } from '$lib/contracts';
import { PICK_PLACE_SCENE } from '$lib/sim/so101-model';
import { loadMujoco } from '../../src/lib/sim/mujoco/load-mujoco';
import { MujocoPlant } from '../../src/lib/sim/mujoco/mujoco-plant';
import { demonstrate, POLICY_CAMERAS, type DemonstrationRow } from '../../src/lib/lab/training/demonstration';
import { createEyes } from '../../src/lib/lab/training/eyes';

export type Metres = readonly [number, number, number];

export function movedScene(by: Metres): SceneDescription {
	const cameras = PICK_PLACE_SCENE.cameras.map((camera) => ({
		...camera,
		positionM: [
			camera.positionM[0] + by[0],
			camera.positionM[1] + by[1],
			camera.positionM[2] + by[2]
		] as const
	}));
	return { ...PICK_PLACE_SCENE, cameras };
}

/** Rows of one demonstration each, pictures [3, size, size] per camera of POLICY_CAMERAS. */
export async function demonstrations(
	seeds: readonly number[],
	by: Metres,
	sizePx: number,
	take: (seed: number, rows: readonly DemonstrationRow[]) => void
): Promise<void> {
	const plant = new MujocoPlant(await loadMujoco());
	const eyes = createEyes(POLICY_CAMERAS, movedScene(by));
	for (const seed of seeds) take(seed, (await demonstrate(plant, eyes, seed, sizePx)).rows);
	plant.dispose();
}
