// The arm's geometry as the reference loop of the tick bench needs it, in straight-line code: where five points of the
// hand are, how the tip moves with each joint, what the weights ask of each joint. Fixed, like the reference loop.

import { SO101_CHAIN, SO101_MASSES } from '$lib/contracts';
import { rotationFromQuat } from '$lib/core';

const JOINTS = 6;
const DEGREE = Math.PI / 180;
const GRAVITY = 9.81;
const TIP_LINK = 4;
const TIP_M = [-0.0079, -0.000218121, -0.0981274];
/** Link and place of what may touch a hand: elbow, wrist, gripper, tip, jaw. */
const POINTS = Float64Array.of(2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 4, ...TIP_M, 5, -0.0147, -0.0785, 0.019);
const ORIGINS = Float64Array.from(SO101_CHAIN.joints.flatMap(({ originM }) => [...originM]));
const TURNS = Float64Array.from(
	SO101_CHAIN.joints.flatMap(({ originQuat }) => [...rotationFromQuat(originQuat)])
);
const MASSES = Float64Array.from(
	SO101_MASSES.filter(({ link }) => link >= 0).flatMap(({ link, massKg, comM }) => [link, massKg, ...comM])
);

export class ReferenceArm {
	readonly position = new Float64Array(3 * JOINTS);
	readonly rotation = new Float64Array(9 * JOINTS);
	readonly jacobian = new Float64Array(3 * JOINTS);
	readonly torque = new Float64Array(JOINTS);
	readonly #point = new Float64Array(3);

	/** Poses of all links; every joint turns about its own z. Degrees. */
	solve(q: ArrayLike<number>): void {
		const { position: p, rotation: r } = this;
		for (let j = 0; j < JOINTS; j++) {
			const angle = (q[j] ?? 0) * DEGREE;
			const c = Math.cos(angle);
			const s = Math.sin(angle);
			const o = 9 * j;
			const b = o - 9;
			for (let row = 0; row < 3; row++) {
				// The base stands upright at the origin.
				const r0 = j === 0 ? (row === 0 ? 1 : 0) : (r[b + 3 * row] ?? 0);
				const r1 = j === 0 ? (row === 1 ? 1 : 0) : (r[b + 3 * row + 1] ?? 0);
				const r2 = j === 0 ? (row === 2 ? 1 : 0) : (r[b + 3 * row + 2] ?? 0);
				const m0 = r0 * (TURNS[o] ?? 0) + r1 * (TURNS[o + 3] ?? 0) + r2 * (TURNS[o + 6] ?? 0);
				const m1 = r0 * (TURNS[o + 1] ?? 0) + r1 * (TURNS[o + 4] ?? 0) + r2 * (TURNS[o + 7] ?? 0);
				const m2 = r0 * (TURNS[o + 2] ?? 0) + r1 * (TURNS[o + 5] ?? 0) + r2 * (TURNS[o + 8] ?? 0);
				r[o + 3 * row] = m0 * c + m1 * s;
				r[o + 3 * row + 1] = m1 * c - m0 * s;
				r[o + 3 * row + 2] = m2;
				p[3 * j + row] =
					(j === 0 ? 0 : (p[3 * j - 3 + row] ?? 0)) +
					r0 * (ORIGINS[3 * j] ?? 0) +
					r1 * (ORIGINS[3 * j + 1] ?? 0) +
					r2 * (ORIGINS[3 * j + 2] ?? 0);
			}
		}
	}

	/** Five points, 15 numbers, metres. */
	points(out: Float64Array): void {
		for (let k = 0; k < 5; k++) {
			this.#toWorld(POINTS[4 * k] ?? 0, POINTS, 4 * k + 1);
			out.set(this.#point, 3 * k);
		}
	}

	/** Fills `jacobian` (tip, metres per radian) and `torque` (own weight and `loadKg` at the tip, N*m). */
	weigh(loadKg: number): void {
		const { position: p, rotation: r, jacobian, torque } = this;
		this.#toWorld(TIP_LINK, TIP_M, 0);
		const [x, y, z] = this.#point;
		torque.fill(0);
		for (let j = 0; j <= TIP_LINK; j++) {
			const ax = r[9 * j + 2] ?? 0;
			const ay = r[9 * j + 5] ?? 0;
			const az = r[9 * j + 8] ?? 0;
			const lx = (x ?? 0) - (p[3 * j] ?? 0);
			const ly = (y ?? 0) - (p[3 * j + 1] ?? 0);
			const lz = (z ?? 0) - (p[3 * j + 2] ?? 0);
			jacobian[j] = ay * lz - az * ly;
			jacobian[JOINTS + j] = az * lx - ax * lz;
			jacobian[2 * JOINTS + j] = ax * ly - ay * lx;
			torque[j] = loadKg * GRAVITY * (ax * ly - ay * lx);
		}
		for (let m = 0; m < MASSES.length; m += 5) {
			const link = MASSES[m] ?? 0;
			this.#toWorld(link, MASSES, m + 2);
			const px = this.#point[0] ?? 0;
			const py = this.#point[1] ?? 0;
			for (let j = 0; j <= link; j++) {
				const lift =
					(r[9 * j + 2] ?? 0) * (py - (p[3 * j + 1] ?? 0)) - (r[9 * j + 5] ?? 0) * (px - (p[3 * j] ?? 0));
				torque[j] = (torque[j] ?? 0) + (MASSES[m + 1] ?? 0) * GRAVITY * lift;
			}
		}
	}

	#toWorld(link: number, local: ArrayLike<number>, at: number): void {
		const { position: p, rotation: r } = this;
		for (let k = 0; k < 3; k++)
			this.#point[k] =
				(p[3 * link + k] ?? 0) +
				(r[9 * link + 3 * k] ?? 0) * (local[at] ?? 0) +
				(r[9 * link + 3 * k + 1] ?? 0) * (local[at + 1] ?? 0) +
				(r[9 * link + 3 * k + 2] ?? 0) * (local[at + 2] ?? 0);
	}
}
