/**
 * Counts what "the camera moved" says of demonstrations whose cameras were moved, and of some whose were not.
 *
 *     node tools/why/measure.mjs [--episodes 10] [--training 12]
 *
 * Everything is drawn by the product's virtual cameras; the training background is made of other demonstrations.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleForNode } from '../lib/bundle.mjs';

const { values } = parseArgs({
	options: {
		episodes: { type: 'string', default: '10' },
		training: { type: 'string', default: '12' }
	}
});
const CM = 0.01;
const MOVES = {
	unmoved: [0, 0, 0],
	'1 cm aside': [0, CM, 0],
	'1 cm back': [CM, 0, 0],
	'1 cm up': [0, 0, CM],
	'3 cm aside': [0, 3 * CM, 0],
	'3 cm back': [3 * CM, 0, 0]
};
/** @param {number} first @param {string} count */
const seeds = (first, count) => Array.from({ length: Number(count) }, (_, n) => first + n);

const file = await bundleForNode('tools/why/measure.ts', `why-measure-${process.pid}`);
const { countMoves } = await import(pathToFileURL(file).href);
console.log('move\tcamera\tepisodes\tmoved\tother view\tfine\tnot judged\tmedian share of the width');
await countMoves(
	MOVES,
	{ trainingSeeds: seeds(700, values.training), seeds: seeds(900, values.episodes) },
	(
		/** @type {{ move: string, camera: string, episodes: number, moved: number, otherView: number, fine: number, unjudged: number, medianShare: number | null }} */ c
	) =>
		console.log(
			[
				c.move,
				c.camera,
				c.episodes,
				c.moved,
				c.otherView,
				c.fine,
				c.unjudged,
				c.medianShare === null ? '-' : `${(100 * c.medianShare).toFixed(1)} %`
			].join('\t')
		)
);
rmSync(path.dirname(file), { recursive: true, force: true });
