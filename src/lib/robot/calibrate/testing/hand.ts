// A person who moves a limp arm: a plant whose joints go where the hand wants, at the speed of a hand. Test code only.

import { SO101_CHAIN, type JointPlant } from '$lib/contracts';

const HAND_RAD_PER_S = 6;

export interface Hand {
	readonly plant: JointPlant;
	/** Joint angles the hand is on its way to, rad. */
	readonly target: Float64Array;
	arrived(): boolean;
}

export function createHand(start: readonly number[] = []): Hand {
	const joints = SO101_CHAIN.joints.length;
	const q = Float64Array.from({ length: joints }, (_, j) => start[j] ?? 0);
	const qd = new Float64Array(joints);
	const target = Float64Array.from(q);
	return {
		target,
		arrived: () => target.every((at, j) => at === q[j]),
		plant: {
			jointCount: joints,
			q,
			qd,
			step(dtS) {
				for (let j = 0; j < joints; j++) {
					const left = (target[j] ?? 0) - (q[j] ?? 0);
					const step = Math.min(Math.abs(left), HAND_RAD_PER_S * dtS);
					q[j] = Math.abs(left) <= step ? (target[j] ?? 0) : (q[j] ?? 0) + Math.sign(left) * step;
				}
			},
			reset: () => undefined
		}
	};
}
