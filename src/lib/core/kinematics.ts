/**
 * Forward kinematics and Jacobians of a tree of revolute joints, for any arm that is described by a
 * {@link KinematicChain}. Knows frames, axes and angles; knows nothing of a particular robot, of servo units or of time.
 *
 * Conventions: SI units and radians; quaternions are (w, x, y, z); matrices are row-major; the angle vector `q` has one
 * entry per joint in the order of `chain.joints`. A joint's frame is its parent's frame, moved by `originM`, turned by
 * `originQuat`, then turned by `q` about `axis` (this is what MJCF `<body pos quat><joint axis>` and URDF mean).
 */

import { compiledChain, rotationFromQuat } from './compiled-chain';

export { rotationFromQuat };

export type Vec3 = readonly [number, number, number];
/** Unit quaternion, (w, x, y, z). */
export type Quat = readonly [number, number, number, number];

export interface KinematicJoint {
	readonly name: string;
	/** Name of the link that this joint carries. */
	readonly link: string;
	/** Index of the joint whose link carries this one; -1 for the base. A parent stands before its children. */
	readonly parent: number;
	readonly originM: Vec3;
	readonly originQuat: Quat;
	/** Unit vector in the joint's own frame. */
	readonly axis: Vec3;
	readonly minRad: number;
	readonly maxRad: number;
}

/** A frame fixed to a link: the tool centre, a camera, a finger tip. */
export interface FixedFrame {
	readonly name: string;
	/** Index of the joint whose link carries the frame; -1 for the base. */
	readonly link: number;
	readonly positionM: Vec3;
	readonly quat: Quat;
}

export interface KinematicChain {
	readonly name: string;
	readonly joints: readonly KinematicJoint[];
	readonly frames: readonly FixedFrame[];
}

/** Poses of all links for one `q`. Reused by callers in loops, so the numbers live in flat arrays. */
export interface ChainPose {
	/** 3 numbers per joint: origin of its link in the world, metres. */
	readonly positions: Float64Array;
	/** 9 numbers per joint: rotation link -> world. */
	readonly rotations: Float64Array;
}

export interface FramePose {
	readonly position: Float64Array;
	readonly rotation: Float64Array;
}

const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

/**
 * Reads an index that the caller has already bounded; past the end it is NaN, which no check lets through. For one kind of
 * array only: V8 keeps one memory of what a function has seen, and a reader of many kinds asks each number what it is.
 */
function at(values: Float64Array, index: number): number {
	return values[index] ?? Number.NaN;
}

/** out[o..o+9] = a[i..i+9] * b. */
function multiply3(a: Float64Array, i: number, b: Float64Array, out: Float64Array, o: number): void {
	for (let r = 0; r < 3; r++) {
		const a0 = at(a, i + 3 * r);
		const a1 = at(a, i + 3 * r + 1);
		const a2 = at(a, i + 3 * r + 2);
		for (let c = 0; c < 3; c++) out[o + 3 * r + c] = a0 * at(b, c) + a1 * at(b, 3 + c) + a2 * at(b, 6 + c);
	}
}

/** out[o..o+3] = position + rotation[i..i+9] * v. */
function transform(
	p: Float64Array,
	pi: number,
	r: Float64Array,
	ri: number,
	v: Vec3,
	out: Float64Array,
	o: number
): void {
	for (let k = 0; k < 3; k++)
		out[o + k] =
			at(p, pi + k) + at(r, ri + 3 * k) * v[0] + at(r, ri + 3 * k + 1) * v[1] + at(r, ri + 3 * k + 2) * v[2];
}

const ORIGIN = new Float64Array(3);
/** Rotation matrices of constant quaternions, one per data object: FK runs at 200 Hz and more. */
const fixedRotations = new WeakMap<Quat, Float64Array>();

function fixedRotation(quat: Quat): Float64Array {
	let rotation = fixedRotations.get(quat);
	if (!rotation) fixedRotations.set(quat, (rotation = rotationFromQuat(quat)));
	return rotation;
}

export function createChainPose(chain: KinematicChain): ChainPose {
	const n = chain.joints.length;
	return { positions: new Float64Array(3 * n), rotations: new Float64Array(9 * n) };
}

/** rotations[o..o+9] = rotations[o..o+9] * back[o..o+9], in place, row by row. */
function tiltBack(rotations: Float64Array, back: Float64Array, o: number): void {
	for (let k = o; k < o + 9; k += 3) {
		const a = at(rotations, k);
		const b = at(rotations, k + 1);
		const c = at(rotations, k + 2);
		for (let col = 0; col < 3; col++)
			rotations[k + col] = a * at(back, o + col) + b * at(back, o + 3 + col) + c * at(back, o + 6 + col);
	}
}

/**
 * World poses of all links at angles `q` (rad, one per joint; missing entries make the pose NaN).
 * Allocates only when `out` is not given.
 */
export function forwardKinematics(
	chain: KinematicChain,
	q: ArrayLike<number>,
	out = createChainPose(chain)
): ChainPose {
	const { positions, rotations } = out;
	const { joints, parents, origins, turns, backs, tilted } = compiledChain(chain);
	for (let j = 0; j < joints; j++) {
		const angle = q[j] ?? Number.NaN;
		const cos = Math.cos(angle);
		const sin = Math.sin(angle);
		const parent = parents[j] ?? -1;
		const base = parent < 0 ? IDENTITY : rotations;
		const from = parent < 0 ? ORIGIN : positions;
		const p = parent < 0 ? 0 : 3 * parent;
		const b = 3 * p;
		const o = 9 * j;
		for (let row = 0; row < 3; row++) {
			const r0 = at(base, b + 3 * row);
			const r1 = at(base, b + 3 * row + 1);
			const r2 = at(base, b + 3 * row + 2);
			const x = r0 * at(turns, o) + r1 * at(turns, o + 3) + r2 * at(turns, o + 6);
			const y = r0 * at(turns, o + 1) + r1 * at(turns, o + 4) + r2 * at(turns, o + 7);
			rotations[o + 3 * row] = x * cos + y * sin;
			rotations[o + 3 * row + 1] = y * cos - x * sin;
			rotations[o + 3 * row + 2] = r0 * at(turns, o + 2) + r1 * at(turns, o + 5) + r2 * at(turns, o + 8);
			positions[3 * j + row] =
				at(from, p + row) +
				r0 * at(origins, 3 * j) +
				r1 * at(origins, 3 * j + 1) +
				r2 * at(origins, 3 * j + 2);
		}
		if (tilted[j] === 1) tiltBack(rotations, backs, o);
	}
	return out;
}

/** The named frame of a chain. Throws a RangeError for a name the chain does not have: that is a programming error. */
export function frameNamed(chain: KinematicChain, name: string): FixedFrame {
	const frame = chain.frames.find((f) => f.name === name);
	if (!frame) throw new RangeError(`${chain.name} has no frame '${name}'`);
	return frame;
}

/** World pose of a fixed frame, given the links' poses. */
export function framePose(pose: ChainPose, frame: FixedFrame): FramePose {
	const position = new Float64Array(3);
	const rotation = new Float64Array(9);
	const i = Math.max(frame.link, 0);
	const positions = frame.link < 0 ? ORIGIN : pose.positions;
	const rotations = frame.link < 0 ? IDENTITY : pose.rotations;
	transform(positions, 3 * i, rotations, 9 * i, frame.positionM, position, 0);
	multiply3(rotations, 9 * i, fixedRotation(frame.quat), rotation, 0);
	return { position, rotation };
}

/** World pose of the named frame at angles `q`. Convenience; loops keep a ChainPose instead. */
export function fk(chain: KinematicChain, q: ArrayLike<number>, frame: string): FramePose {
	return framePose(forwardKinematics(chain, q), frameNamed(chain, frame));
}

const pointScratch = new Float64Array(3);

/**
 * Geometric Jacobian of a fixed frame: row-major 6 x N, rows 0-2 linear velocity of the frame's origin (m per rad),
 * rows 3-5 angular velocity, both in world axes. Columns of joints that do not carry the frame are zero.
 */
export function jacobian(
	chain: KinematicChain,
	pose: ChainPose,
	frame: FixedFrame,
	out: Float64Array = new Float64Array(6 * chain.joints.length)
): Float64Array {
	const n = chain.joints.length;
	out.fill(0);
	if (frame.link < 0) return out;
	transform(pose.positions, 3 * frame.link, pose.rotations, 9 * frame.link, frame.positionM, pointScratch, 0);
	for (let i = frame.link; i >= 0; i = chain.joints[i]?.parent ?? -1) {
		const axis = chain.joints[i]?.axis ?? [0, 0, 0];
		const r = (k: number) => at(pose.rotations, 9 * i + k);
		const zx = r(0) * axis[0] + r(1) * axis[1] + r(2) * axis[2];
		const zy = r(3) * axis[0] + r(4) * axis[1] + r(5) * axis[2];
		const zz = r(6) * axis[0] + r(7) * axis[1] + r(8) * axis[2];
		const dx = at(pointScratch, 0) - at(pose.positions, 3 * i);
		const dy = at(pointScratch, 1) - at(pose.positions, 3 * i + 1);
		const dz = at(pointScratch, 2) - at(pose.positions, 3 * i + 2);
		out[i] = zy * dz - zz * dy;
		out[n + i] = zz * dx - zx * dz;
		out[2 * n + i] = zx * dy - zy * dx;
		out[3 * n + i] = zx;
		out[4 * n + i] = zy;
		out[5 * n + i] = zz;
	}
	return out;
}

/** Speed of a fixed frame's origin, m/s, when the joints stand at `q` and move at `qd` (rad/s). */
export function frameSpeed(
	chain: KinematicChain,
	q: ArrayLike<number>,
	qd: ArrayLike<number>,
	frame: FixedFrame,
	scratch?: { readonly pose: ChainPose; readonly jacobian: Float64Array }
): number {
	const pose = forwardKinematics(chain, q, scratch?.pose);
	const jac = jacobian(chain, pose, frame, scratch?.jacobian);
	const n = chain.joints.length;
	let sum = 0;
	for (let row = 0; row < 3; row++) {
		let v = 0;
		for (let i = 0; i < n; i++) v += at(jac, row * n + i) * (qd[i] ?? Number.NaN);
		sum += v * v;
	}
	return Math.sqrt(sum);
}
