/**
 * A second opinion on where the arm is: homogeneous 4x4 matrices, straight from the numbers of the published model, with
 * none of the code the gate uses. Only the raw data of `contracts` is shared.
 */
import { SO101_CHAIN } from '$lib/contracts';

type Matrix = readonly number[];

function product(a: Matrix, b: Matrix): number[] {
	const out: number[] = [];
	for (let r = 0; r < 4; r++)
		for (let c = 0; c < 4; c++) {
			let sum = 0;
			for (let k = 0; k < 4; k++) sum += (a[4 * r + k] ?? NaN) * (b[4 * k + c] ?? NaN);
			out.push(sum);
		}
	return out;
}

function pose(position: readonly number[], quat: readonly number[]): Matrix {
	const norm = Math.hypot(...quat);
	const [w = NaN, x = NaN, y = NaN, z = NaN] = quat.map((value) => value / norm);
	const [px = NaN, py = NaN, pz = NaN] = position;
	return [
		w * w + x * x - y * y - z * z,
		2 * (x * y - w * z),
		2 * (x * z + w * y),
		px,
		2 * (x * y + w * z),
		w * w - x * x + y * y - z * z,
		2 * (y * z - w * x),
		py,
		2 * (x * z - w * y),
		2 * (y * z + w * x),
		w * w - x * x - y * y + z * z,
		pz,
		0,
		0,
		0,
		1
	];
}

const JOINTS = SO101_CHAIN.joints.map((joint) => pose(joint.originM, joint.originQuat));
const TOOL = SO101_CHAIN.frames.find((frame) => frame.name === 'gripper_frame')?.positionM ?? [NaN, NaN, NaN];

/** Elbow, wrist, gripper, tip of the fixed jaw, tip of the moving jaw (m) at LeRobot values `q`: 15 numbers. */
export function handPoints(q: ArrayLike<number>): number[] {
	const out: number[] = [];
	let frame: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
	const put = (x: number, y: number, z: number): void => {
		for (let r = 0; r < 3; r++)
			out.push(
				(frame[4 * r] ?? NaN) * x +
					(frame[4 * r + 1] ?? NaN) * y +
					(frame[4 * r + 2] ?? NaN) * z +
					(frame[4 * r + 3] ?? NaN)
			);
	};
	for (let j = 0; j < 6; j++) {
		const value = q[j] ?? NaN;
		const angle = j < 5 ? (value * Math.PI) / 180 : -0.174533 + (value / 100) * (1.745329 + 0.174533);
		const c = Math.cos(angle);
		const s = Math.sin(angle);
		frame = product(product(frame, JOINTS[j] ?? []), [c, -s, 0, 0, s, c, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
		if (j >= 2 && j <= 4) put(0, 0, 0);
		if (j === 4) put(TOOL[0], TOOL[1], TOOL[2]);
		if (j === 5) put(-0.0147, -0.0785, 0.019);
	}
	return out;
}

/** Fastest hand point between two goals sent `dtS` apart, mm/s. */
export function fastestPoint(from: ArrayLike<number>, to: ArrayLike<number>, dtS: number): number {
	const a = handPoints(from);
	const b = handPoints(to);
	let worst = 0;
	for (let p = 0; p < 5; p++) {
		const d = [0, 1, 2].map((k) => (b[3 * p + k] ?? NaN) - (a[3 * p + k] ?? NaN));
		worst = Math.max(worst, (1000 * Math.hypot(...d)) / dtS);
	}
	return worst;
}
