/** Slider targets -> wishes: the newest target of every joint, within its limits. Knows no widgets. */
import type { RobotSpec } from '$lib/contracts';
import type { DriveSource } from './source';
import { clampJoint } from './source';

export function createSliders(spec: RobotSpec): DriveSource<ArrayLike<number>> {
	const wish = new Float32Array(spec.joints.length);
	let ready = false;
	let inputMs = Number.NEGATIVE_INFINITY;

	const take = (values: ArrayLike<number>): void => {
		// One bad number spoils the set: half a pose is a pose nobody asked for.
		if (values.length !== wish.length) return;
		for (let j = 0; j < wish.length; j++) if (!Number.isFinite(values[j])) return;
		for (let j = 0; j < wish.length; j++) wish[j] = clampJoint(spec, j, values[j] ?? Number.NaN);
		ready = true;
	};

	return {
		source: 'sliders',
		get inputMs() {
			return inputMs;
		},
		begin: take,
		input(targets, atMs) {
			take(targets);
			inputMs = atMs;
		},
		advance: () => (ready ? wish : null)
	};
}
