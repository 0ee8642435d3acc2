// A task so small that a few steps learn it: a bright patch in the picture says where the first joint is to go. For tests of
// the trainer; every byte follows from the seed.

import { createRandom } from '$lib/core';
import {
	fingerprintOf,
	patchOrder,
	writePatches,
	type EpisodeExamples,
	type Examples
} from '../data/examples';
import { PATCH_KEYPOINT, type NetShape } from '../net/shape';

const JOINTS = ['shoulder_pan', 'shoulder_lift', 'elbow_flex', 'wrist_flex', 'wrist_roll', 'gripper'];

/** The picture of a white square at `place` (0..1 of the width) over grey. */
export function pictureAt(place: number, size: number): Uint8Array {
	const picture = new Uint8Array(3 * size * size).fill(90);
	const left = Math.round(place * (size - 8));
	for (let channel = 0; channel < 3; channel++)
		for (let y = 20; y < 28; y++)
			for (let x = left; x < left + 8; x++) picture[(channel * size + y) * size + x] = 240;
	return picture;
}

function episode(shape: NetShape, seed: number, rows: number): EpisodeExamples {
	const random = createRandom(seed);
	const order = patchOrder(shape);
	const { joints, sizePx } = shape;
	const goal = random.next();
	const pictures = shape.cameras.map(() => new Uint8Array(rows * order.length));
	const state = new Float32Array(rows * joints);
	const action = new Float32Array(rows * joints);
	let pan = random.between(-40, 40);
	for (let row = 0; row < rows; row++) {
		for (const patches of pictures) writePatches(pictureAt(goal, sizePx), order, patches, row);
		const next = pan + Math.max(-4, Math.min(4, goal * 80 - 40 - pan));
		for (let joint = 0; joint < joints; joint++) {
			state[row * joints + joint] = joint === 0 ? pan : 5 * joint + random.normal();
			action[row * joints + joint] = joint === 0 ? next : 5 * joint;
		}
		pan = next;
	}
	return { rows, pictures, state, action };
}

export async function madeUpExamples(
	episodes: number,
	rows: number,
	cameras = ['top', 'wrist']
): Promise<Examples> {
	const shape: NetShape = { ...PATCH_KEYPOINT, cameras };
	const made = Array.from({ length: episodes }, (_, n) => episode(shape, 77 + n, rows));
	return {
		shape,
		facts: {
			dataset: 'made up',
			task: 'Turn to the square.',
			robotType: 'so101_follower',
			simulated: true,
			jointNames: JOINTS,
			fps: 10,
			calibrationFingerprints: [],
			motionless: 0
		},
		episodes: made,
		fingerprint: await fingerprintOf(made)
	};
}
