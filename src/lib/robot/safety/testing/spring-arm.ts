/**
 * A small stand-in for six servos with P = 16: spring, damping, dry friction, weight, the inertia of rotor and links.
 * For tests of the gate alone; the virtual chain of `$lib/sim` is the judge of the figures (kill-travel.test.ts).
 */
import { SO101_MASSES } from '$lib/contracts';
import { SERVO_MODEL } from '../ahead-budget';
import { createArmGeometry } from '../arm-geometry';

const ROTOR_KGM2 = 0.028;
const STEP_S = 0.0005;
const ENCODER = 360 / 4096;
const LIMIT_NM = 2.94;

export interface SpringArm {
	readonly q: Float64Array;
	readonly qd: Float64Array;
	payloadKg: number;
	/** Torque of a hand on each joint, N·m. */
	readonly hand: Float64Array;
	/** What six encoders would say. */
	read(): Float32Array;
	advance(goal: ArrayLike<number>, dtS: number): void;
	tip(): [number, number, number];
	loadPercent(goal: ArrayLike<number>): Float32Array;
}

export function createSpringArm(start: readonly number[]): SpringArm {
	const geometry = createArmGeometry();
	const q = Float64Array.from(start);
	const qd = new Float64Array(6);
	const own = new Float64Array(6);
	const load = new Float64Array(6);
	const hand = new Float64Array(6);
	const points = new Float64Array(15);
	const outer = SO101_MASSES.slice(1);
	/** Links outside of joint j as a point mass at the distance they have when the arm is stretched out. */
	const inertia = outer.map((_, j) => {
		const reach = [0.25, 0.25, 0.18, 0.08, 0.02, 0.03][j] ?? 0;
		const mass = outer.slice(j).reduce((sum, link) => sum + link.massKg, 0);
		return ROTOR_KGM2 + mass * reach * reach;
	});
	const arm: SpringArm = {
		q,
		qd,
		payloadKg: 0,
		hand,
		read: () => Float32Array.from(q, (value) => Math.round(value / ENCODER) * ENCODER),
		advance(goal, dtS) {
			for (let left = dtS; left > 1e-9; left -= STEP_S) {
				geometry.solve(q);
				geometry.ownWeight(own);
				geometry.tipWeight(arm.payloadKg, load);
				for (let j = 0; j < 6; j++) {
					const scale = geometry.scale[j] ?? NaN;
					const error = ((goal[j] ?? NaN) - (q[j] ?? NaN)) * scale;
					const spring = Math.max(-LIMIT_NM, Math.min(LIMIT_NM, SERVO_MODEL.stiffnessNmPerRad * error));
					const drive = spring - (own[j] ?? 0) - (load[j] ?? 0) + (hand[j] ?? 0);
					const grams = (inertia[j] ?? NaN) + (j < 4 ? arm.payloadKg * 0.06 : 0);
					let rate = (qd[j] ?? 0) + (drive * STEP_S) / grams;
					rate /= 1 + (SERVO_MODEL.dampingNmSPerRad * STEP_S) / grams;
					const brake = (SERVO_MODEL.frictionNm * STEP_S) / grams;
					rate = Math.sign(rate) * Math.max(0, Math.abs(rate) - brake);
					qd[j] = rate;
					q[j] = (q[j] ?? 0) + (rate * STEP_S) / scale;
				}
			}
		},
		tip() {
			geometry.solve(q);
			geometry.points(points);
			return [points[9] ?? NaN, points[10] ?? NaN, points[11] ?? NaN];
		},
		loadPercent: (goal) =>
			Float32Array.from(q, (value, j) =>
				Math.max(
					-100,
					Math.min(
						100,
						((((goal[j] ?? NaN) - value) * (geometry.scale[j] ?? NaN)) / LIMIT_NM) *
							SERVO_MODEL.stiffnessNmPerRad *
							100
					)
				)
			)
	};
	return arm;
}
