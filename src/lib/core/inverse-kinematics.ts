/**
 * Inverse kinematics by damped least squares (Levenberg-Marquardt) over a {@link KinematicChain}: joint angles that
 * bring a fixed frame to a point and, if asked, turn axes of that frame along world directions. Pure and deterministic:
 * the result depends on target and seed alone. Knows joint ranges; knows nothing of obstacles, speed or servo units.
 */
import type { ChainPose, FixedFrame, KinematicChain, Vec3 } from './kinematics';
import { createChainPose, forwardKinematics, framePose, jacobian } from './kinematics';

/** "Turn `axis` (unit vector in the frame) along `direction` (unit vector in the world)"; leaves the roll about it free. */
export interface AxisGoal {
	readonly axis: Vec3;
	readonly direction: Vec3;
	/** Metres of position error that one radian of misalignment is worth. */
	readonly weightM: number;
}

export interface IkTarget {
	readonly frame: FixedFrame;
	readonly positionM: Vec3;
	/** For a top-down grasp: the frame's approach axis along (0, 0, -1), and perhaps the jaw's closing axis along a face. */
	readonly axes?: readonly AxisGoal[];
}

export interface IkOptions {
	readonly maxIterations?: number;
	/** Stops when position and weighted axis errors are below this, metres. */
	readonly toleranceM?: number;
	/** Joints kept at their seed angle (by index), e.g. the gripper. */
	readonly locked?: readonly number[];
}

export interface IkSolution {
	readonly q: Float64Array;
	readonly positionErrorM: number;
	/** Largest angle between an asked axis and its direction, rad; 0 without axis goals. */
	readonly axisErrorRad: number;
	/** True when position and axis errors are within tolerance. A false one still is the best pose found. */
	readonly converged: boolean;
	readonly iterations: number;
}

interface Residual {
	readonly error: Float64Array;
	readonly cost: number;
	readonly positionErrorM: number;
	readonly axisErrorRad: number;
}

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;

function turned(rotation: Float64Array, axis: Vec3): Vec3 {
	const row = (k: number) =>
		at(rotation, 3 * k) * axis[0] + at(rotation, 3 * k + 1) * axis[1] + at(rotation, 3 * k + 2) * axis[2];
	return [row(0), row(1), row(2)];
}

function residual(pose: ChainPose, target: IkTarget): Residual {
	const axes = target.axes ?? [];
	const { position, rotation } = framePose(pose, target.frame);
	const error = new Float64Array(3 + 3 * axes.length);
	for (let k = 0; k < 3; k++) error[k] = at(target.positionM, k) - at(position, k);
	const positionErrorM = Math.hypot(at(error, 0), at(error, 1), at(error, 2));
	let axisErrorRad = 0;
	axes.forEach((goal, g) => {
		const have = turned(rotation, goal.axis);
		const want = goal.direction;
		const cross = [
			have[1] * want[2] - have[2] * want[1],
			have[2] * want[0] - have[0] * want[2],
			have[0] * want[1] - have[1] * want[0]
		] as const;
		const sin = Math.hypot(...cross);
		const angle = Math.atan2(sin, have[0] * want[0] + have[1] * want[1] + have[2] * want[2]);
		// The rotation vector that brings `have` onto `want`: its length is the angle, so errors past 90 degrees still count.
		const scale = goal.weightM * (sin > 1e-9 ? angle / sin : 1);
		cross.forEach((c, k) => (error[3 + 3 * g + k] = scale * c));
		axisErrorRad = Math.max(axisErrorRad, angle);
	});
	let cost = 0;
	for (const e of error) cost += e * e;
	return { error, cost, positionErrorM, axisErrorRad };
}

/** Rows of d(error)/dq with the sign that makes J dq = error; axis rows are the angular rows, one copy per goal. */
function residualJacobian(chain: KinematicChain, pose: ChainPose, target: IkTarget): Float64Array {
	const n = chain.joints.length;
	const geometric = jacobian(chain, pose, target.frame);
	const axes = target.axes ?? [];
	const { rotation } = framePose(pose, target.frame);
	const out = new Float64Array((3 + 3 * axes.length) * n);
	out.set(geometric.subarray(0, 3 * n));
	axes.forEach((goal, g) => {
		const a = turned(rotation, goal.axis);
		for (let i = 0; i < n; i++) {
			const w = [at(geometric, 3 * n + i), at(geometric, 4 * n + i), at(geometric, 5 * n + i)] as const;
			const along = w[0] * a[0] + w[1] * a[1] + w[2] * a[2];
			// Turning about the axis itself does not move it.
			for (let k = 0; k < 3; k++) out[(3 + 3 * g + k) * n + i] = goal.weightM * (at(w, k) - along * at(a, k));
		}
	});
	return out;
}

/** Solves the symmetric positive definite n x n system in place (Gaussian elimination; n is a handful). */
function solveSymmetric(matrix: Float64Array, rhs: Float64Array, n: number): void {
	for (let p = 0; p < n; p++) {
		for (let r = p + 1; r < n; r++) {
			const f = at(matrix, r * n + p) / at(matrix, p * n + p);
			if (f === 0) continue;
			for (let c = p; c < n; c++) matrix[r * n + c] = at(matrix, r * n + c) - f * at(matrix, p * n + c);
			rhs[r] = at(rhs, r) - f * at(rhs, p);
		}
	}
	for (let r = n - 1; r >= 0; r--) {
		let sum = at(rhs, r);
		for (let c = r + 1; c < n; c++) sum -= at(matrix, r * n + c) * at(rhs, c);
		rhs[r] = sum / at(matrix, r * n + r);
	}
}

/** One damped step; a joint that stands at its limit and would be pushed over it is left out. */
function dampedStep(
	chain: KinematicChain,
	q: Float64Array,
	jac: Float64Array,
	error: Float64Array,
	damping: number,
	free: readonly boolean[]
): Float64Array {
	const n = chain.joints.length;
	const gradient = new Float64Array(n);
	for (let r = 0; r < error.length; r++)
		for (let i = 0; i < n; i++) gradient[i] = at(gradient, i) + at(jac, r * n + i) * at(error, r);
	const moves = chain.joints.map((joint, i) => {
		const g = at(gradient, i);
		const blocked = (at(q, i) >= joint.maxRad && g > 0) || (at(q, i) <= joint.minRad && g < 0);
		return free[i] === true && !blocked;
	});
	const normal = new Float64Array(n * n);
	for (let i = 0; i < n; i++) {
		for (let k = 0; k < n; k++) {
			if (!moves[i] || !moves[k]) continue;
			let sum = 0;
			for (let r = 0; r < error.length; r++) sum += at(jac, r * n + i) * at(jac, r * n + k);
			normal[i * n + k] = sum;
		}
		normal[i * n + i] = at(normal, i * n + i) + damping;
		if (!moves[i]) gradient[i] = 0;
	}
	solveSymmetric(normal, gradient, n);
	return gradient;
}

/** Damping bounds, m^2/rad^2: the least is below the square of a centimetre lever, the most is gradient descent. */
const MIN_DAMPING = 1e-9;
const MAX_DAMPING = 1;

/**
 * Angles that bring `target.frame` to the target, starting at `seed` (rad, one per joint), within the joint ranges.
 * Never throws for an unreachable target: `converged` is false and `q` is the closest pose found.
 */
export function solveIk(
	chain: KinematicChain,
	target: IkTarget,
	seed: ArrayLike<number>,
	options: IkOptions = {}
): IkSolution {
	const { maxIterations = 60, toleranceM = 1e-5, locked = [] } = options;
	const free = chain.joints.map((_, i) => !locked.includes(i));
	const clamped = (values: Float64Array) =>
		values.map((v, i) => {
			const joint = chain.joints[i];
			return joint && free[i] ? Math.min(joint.maxRad, Math.max(joint.minRad, v)) : v;
		});
	const pose = createChainPose(chain);
	const trial = createChainPose(chain);
	let q = clamped(Float64Array.from(seed));
	let best = residual(forwardKinematics(chain, q, pose), target);
	let damping = 1e-4;
	let iterations = 0;
	while (iterations < maxIterations && best.cost > toleranceM * toleranceM && damping <= MAX_DAMPING) {
		iterations++;
		const jac = residualJacobian(chain, forwardKinematics(chain, q, pose), target);
		const step = dampedStep(chain, q, jac, best.error, damping, free);
		const next = clamped(q.map((v, i) => v + at(step, i)));
		const there = residual(forwardKinematics(chain, next, trial), target);
		if (there.cost < best.cost) {
			q = next;
			best = there;
			damping = Math.max(MIN_DAMPING, damping / 10);
		} else damping *= 10;
	}
	return {
		q,
		positionErrorM: best.positionErrorM,
		axisErrorRad: best.axisErrorRad,
		converged: best.cost <= toleranceM * toleranceM,
		iterations
	};
}
