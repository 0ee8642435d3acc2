/**
 * Turns speeds into joint wishes: single joints, or the hand in the room (forward, up, turn, tilt). Knows the chain, its
 * inverse kinematics and its reach; knows nothing of keys and sticks.
 *
 * The hand moves in the arm's own upright plane: forward is where the arm looks, turning swings that plane. The tilt of
 * the fingers is kept as long as the arm can; where it cannot, the tilt gives way before the place does. At the end of
 * its reach the wish stays where it is: what cannot be reached is never wished.
 */
import type { AxisGoal, ChainPose, FixedFrame, IkTarget, KinematicChain, Vec3 } from '$lib/core';
import { createChainPose, forwardKinematics, frameNamed, framePose, solveIk } from '$lib/core';
import type { RobotSpec } from '$lib/contracts';
import { SO101, SO101_CHAIN, so101FromRad, so101ToRad } from '$lib/contracts';
import type { JogVelocity } from './jog-keys';
import { clampJoint, isWhole } from './source';

export interface JogSpeeds {
	readonly handMPerS: number;
	readonly turnRadPerS: number;
	readonly tiltRadPerS: number;
	/** Degrees, and percent for the gripper. */
	readonly jointPerS: number;
	readonly gripperPerS: number;
}

export const JOG_SPEEDS: JogSpeeds = {
	handMPerS: 0.08,
	turnRadPerS: 0.6,
	tiltRadPerS: 0.8,
	jointPerS: 35,
	gripperPerS: 60
};

export interface JogMotionOptions {
	readonly spec?: RobotSpec;
	readonly chain?: KinematicChain;
	readonly speeds?: JogSpeeds;
	/** The fingers are not moved lower than this by hand keys, m above the table. */
	readonly floorM?: number;
}

export interface JogMotion {
	/** Present wish, LeRobot units; re-used. */
	readonly wish: Float32Array;
	/** False until `begin`. */
	readonly ready: boolean;
	begin(state: ArrayLike<number>): void;
	/** Moves the wish for `dtS`. `goal`: what the gate sent last; a wish too far ahead of it waits. */
	advance(velocity: JogVelocity, dtS: number, goal: ArrayLike<number> | null): void;
	/** True if the last step was refused: the arm cannot reach further that way. */
	readonly atReach: boolean;
}

/** A wish waits while the arm is this far behind (LeRobot units); the gripper's wish stays this near. */
const LEAD = 8;
/** Most seconds one step makes up for. */
const MAX_STEP_S = 0.05;
/** Metres per radian: how much a tilt error counts against a position error. */
const TILT_WEIGHT_M = 0.05;
const POSITION_OK_M = 1e-4;
const TILT_OK_RAD = 0.01;
/** A solution that is further from the present pose is another branch of the inverse kinematics, rad. */
const SAME_BRANCH_RAD = 0.2;
const ROLL_JOINT = 4;
const GRIPPER_JOINT = 5;

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;

class ArmJog implements JogMotion {
	readonly wish: Float32Array;
	ready = false;
	atReach = false;
	readonly #spec: RobotSpec;
	readonly #chain: KinematicChain;
	readonly #speeds: JogSpeeds;
	readonly #floorM: number;
	readonly #frame: FixedFrame;
	readonly #pose: ChainPose;
	#q: Float64Array = new Float64Array(0);
	/** Where the hand is led from; void once joints were moved one by one. */
	#placed = false;
	#place: Vec3 = [0, 0, 0];
	#heading = 0;
	#tilt = 0;

	constructor(options: JogMotionOptions) {
		this.#spec = options.spec ?? SO101;
		this.#chain = options.chain ?? SO101_CHAIN;
		this.#speeds = options.speeds ?? JOG_SPEEDS;
		this.#floorM = options.floorM ?? 0;
		this.#frame = frameNamed(this.#chain, 'gripper_frame');
		this.#pose = createChainPose(this.#chain);
		this.wish = new Float32Array(this.#spec.joints.length);
	}

	begin(state: ArrayLike<number>): void {
		if (!isWhole(state, this.wish.length)) return;
		for (let j = 0; j < this.wish.length; j++) this.wish[j] = clampJoint(this.#spec, j, at(state, j));
		this.ready = true;
		this.atReach = false;
		this.#placed = false;
	}

	advance(velocity: JogVelocity, dtS: number, goal: ArrayLike<number> | null): void {
		if (!this.ready || !(dtS > 0)) return;
		const step = Math.min(dtS, MAX_STEP_S);
		const heldBack = goal !== null && this.#isAhead(goal);
		if (!heldBack) {
			this.#moveJoints(velocity, step);
			this.#moveHand(velocity, step);
		}
		this.#moveGripper(velocity, step, goal);
	}

	#isAhead(goal: ArrayLike<number>): boolean {
		for (let j = 0; j < GRIPPER_JOINT; j++) if (Math.abs(at(this.wish, j) - at(goal, j)) > LEAD) return true;
		return false;
	}

	#nudge(joint: number, by: number): void {
		if (by === 0) return;
		if (joint !== GRIPPER_JOINT) this.#placed = false;
		this.wish[joint] = clampJoint(this.#spec, joint, at(this.wish, joint) + by);
	}

	#moveJoints(velocity: JogVelocity, dtS: number): void {
		for (let j = 0; j < GRIPPER_JOINT; j++)
			this.#nudge(j, at(velocity.joints, j) * this.#speeds.jointPerS * dtS);
		this.#nudge(ROLL_JOINT, velocity.roll * this.#speeds.jointPerS * dtS);
	}

	/** The hand may close on something: its wish stays near the goal, so that opening it answers at once. */
	#moveGripper(velocity: JogVelocity, dtS: number, goal: ArrayLike<number> | null): void {
		const speed = velocity.gripper + at(velocity.joints, GRIPPER_JOINT);
		if (speed === 0) return;
		this.#nudge(GRIPPER_JOINT, Math.sign(speed) * this.#speeds.gripperPerS * dtS);
		const held = goal === null ? Number.NaN : at(goal, GRIPPER_JOINT);
		if (!Number.isFinite(held)) return;
		const near = Math.min(held + LEAD, Math.max(held - LEAD, at(this.wish, GRIPPER_JOINT)));
		this.wish[GRIPPER_JOINT] = clampJoint(this.#spec, GRIPPER_JOINT, near);
	}

	#moveHand(velocity: JogVelocity, dtS: number): void {
		const { forward, up, turn, tilt } = velocity;
		this.atReach = false;
		if (forward === 0 && up === 0 && turn === 0 && tilt === 0) return;
		if (!this.#placed) this.#takePlace(null);
		this.#q = so101ToRad(this.wish);
		if (this.#tryHand(forward, up, turn, tilt, dtS)) return;
		this.atReach = true;
		if ([forward, up, turn, tilt].filter((part) => part !== 0).length > 1) this.#slide(velocity, dtS);
	}

	/** What cannot be had together may be had one by one: the hand slides along the end of its reach. */
	#slide({ forward, up, turn, tilt }: JogVelocity, dtS: number): boolean {
		return (
			(forward !== 0 && this.#tryHand(forward, 0, 0, 0, dtS)) ||
			(up !== 0 && this.#tryHand(0, up, 0, 0, dtS)) ||
			(turn !== 0 && this.#tryHand(0, 0, turn, 0, dtS)) ||
			(tilt !== 0 && this.#tryHand(0, 0, 0, tilt, dtS))
		);
	}

	/**
	 * Where the hand is and how its fingers are tilted, from the joints; `place` keeps a place that is known better. The
	 * hand is led from there and not from the last solution, whose small errors would add up.
	 */
	#takePlace(place: Vec3 | null): void {
		const pose = forwardKinematics(this.#chain, so101ToRad(this.wish), this.#pose);
		const { position, rotation } = framePose(pose, this.#frame);
		this.#place = place ?? [at(position, 0), at(position, 1), at(position, 2)];
		this.#heading = this.#headingOf(this.wish);
		// x of the gripper frame points out of the fingers; its height is the sine of the tilt.
		const asin = Math.asin(Math.min(1, Math.max(-1, at(rotation, 6))));
		const outwards = at(rotation, 0) * Math.cos(this.#heading) + at(rotation, 3) * Math.sin(this.#heading);
		this.#tilt = outwards < 0 ? Math.PI - asin : asin;
		this.#placed = true;
	}

	/** The pan joint's axis points down: turning left is turning it back. */
	#headingOf(wish: ArrayLike<number>): number {
		return (-at(wish, 0) * Math.PI) / 180;
	}

	#tryHand(forward: number, up: number, turn: number, tilt: number, dtS: number): boolean {
		const base = this.#chain.joints[0]?.originM ?? [0, 0, 0];
		const [fromX, fromY, fromZ] = this.#place;
		const turned = turn * this.#speeds.turnRadPerS * dtS;
		const reach = forward * this.#speeds.handMPerS * dtS;
		const x = fromX - base[0] + Math.cos(this.#heading) * reach;
		const y = fromY - base[1] + Math.sin(this.#heading) * reach;
		const z = fromZ + up * this.#speeds.handMPerS * dtS;
		if (z < this.#floorM && z < fromZ) return false;
		const c = Math.cos(turned);
		const s = Math.sin(turned);
		const place: Vec3 = [base[0] + c * x - s * y, base[1] + s * x + c * y, z];
		const heading = this.#heading + turned;
		const angle = this.#tilt + tilt * this.#speeds.tiltRadPerS * dtS;
		const look: Vec3 = [
			Math.cos(heading) * Math.cos(angle),
			Math.sin(heading) * Math.cos(angle),
			Math.sin(angle)
		];
		const axes: AxisGoal[] = [{ axis: [1, 0, 0], direction: look, weightM: TILT_WEIGHT_M }];
		if (this.#accept({ frame: this.#frame, positionM: place, axes })) {
			this.#place = place;
			this.#heading = heading;
			this.#tilt = angle;
			return true;
		}
		if (tilt !== 0 || !this.#accept({ frame: this.#frame, positionM: place })) return false;
		this.#takePlace(place);
		return true;
	}

	/** Takes the solution over if it is one: at the place, in the limits, and near the present pose. */
	#accept(target: IkTarget): boolean {
		const found = solveIk(this.#chain, target, this.#q, {
			maxIterations: 20,
			toleranceM: 1e-5,
			locked: [ROLL_JOINT, GRIPPER_JOINT]
		});
		if (found.positionErrorM > POSITION_OK_M || found.axisErrorRad > TILT_OK_RAD) return false;
		const wish = so101FromRad(found.q);
		for (let j = 0; j < ROLL_JOINT; j++) {
			if (Math.abs(at(found.q, j) - at(this.#q, j)) > SAME_BRANCH_RAD) return false;
			// A joint at its limit may round a hair over it.
			if (Math.abs(clampJoint(this.#spec, j, at(wish, j)) - at(wish, j)) > 0.01) return false;
		}
		for (let j = 0; j < ROLL_JOINT; j++) this.wish[j] = clampJoint(this.#spec, j, at(wish, j));
		return true;
	}
}

export function createJogMotion(options: JogMotionOptions = {}): JogMotion {
	return new ArmJog(options);
}
