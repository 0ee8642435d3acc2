// The arm's mechanics in plain script: one rotating mass per joint, gravity of the links above it, viscous and dry
// friction with stiction, and hard end stops. No coupling by acceleration and no contact: that is level 1 (MuJoCo). It is
// small so that a virtual arm moves before anything heavy has loaded. SI units, joints of the SO-101.

import type { JointPlant } from '$lib/contracts';

/** Mechanics of one joint, at the joint. */
export interface JointMechanics {
	/** kg·m², mostly the geared rotor. */
	readonly inertia: number;
	/** N·m·s/rad. */
	readonly viscous: number;
	/** N·m while moving. */
	readonly coulomb: number;
	/** N·m that hold a joint at rest. */
	readonly stiction: number;
	readonly minRad: number;
	readonly maxRad: number;
}

export interface Level0Options {
	readonly joints: readonly JointMechanics[];
	/** Gravity torque on each joint at `q`, N·m, written into `out`. */
	readonly gravity: (q: Float64Array, out: Float64Array) => void;
	readonly substepS?: number;
	/** Gravity is worked out again after this time, not in every sub-step; default: every sub-step. */
	readonly gravityEveryS?: number;
}

/** Below this a joint counts as standing, rad/s. */
const REST_SPEED = 1e-3;

class Level0Plant implements JointPlant {
	readonly jointCount: number;
	readonly q: Float64Array;
	readonly qd: Float64Array;
	readonly #options: Level0Options;
	readonly #substepS: number;
	readonly #gravity: Float64Array;
	#gravityAgeS = Number.POSITIVE_INFINITY;

	constructor(options: Level0Options) {
		this.#options = options;
		this.jointCount = options.joints.length;
		this.#substepS = options.substepS ?? 0.001;
		this.q = new Float64Array(this.jointCount);
		this.qd = new Float64Array(this.jointCount);
		this.#gravity = new Float64Array(this.jointCount);
	}

	reset(q: ArrayLike<number>): void {
		for (let j = 0; j < this.jointCount; j++) this.q[j] = q[j] ?? 0;
		this.qd.fill(0);
		this.#gravityAgeS = Number.POSITIVE_INFINITY;
	}

	step(dtS: number, torqueNm: Float64Array): void {
		const count = Math.max(1, Math.round(dtS / this.#substepS));
		const h = dtS / count;
		for (let k = 0; k < count; k++) this.#substep(h, torqueNm);
	}

	#substep(h: number, torqueNm: Float64Array): void {
		const { joints, gravity } = this.#options;
		this.#gravityAgeS += h;
		if (this.#gravityAgeS >= (this.#options.gravityEveryS ?? 0)) {
			gravity(this.q, this.#gravity);
			this.#gravityAgeS = 0;
		}
		for (let j = 0; j < this.jointCount; j++) {
			const joint = joints[j];
			if (joint === undefined) continue;
			const drive = (torqueNm[j] ?? 0) + (this.#gravity[j] ?? 0);
			this.#move(j, joint, drive, h);
		}
	}

	#move(j: number, joint: JointMechanics, drive: number, h: number): void {
		const speed = this.qd[j] ?? 0;
		if (Math.abs(speed) < REST_SPEED && Math.abs(drive) <= joint.stiction) {
			this.qd[j] = 0;
			return;
		}
		const direction = Math.abs(speed) < REST_SPEED ? Math.sign(drive) : Math.sign(speed);
		// Viscous friction is taken implicitly, so that a stiff joint cannot blow up.
		let next =
			(speed + (h * (drive - direction * joint.coulomb)) / joint.inertia) /
			(1 + (h * joint.viscous) / joint.inertia);
		// Dry friction stops a joint; it never turns it round.
		if (next * direction < 0 && Math.abs(drive) <= joint.stiction) next = 0;
		const angle = (this.q[j] ?? 0) + h * next;
		this.q[j] = Math.min(joint.maxRad, Math.max(joint.minRad, angle));
		this.qd[j] = angle < joint.minRad || angle > joint.maxRad ? 0 : next;
	}
}

export function createLevel0Plant(options: Level0Options): JointPlant {
	return new Level0Plant(options);
}
