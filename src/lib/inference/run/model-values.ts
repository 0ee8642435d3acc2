// Names, shapes and bounds of what goes into a policy's model and comes out of it, from its manifest alone. Shared by every
// runtime, so that none of them is laxer than another. Knows no runtime.

import type { PolicyManifest, PolicyObservation } from '$lib/contracts';

export const STATE_INPUT = 'observation.state';
export const ACTION_OUTPUT = 'action';

const imageInput = (camera: string): string => `observation.images.${camera}`;

export interface ModelInput {
	readonly name: string;
	readonly shape: readonly number[];
}

/** State first, then the cameras in the manifest's order, which is the order of `PolicyObservation.images`. */
export function modelInputs(manifest: PolicyManifest): readonly ModelInput[] {
	return [
		{ name: STATE_INPUT, shape: [1, manifest.joints.length] },
		...manifest.cameras.map(({ name, width, height }) => ({
			name: imageInput(name),
			shape: [1, 3, height, width]
		}))
	];
}

/** What is wrong with the observation's shapes or numbers, or null. Pixels come from us and are not looked at one by one. */
export function observationProblem(
	manifest: PolicyManifest,
	{ state, images }: PolicyObservation
): string | null {
	if (state.length !== manifest.joints.length)
		return `${state.length} joints instead of ${manifest.joints.length}`;
	if (!state.every(Number.isFinite)) return 'a joint without a value';
	if (images.length !== manifest.cameras.length)
		return `${images.length} pictures instead of ${manifest.cameras.length}`;
	for (const [at, { name, width, height }] of manifest.cameras.entries()) {
		const length = images[at]?.length ?? 0;
		if (length !== 3 * width * height) return `${name}: ${length} values instead of ${3 * width * height}`;
	}
	return null;
}

/**
 * Ten times what a joint can reach: half a turn either way, or the whole range. Far beyond what the gate would let
 * through, and far below what a broken net puts out.
 */
const FURTHEST = { degrees: 10 * 180, percent: 10 * 100 } as const;

/** Why these actions [chunk_size, N] must not reach an arm, or null. */
export function outputProblem(manifest: PolicyManifest, actions: Float32Array): string | null {
	const { joints, chunk_size } = manifest;
	const expected = chunk_size * joints.length;
	if (actions.length !== expected) return `${actions.length} numbers instead of ${expected}`;
	for (const [at, value] of actions.entries()) {
		const joint = joints[at % joints.length];
		// Written so that NaN fails too.
		if (joint === undefined || !(Math.abs(value) <= FURTHEST[joint.unit]))
			return `action ${Math.floor(at / joints.length)}, ${joint?.name ?? '?'}: ${value}`;
	}
	return null;
}

/**
 * An observation to be filled anew for every run. Its memory is shared where the page is isolated, so that the thread in
 * which the model runs reads it without a copy.
 */
export function emptyObservation(manifest: PolicyManifest): { images: readonly Float32Array[] } {
	const room = (length: number): Float32Array =>
		globalThis.crossOriginIsolated
			? new Float32Array(new SharedArrayBuffer(4 * length))
			: new Float32Array(length);
	return { images: manifest.cameras.map(({ width, height }) => room(3 * width * height)) };
}
