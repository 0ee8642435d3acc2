/**
 * A second opinion on where the arm is: rotation matrices and points, straight from the numbers of the published model,
 * with none of the code the gate uses. Only the raw data of `contracts` is shared.
 */
import { SO101_CHAIN } from '$lib/contracts';

interface FixedPart {
	readonly p: readonly number[];
	readonly r: readonly number[];
}

function fixedPart(position: readonly number[], quat: readonly number[]): FixedPart {
	const norm = Math.hypot(...quat);
	const [w = NaN, x = NaN, y = NaN, z = NaN] = quat.map((value) => value / norm);
	return {
		p: position,
		r: [
			w * w + x * x - y * y - z * z,
			2 * (x * y - w * z),
			2 * (x * z + w * y),
			2 * (x * y + w * z),
			w * w - x * x + y * y - z * z,
			2 * (y * z - w * x),
			2 * (x * z - w * y),
			2 * (y * z + w * x),
			w * w - x * x - y * y + z * z
		]
	};
}

const JOINTS = SO101_CHAIN.joints.map((joint) => fixedPart(joint.originM, joint.originQuat));
const TOOL = SO101_CHAIN.frames.find((frame) => frame.name === 'gripper_frame')?.positionM ?? [NaN, NaN, NaN];
const JAW = [-0.0147, -0.0785, 0.019];
export const TIP = 9;

const rotation = new Float64Array(9);
const turned = new Float64Array(9);
const origin = new Float64Array(3);

function n(values: ArrayLike<number>, index: number): number {
	return values[index] ?? NaN;
}

function put(local: ArrayLike<number>, out: Float64Array, offset: number): void {
	for (let k = 0; k < 3; k++)
		out[offset + k] =
			n(origin, k) +
			n(rotation, 3 * k) * n(local, 0) +
			n(rotation, 3 * k + 1) * n(local, 1) +
			n(rotation, 3 * k + 2) * n(local, 2);
}

const ZERO = [0, 0, 0];

/** Elbow, wrist, gripper, tip of the fixed jaw (at TIP), tip of the moving jaw: metres, at LeRobot values `q`. */
export function handPoints(q: ArrayLike<number>, out = new Float64Array(15)): Float64Array {
	rotation.set([1, 0, 0, 0, 1, 0, 0, 0, 1]);
	origin.fill(0);
	for (let j = 0; j < 6; j++) {
		const part = JOINTS[j];
		if (!part) throw new RangeError('joint');
		put(part.p, origin, 0);
		const value = n(q, j);
		const angle = j < 5 ? (value * Math.PI) / 180 : -0.174533 + (value / 100) * (1.745329 + 0.174533);
		const c = Math.cos(angle);
		const s = Math.sin(angle);
		for (let r = 0; r < 3; r++) {
			const a = n(rotation, 3 * r);
			const b = n(rotation, 3 * r + 1);
			const d = n(rotation, 3 * r + 2);
			const x = a * n(part.r, 0) + b * n(part.r, 3) + d * n(part.r, 6);
			const y = a * n(part.r, 1) + b * n(part.r, 4) + d * n(part.r, 7);
			turned[3 * r] = x * c + y * s;
			turned[3 * r + 1] = y * c - x * s;
			turned[3 * r + 2] = a * n(part.r, 2) + b * n(part.r, 5) + d * n(part.r, 8);
		}
		rotation.set(turned);
		if (j >= 2 && j <= 4) put(ZERO, out, 3 * (j - 2));
		if (j === 4) put(TOOL, out, TIP);
		if (j === 5) put(JAW, out, 12);
	}
	return out;
}

/** Fastest hand point between two sets of points `dtS` apart, mm/s. */
export function fastest(a: ArrayLike<number>, b: ArrayLike<number>, dtS: number): number {
	let worst = 0;
	for (let p = 0; p < 15; p += 3) {
		const x = n(b, p) - n(a, p);
		const y = n(b, p + 1) - n(a, p + 1);
		const z = n(b, p + 2) - n(a, p + 2);
		worst = Math.max(worst, Math.sqrt(x * x + y * y + z * z));
	}
	return (1000 * worst) / dtS;
}

/** Fastest hand point between two goals sent `dtS` apart, mm/s. */
export function fastestPoint(from: ArrayLike<number>, to: ArrayLike<number>, dtS: number): number {
	return fastest(handPoints(from), handPoints(to), dtS);
}

export function tipDistanceMm(a: ArrayLike<number>, b: ArrayLike<number>): number {
	const p = handPoints(a);
	const q = handPoints(b);
	return (
		1000 * Math.hypot(n(q, TIP) - n(p, TIP), n(q, TIP + 1) - n(p, TIP + 1), n(q, TIP + 2) - n(p, TIP + 2))
	);
}
