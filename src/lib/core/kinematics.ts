/**
 * Forward kinematics and Jacobians of a tree of revolute joints, for any arm that is described by a
 * {@link KinematicChain}. Knows frames, axes and angles; knows nothing of a particular robot, of servo units or of time.
 *
 * Conventions: SI units and radians; quaternions are (w, x, y, z); matrices are row-major; the angle vector `q` has one
 * entry per joint in the order of `chain.joints`. A joint's frame is its parent's frame, moved by `originM`, turned by
 * `originQuat`, then turned by `q` about `axis` (this is what MJCF `<body pos quat><joint axis>` and URDF mean).
 */

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

/** Reads an index that the caller has already bounded; past the end it is NaN, which no check lets through. */
function at(values: ArrayLike<number>, index: number): number {
	return values[index] ?? Number.NaN;
}

/** Row-major rotation matrix of a quaternion (normalised first, so data with seven digits stays a rotation). */
export function rotationFromQuat(quat: ArrayLike<number>): Float64Array {
	const norm = Math.hypot(at(quat, 0), at(quat, 1), at(quat, 2), at(quat, 3));
	const w = at(quat, 0) / norm;
	const x = at(quat, 1) / norm;
	const y = at(quat, 2) / norm;
	const z = at(quat, 3) / norm;
	return Float64Array.of(
		1 - 2 * (y * y + z * z),
		2 * (x * y - w * z),
		2 * (x * z + w * y),
		2 * (x * y + w * z),
		1 - 2 * (x * x + z * z),
		2 * (y * z - w * x),
		2 * (x * z - w * y),
		2 * (y * z + w * x),
		1 - 2 * (x * x + y * y)
	);
}

/** Rotation by `angleRad` about the unit vector `axis` (Rodrigues), written into `out`. */
function rotationAboutAxis(axis: Vec3, angleRad: number, out: Float64Array): void {
	const [x, y, z] = axis;
	const c = Math.cos(angleRad);
	const s = Math.sin(angleRad);
	const k = 1 - c;
	out[0] = c + x * x * k;
	out[1] = x * y * k - z * s;
	out[2] = x * z * k + y * s;
	out[3] = y * x * k + z * s;
	out[4] = c + y * y * k;
	out[5] = y * z * k - x * s;
	out[6] = z * x * k - y * s;
	out[7] = z * y * k + x * s;
	out[8] = c + z * z * k;
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

const jointRotation = new Float64Array(9);
const offsetRotation = new Float64Array(9);

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
	chain.joints.forEach((joint, i) => {
		const p = joint.parent;
		const parentPositions = p < 0 ? ORIGIN : positions;
		const parentRotations = p < 0 ? IDENTITY : rotations;
		const base = Math.max(p, 0);
		transform(parentPositions, 3 * base, parentRotations, 9 * base, joint.originM, positions, 3 * i);
		multiply3(parentRotations, 9 * base, fixedRotation(joint.originQuat), offsetRotation, 0);
		rotationAboutAxis(joint.axis, at(q, i), jointRotation);
		multiply3(offsetRotation, 0, jointRotation, rotations, 9 * i);
	});
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
		for (let i = 0; i < n; i++) v += at(jac, row * n + i) * at(qd, i);
		sum += v * v;
	}
	return Math.sqrt(sum);
}
