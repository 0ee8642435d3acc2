// The mechanics of a virtual leader: a hand holds it. Torque and weight do nothing, the joints go where the hand wants
// them, no faster than a hand does.

import type { JointPlant } from '$lib/contracts';

const HAND_RAD_PER_S = 2.5;

export class HandPlant implements JointPlant {
	readonly jointCount: number;
	readonly q: Float64Array;
	readonly qd: Float64Array;
	readonly #target: Float64Array;

	constructor(startRad: ArrayLike<number>) {
		this.jointCount = startRad.length;
		this.q = Float64Array.from(startRad);
		this.qd = new Float64Array(startRad.length);
		this.#target = Float64Array.from(startRad);
	}

	/** Where the hand takes the arm, rad. Anything that is not a number is ignored. */
	move(targetRad: ArrayLike<number>): void {
		for (let j = 0; j < this.jointCount; j++) {
			const target = targetRad[j] ?? Number.NaN;
			if (Number.isFinite(target)) this.#target[j] = target;
		}
	}

	step(dtS: number): void {
		const most = HAND_RAD_PER_S * dtS;
		for (let j = 0; j < this.jointCount; j++) {
			const gap = (this.#target[j] ?? 0) - (this.q[j] ?? 0);
			const moved = Math.max(-most, Math.min(most, gap));
			this.q[j] = (this.q[j] ?? 0) + moved;
			this.qd[j] = dtS > 0 ? moved / dtS : 0;
		}
	}

	reset(q: ArrayLike<number>): void {
		this.q.set(q);
		this.qd.fill(0);
		this.#target.set(q);
	}
}
