/**
 * A scripted expert for pick-and-place, in the shape of a teleoperator: an observation in, a joint target in LeRobot units
 * out. It decides from the present state alone (see `pick-place-plan`); this file turns a planned point into joint angles
 * and adds what a servo without integrator needs to get there against gravity. It passes the same gate as a person's hand.
 */
import type { TaskState } from '$lib/contracts';
import { SO101, SO101_CHAIN, SO101_MASSES, so101FromRad, so101ToRad } from '$lib/contracts';
import type { LinkMass, Vec3 } from '$lib/core';
import {
	createChainPose,
	forwardKinematics,
	framePose,
	frameNamed,
	gravityTorques,
	solveIk
} from '$lib/core';
import { CUBE_MASS_KG } from '../so101-model/mjcf';
import {
	openingToRad,
	planPickPlace,
	type GripperState,
	type PickPlacePhase,
	type PickPlacePlan
} from './pick-place-plan';

export interface ExpertObservation {
	/** Joint positions as read, LeRobot units, joint order of the arm. */
	readonly positions: ArrayLike<number>;
	readonly task: TaskState;
}

export interface ExpertDecision {
	readonly phase: PickPlacePhase;
	/** Joint targets, LeRobot units. */
	readonly action: Float32Array;
	readonly plan: PickPlacePlan;
}

export interface ExpertOptions {
	/**
	 * Torque per angle of a follower servo holding a position, N m/rad. It decides how far a goal must lead to carry the
	 * arm's weight: `torque / stiffness`.
	 */
	readonly stiffnessNmPerRad?: number;
}

/** Stiffness customary for an STS3215 at P = 16 in simulation. */
const DEFAULT_STIFFNESS = 17.8;
const GRIPPER = 5;
const GRASP = frameNamed(SO101_CHAIN, 'grasp');
const DOWN: Vec3 = [0, 0, -1];
/** Metres of position error that a radian of tilt or of turn is worth. */
const AXIS_WEIGHT_M = 0.02;
const HELD_CUBE: LinkMass = { link: GRASP.link, massKg: CUBE_MASS_KG, comM: GRASP.positionM };
const MAX_LEAD_RAD = 0.2;

export class PickPlaceExpert {
	readonly #stiffness: number;
	readonly #pose = createChainPose(SO101_CHAIN);

	constructor(options: ExpertOptions = {}) {
		this.#stiffness = options.stiffnessNmPerRad ?? DEFAULT_STIFFNESS;
	}

	/** Joint targets (LeRobot units) for an observation; a pure function of it. */
	act(observation: ExpertObservation): Float32Array {
		return this.decide(observation).action;
	}

	decide(observation: ExpertObservation): ExpertDecision {
		const q = so101ToRad(observation.positions);
		const grip = this.#gripperState(q, observation.positions[GRIPPER] ?? Number.NaN);
		const plan = planPickPlace(grip, observation.task);
		return { phase: plan.phase, action: this.carryOut(plan), plan };
	}

	/** Joint targets that bring the gripper where a plan wants it. */
	carryOut(plan: PickPlacePlan): Float32Array {
		const [x, y, z] = plan.pointM;
		const bearing = Math.atan2(y, x - SHOULDER_X_M);
		const { q } = solveIk(
			SO101_CHAIN,
			{
				frame: GRASP,
				positionM: [x, y, z],
				axes: [
					{ axis: [1, 0, 0], direction: DOWN, weightM: AXIS_WEIGHT_M },
					{ axis: [0, 0, 1], direction: plan.closing, weightM: AXIS_WEIGHT_M }
				]
			},
			// Always the same start, never the present pose: one elbow-up solution per point, whatever happened before.
			[-bearing, -0.5, 0.5, 1.5, Math.PI / 2, openingToRad(plan.opening)],
			{ locked: [GRIPPER] }
		);
		const masses = plan.loaded ? [...SO101_MASSES, HELD_CUBE] : SO101_MASSES;
		const weight = gravityTorques(SO101_CHAIN, masses, q);
		for (let i = 0; i < GRIPPER; i++) {
			const sag = (weight[i] ?? 0) / this.#stiffness;
			q[i] = (q[i] ?? Number.NaN) + Math.min(MAX_LEAD_RAD, Math.max(-MAX_LEAD_RAD, sag));
		}
		return so101FromRad(q).map((value, i) => {
			const limits = SO101.joints[i];
			return limits ? Math.min(limits.max, Math.max(limits.min, value)) : value;
		});
	}

	#gripperState(q: Float64Array, opening: number): GripperState {
		const { position, rotation } = framePose(forwardKinematics(SO101_CHAIN, q, this.#pose), GRASP);
		const column = (c: number): Vec3 => [rotation[c] ?? NaN, rotation[3 + c] ?? NaN, rotation[6 + c] ?? NaN];
		const [x = NaN, y = NaN, z = NaN] = position;
		return { pointM: [x, y, z], pointing: column(0), closing: column(2), opening };
	}
}

/** Distance of the shoulder's axis from the origin along x. */
const SHOULDER_X_M = SO101_CHAIN.joints[0]?.originM[0] ?? 0;
