// Chunks: whether an arm ever waits for a policy that answers within 80 % of its chunk, and how large a step its seams make.
// Counted in virtual time: the same on every machine.
import { bundleForNode } from '../lib/bundle.mjs';
import { figure, round, verdict } from '../lib/figures.mjs';
import { runInNode } from '../lib/node-child.mjs';

const SEEDS = 10_000;
const QUICK_SEEDS = 500;
const ANSWERS = 10;
const SEAM_GOAL = 0.5;

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
	const module = await bundleForNode('chunks.node.ts');
	const seeds = quick ? QUICK_SEEDS : SEEDS;
	const late = await runInNode(module, { seeds, mostShare: 0.8, answers: ANSWERS });
	const usual = await runInNode(module, { seeds: seeds / 10, mostShare: 0.25, answers: ANSWERS });
	const n = `${seeds} seeds, ${late.answers} answers, ${late.ticks} ticks`;
	return [
		figure({
			id: 'chunks.stalls',
			what: 'ticks in which the arm waited for a policy that answers within 80 % of its chunk',
			ours: `${late.stalls} in ${late.stalledSeeds} seeds`,
			goal: '0',
			n,
			verdict: verdict(late.stalls === 0),
			counts: true,
			detail: late
		}),
		figure({
			id: 'chunks.seam',
			what: "largest step between two targets beyond the policy's own motion",
			ours: `${round(late.worstSeam, 4)} degrees (chunks disagree by up to ${round(late.worstDisagreement, 1)})`,
			goal: `<= ${SEAM_GOAL} degrees`,
			n,
			verdict: verdict(late.worstSeam <= SEAM_GOAL),
			counts: true
		}),
		figure({
			id: 'chunks.pace-late',
			what: 'pace at which it plays meanwhile (slower, not still)',
			ours: `${round(late.meanPace)} on average, ${round(late.leastPace)} at least`,
			n
		}),
		figure({
			id: 'chunks.pace-usual',
			what: 'the same for a policy that answers within 25 % of its chunk, start included',
			ours: `${round(usual.meanPace)} on average, ${round(usual.leastPace)} at least`,
			n: `${seeds / 10} seeds`,
			detail: usual
		})
	];
}
