/**
 * "Put the cube on the target": start positions from a seed, and the judgement. Knows a plant and the rules; knows no
 * expert, no camera and no clock. A pushed cube does not count: it must have been carried.
 */
import type { SimTask, TaskState } from '$lib/contracts';
import {
	lerobotToRad,
	POSE_STRIDE,
	radToLerobot,
	SO101_CHAIN,
	SO101_JOINT_UNITS,
	so101FromRad
} from '$lib/contracts';
import type { Vec3 } from '$lib/core';
import { createRandom, frameNamed, solveIk, type Random } from '$lib/core';
import { CUBE_BODY_INDEX, CUBE_HALF_M } from '../so101-model/scene';
import { startPositions } from '../so101-model/start-positions';
import type { MujocoPlant } from './mujoco-plant';

/** Leaving this area is failure. */
const WORKSPACE = { minX: 0.08, maxX: 0.4, maxAbsY: 0.2 } as const;
const CARRIED_RISE_M = 0.03;
const PLACED_WITHIN_M = 0.03;
const RELEASED_OPENING = 50;
const AT_REST_MPS = 0.01;
const GRIPPER = 5;

export interface PickPlaceOptions {
	/**
	 * Reset puts the arm into the start pose as well (default). A servo chain on top does not know that its joints jumped:
	 * with a chain, drive the arm to `startPose` and reset with `false`.
	 */
	readonly resetArm?: boolean;
	/** Largest turn of the cube about the vertical, either way, rad. 0 keeps it square to the table. */
	readonly cubeYawRad?: number;
}

export class PickPlaceTask implements SimTask {
	readonly name = 'pick_place';
	readonly text = 'Put the cube on the target.';
	readonly #plant: MujocoPlant;
	readonly #options: Required<PickPlaceOptions>;
	#seed = 0;
	#lifted = false;
	#target: Vec3 = [0, 0, CUBE_HALF_M];
	#startPose: Float32Array = new Float32Array(SO101_CHAIN.joints.length);

	constructor(plant: MujocoPlant, options: PickPlaceOptions = {}) {
		this.#plant = plant;
		this.#options = { resetArm: options.resetArm ?? true, cubeYawRad: options.cubeYawRad ?? 0 };
		this.reset(0);
	}

	get seed(): number {
		return this.#seed;
	}

	/** Where the arm starts with this seed, LeRobot units. */
	get startPose(): Float32Array {
		return this.#startPose;
	}

	reset(seed: number): void {
		const random = createRandom(seed);
		const [cube, target] = startPositions(random);
		const yaw = random.between(-1, 1) * this.#options.cubeYawRad;
		const startRad = startPose(random);
		this.#seed = seed;
		this.#lifted = false;
		this.#target = target;
		this.#startPose = so101FromRad(startRad);
		if (this.#options.resetArm) this.#plant.reset(startRad);
		this.#plant.placeCube(cube, [Math.cos(yaw / 2), 0, 0, Math.sin(yaw / 2)]);
		this.#plant.placeTarget([target[0], target[1], 0]);
	}

	observe(): void {
		const z = this.#plant.bodyPoses()[POSE_STRIDE * CUBE_BODY_INDEX + 2] ?? Number.NaN;
		if (z - CUBE_HALF_M > CARRIED_RISE_M) this.#lifted = true;
	}

	state(): TaskState {
		const [x = NaN, y = NaN, z = NaN, qw = NaN, qx = NaN, qy = NaN, qz = NaN] = this.#plant.cubePose();
		return {
			cubePositionM: [x, y, z],
			cubeQuat: [qw, qx, qy, qz],
			cubeSpeedMps: this.#plant.cubeSpeedMps,
			targetPositionM: this.#target,
			lifted: this.#lifted
		};
	}

	poses(): Float64Array {
		return this.#plant.bodyPoses();
	}

	success(): boolean {
		const { cubePositionM: cube, cubeSpeedMps } = this.state();
		const apart = Math.hypot(cube[0] - this.#target[0], cube[1] - this.#target[1]);
		return (
			this.#lifted &&
			apart < PLACED_WITHIN_M &&
			this.gripperOpening() > RELEASED_OPENING &&
			cubeSpeedMps < AT_REST_MPS
		);
	}

	failed(): boolean {
		const [x, y, z] = this.state().cubePositionM;
		return !(x > WORKSPACE.minX && x < WORKSPACE.maxX && Math.abs(y) < WORKSPACE.maxAbsY && z > 0);
	}

	/** Opening of the jaw as it stands, 0..100. */
	gripperOpening(): number {
		const units = SO101_JOINT_UNITS[GRIPPER];
		return units ? radToLerobot(units, this.#plant.q[GRIPPER] ?? Number.NaN) : Number.NaN;
	}
}

/** Gripper pointing down over the near edge of the area, nearly closed: it hides neither cube nor target from above. */
function startPose(random: Random): Float64Array {
	const jitter = () => random.between(-0.015, 0.015);
	const grasp = frameNamed(SO101_CHAIN, 'grasp');
	const units = SO101_JOINT_UNITS[GRIPPER];
	const { q } = solveIk(
		SO101_CHAIN,
		{
			frame: grasp,
			positionM: [0.17 + jitter(), jitter(), 0.15 + jitter()],
			axes: [
				{ axis: [1, 0, 0], direction: [0, 0, -1], weightM: 0.02 },
				{ axis: [0, 0, 1], direction: [0, 1, 0], weightM: 0.02 }
			]
		},
		[0, -0.9, 0.9, 1.4, Math.PI / 2, units ? lerobotToRad(units, 10) : 0],
		{ locked: [GRIPPER] }
	);
	return q;
}
