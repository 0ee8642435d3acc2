// What "the camera moved" notices and when it is wrong: views of demonstrations with every camera moved by so much, held against a
// training background made of other demonstrations. Entry of a bundle (tools/why/measure.mjs). Knows frames and the judge's
// thresholds; knows no episode.

import { backgroundOf, cameraShift, cameraVerdict, lumaOf } from '$lib/inference/why';
import { POLICY_CAMERAS } from '../../src/lib/lab/training/demonstration';
import { demonstrations, type Metres } from './frames';

const SIZE_PX = 48;
/** Pictures taken of one demonstration, evenly spread. */
const PER_EPISODE = 15;

type Views = ReturnType<typeof lumaOf>[][];

/** Per demonstration and camera the views. */
async function viewsOf(seeds: readonly number[], by: Metres): Promise<Views[]> {
	const all: Views[] = [];
	await demonstrations(seeds, by, SIZE_PX, (_, rows) => {
		const taken = Array.from({ length: PER_EPISODE }, (_, n) =>
			Math.floor((n * (rows.length - 1)) / (PER_EPISODE - 1))
		);
		all.push(
			POLICY_CAMERAS.map((_, camera) =>
				taken.map((row) => lumaOf(rows[row]?.images[camera] ?? new Uint8Array(), SIZE_PX, SIZE_PX))
			)
		);
	});
	return all;
}

export interface MoveCount {
	readonly move: string;
	readonly camera: string;
	readonly episodes: number;
	/** Said to have moved, said to show another view, said to be fine, not judged. */
	readonly moved: number;
	readonly otherView: number;
	readonly fine: number;
	readonly unjudged: number;
	/** Middle of what was measured where it was, share of the width. */
	readonly medianShare: number | null;
}

/** @param moves by name, metres */
export async function countMoves(
	moves: Readonly<Record<string, Metres>>,
	{ trainingSeeds, seeds }: { readonly trainingSeeds: readonly number[]; readonly seeds: readonly number[] },
	tell: (count: MoveCount) => void
): Promise<void> {
	const training = await viewsOf(trainingSeeds, [0, 0, 0]);
	const backgrounds = POLICY_CAMERAS.map((_, camera) =>
		backgroundOf(training.flatMap((episode) => episode[camera] ?? []))
	);
	for (const [move, by] of Object.entries(moves)) {
		const episodes = await viewsOf(seeds, by);
		for (const [at, camera] of POLICY_CAMERAS.entries()) {
			const background = backgrounds[at];
			if (background === undefined) continue;
			const count = { moved: 0, otherView: 0, fine: 0, unjudged: 0 };
			const shares: number[] = [];
			for (const episode of episodes) {
				const shift = cameraShift(background, backgroundOf(episode[at] ?? []));
				const verdict = typeof shift === 'string' ? 'unjudged' : cameraVerdict(shift);
				count[verdict] += 1;
				if (typeof shift !== 'string' && verdict !== 'otherView') shares.push(shift.share);
			}
			shares.sort((a, b) => a - b);
			const medianShare = shares[shares.length >> 1] ?? null;
			tell({ move, camera, episodes: episodes.length, ...count, medianShare });
		}
	}
}
