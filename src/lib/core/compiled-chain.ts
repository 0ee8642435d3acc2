// A kinematic chain as flat numbers, worked out once per chain: what forward kinematics reads 200 times a second and more.
// Knows the shape of a chain, no angles and no poses.

import type { KinematicChain, Quat, Vec3 } from './kinematics';

export interface CompiledChain {
	readonly joints: number;
	/** Index of the joint that carries this one, -1 for the base. */
	readonly parents: Int32Array;
	/** 3 numbers per joint, metres. */
	readonly origins: Float64Array;
	/**
	 * 9 numbers per joint: the fixed turn from the parent's frame to this one's at angle 0, then from the joint's axis to z.
	 * With it every joint turns about z.
	 */
	readonly turns: Float64Array;
	/** 9 numbers per joint: from z back to the joint's axis; only read where `tilted` says so. */
	readonly backs: Float64Array;
	readonly tilted: Uint8Array;
}

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;

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

/** The shortest turn that takes z to the unit vector `axis`. */
function quatFromZ([x, y, z]: Vec3): Quat {
	// Opposite to z every half turn about a level axis is as short.
	return z < -0.999999 ? [0, 1, 0, 0] : [1 + z, -y, x, 0];
}

function multiply(a: Float64Array, b: Float64Array): Float64Array {
	const out = new Float64Array(9);
	for (let r = 0; r < 3; r++)
		for (let c = 0; c < 3; c++)
			for (let k = 0; k < 3; k++) out[3 * r + c] = at(out, 3 * r + c) + at(a, 3 * r + k) * at(b, 3 * k + c);
	return out;
}

function compile(chain: KinematicChain): CompiledChain {
	const joints = chain.joints.length;
	const turns = new Float64Array(9 * joints);
	const backs = new Float64Array(9 * joints);
	const tilted = new Uint8Array(joints);
	chain.joints.forEach(({ axis, originQuat }, j) => {
		const toAxis = rotationFromQuat(quatFromZ(axis));
		turns.set(multiply(rotationFromQuat(originQuat), toAxis), 9 * j);
		for (let r = 0; r < 3; r++) for (let c = 0; c < 3; c++) backs[9 * j + 3 * r + c] = at(toAxis, 3 * c + r);
		tilted[j] = axis[0] === 0 && axis[1] === 0 && axis[2] === 1 ? 0 : 1;
	});
	return {
		joints,
		parents: Int32Array.from(chain.joints, ({ parent }) => parent),
		origins: Float64Array.from(chain.joints.flatMap(({ originM }) => [...originM])),
		turns,
		backs,
		tilted
	};
}

const compiled = new WeakMap<KinematicChain, CompiledChain>();
/** The chain asked for last: a program drives one kind of arm, and the map costs as much as a joint's pose. */
let lastChain: KinematicChain | null = null;
let lastCompiled: CompiledChain | null = null;

/** Compiled on first use; the chain is data and does not change. */
export function compiledChain(chain: KinematicChain): CompiledChain {
	if (chain === lastChain && lastCompiled !== null) return lastCompiled;
	let found = compiled.get(chain);
	if (!found) compiled.set(chain, (found = compile(chain)));
	lastChain = chain;
	lastCompiled = found;
	return found;
}
