// Level 1, loaded on demand: MuJoCo's binary, the scene, and the task in it.

import type { JointPlant, SimTask } from '$lib/contracts';
import { loadMujoco, mujocoWasmUrl, MujocoPlant, PickPlaceTask } from '$lib/sim/mujoco';

export async function createPickPlace(seed: number): Promise<{ jointPlant: JointPlant; task: SimTask }> {
	const mujoco = await loadMujoco(mujocoWasmUrl);
	const jointPlant = new MujocoPlant(mujoco);
	const task = new PickPlaceTask(jointPlant, { resetArm: false });
	task.reset(seed);
	return { jointPlant, task };
}
