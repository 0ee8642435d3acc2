// The newest picture of each camera that a policy looks at, and nothing older: a policy that is slow sees fewer pictures,
// never late ones. Pictures become tensors in place by the one frameToTensor. Knows no ports.

import { frameToTensor } from '$lib/camera';
import type { I420Frame, PolicyCamera } from '$lib/contracts';

/** Two clocks that count the same instants in floating point. */
const SAME_INSTANT_MS = 1e-3;

export interface Pictures {
	/** Replaces what this camera showed before. */
	offer(camera: string, picture: I420Frame): void;
	/** undefined before the first one. */
	newest(camera: string): I420Frame | undefined;
	/**
	 * Resolves with null once every camera shows this instant, or with the name of one that is already past it. Waits as
	 * long as it takes: in lockstep time stands still meanwhile. Resolves with '' when `forget` is called.
	 */
	at(cameras: readonly PolicyCamera[], instantMs: number): Promise<string | null>;
	forget(): void;
}

export function createPictures(): Pictures {
	const newest = new Map<string, I420Frame>();
	let waiting: { readonly look: () => void; readonly giveUp: () => void } | null = null;
	return {
		offer(camera, picture) {
			newest.set(camera, picture);
			waiting?.look();
		},
		newest: (camera) => newest.get(camera),
		at: (cameras, instantMs) =>
			new Promise((resolve) => {
				const done = (answer: string | null): void => {
					waiting = null;
					resolve(answer);
				};
				const lag = ({ name }: PolicyCamera): number => (newest.get(name)?.tMs ?? -Infinity) - instantMs;
				const look = (): void => {
					const past = cameras.find((camera) => lag(camera) > SAME_INSTANT_MS);
					if (past !== undefined) done(past.name);
					else if (cameras.every((camera) => lag(camera) >= -SAME_INSTANT_MS)) done(null);
				};
				waiting = { look, giveUp: () => done('') };
				look();
			}),
		forget() {
			newest.clear();
			waiting?.giveUp();
		}
	};
}

/** Writes the newest pictures into the observation's tensors. Every camera must have shown one. */
export function fillImages(
	pictures: Pictures,
	cameras: readonly PolicyCamera[],
	images: readonly Float32Array[]
): void {
	for (const [at, camera] of cameras.entries()) {
		const picture = pictures.newest(camera.name);
		const out = images[at];
		if (picture === undefined || out === undefined) throw new RangeError(`no picture of ${camera.name}`);
		frameToTensor(picture, camera, out);
	}
}
