/**
 * How much weight hangs at the tip, learned from the error that the servos hold while the arm is slow: with the integral
 * gain at 0 the error is the torque. Knows errors and speeds; knows nothing of goals to come.
 *
 * The answer is a share of the rated load (50 g) with its uncertainty. Only a hand that opens or closes can change the
 * load, so the uncertainty is whole when the gripper moves and shrinks while the arm shows what it holds; dry friction
 * keeps it from vanishing.
 */
import { SERVO_MODEL } from './ahead-budget';

/** Time constant of learning, and the joint speed (LeRobot units/s) above which lag and momentum drown the load. */
const LEARN_S = 0.25;
const LEARN_BELOW_PER_S = 12;
/** Trust grows more slowly: an arm that has just been given a goal is still on its way into balance. */
const TRUST_S = 0.6;
/** Uncertainty that friction leaves. */
const FRICTION_SHARE = 0.3;
const GRIPPER_MOVES_PER_S = 20;

export interface LoadEstimate {
	/** Most likely, least and most share of the rated load, each 0..1. */
	readonly share: number;
	readonly least: number;
	readonly most: number;
	/**
	 * `error`: goal - state - own weight; `load`: what the rated load would add to it. LeRobot units, joints 0..`last`
	 * carry the tip, the joints after it are the gripper's.
	 */
	learn(error: Float64Array, load: Float64Array, velocity: Float64Array, last: number, dtS: number): void;
	/** Time has passed unseen: the share is a guess again. */
	distrust(): void;
	reset(): void;
}

const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

export function createLoadEstimate(): LoadEstimate {
	// In an object: a number that changes in a closure's own variable is a new one on the heap each time.
	const known = { share: 0.5, doubt: 0.5 };
	known.share = 0;
	known.doubt = 1;

	return {
		get share() {
			return known.share;
		},
		get least() {
			return Math.max(0, known.share - known.doubt);
		},
		get most() {
			return Math.min(1, known.share + known.doubt);
		},
		learn(error, load, velocity, last, dtS) {
			for (let j = last + 1; j < velocity.length; j++)
				if (Math.abs(at(velocity, j)) > GRIPPER_MOVES_PER_S) known.doubt = 1;
			let above = 0;
			let below = 0;
			for (let j = 0; j <= last; j++) {
				if (!(Math.abs(at(velocity, j)) < LEARN_BELOW_PER_S)) return;
				const held = at(error, j) - SERVO_MODEL.lagS * at(velocity, j);
				above += held * at(load, j);
				below += at(load, j) * at(load, j);
			}
			// Below a tenth of a degree the load has no lever: nothing to be learned from this pose.
			if (!(below > 0.01)) return;
			const seen = Math.min(1, Math.max(0, above / below));
			if (!Number.isFinite(seen)) return;
			known.share += (seen - known.share) * Math.min(1, dtS / LEARN_S);
			known.doubt += (FRICTION_SHARE - known.doubt) * Math.min(1, dtS / TRUST_S);
		},
		distrust() {
			known.doubt = 1;
		},
		reset() {
			known.share = 0;
			known.doubt = 1;
		}
	};
}
