// Where the bodies of the arm are, for the 3-D view: of the virtual one as PLANT tells, of a real one from the joints that
// were measured, by kinematics alone. Nothing stands on a real arm's table, because nobody knows what does.

import { isEnvelope, so101ToRad, type SceneDescription } from '$lib/contracts';
import { PICK_PLACE_SCENE, armPoses, createPoses } from '$lib/sim/so101-model';

const VIRTUAL_THINGS: readonly string[] = ['cube', 'target'];

export const REAL_ARM_SCENE: SceneDescription = {
	...PICK_PLACE_SCENE,
	primitives: PICK_PLACE_SCENE.primitives.filter(({ body }) => !VIRTUAL_THINGS.includes(body))
};

export class ArmPoses {
	readonly #measured = createPoses();
	#now: Float64Array | null = null;
	#version = 0;

	/** In the order of the scene's bodies; null while nobody knows where the arm is. */
	get now(): Float64Array | null {
		return this.#now;
	}

	/** Grows whenever the poses are new. */
	get version(): number {
		return this.#version;
	}

	fromPlant(data: unknown): void {
		if (isEnvelope(data, ['poses'])) this.#set((data.body as { poses: Float64Array }).poses);
	}

	/** @param state LeRobot units, null while nothing was read; @returns whether every joint was */
	measure(state: Float32Array | null): boolean {
		if (state === null || !state.every(Number.isFinite)) return false;
		armPoses(so101ToRad(state), this.#measured);
		this.#set(this.#measured);
		return true;
	}

	forget(): void {
		this.#set(null);
	}

	#set(poses: Float64Array | null): void {
		this.#now = poses;
		this.#version += 1;
	}
}
