// The chunk bench in one Node process: a policy that answers late, seed after seed, in virtual time.

import { runLatencies } from '$lib/inference/play/testing/latency-sim';

export interface ChunkTask {
	readonly seeds: number;
	readonly mostShare: number;
	readonly answers: number;
}

const { seeds, mostShare, answers } = JSON.parse(process.argv.at(-1) ?? '{}') as ChunkTask;
const total = { answers: 0, ticks: 0, stalls: 0, stalledSeeds: 0 };
let [worstSeam, worstDisagreement, leastPace, paces] = [0, 0, 1, 0];
for (let seed = 1; seed <= seeds; seed++) {
	const run = runLatencies({ seed, mostShare, answers });
	total.answers += run.answers;
	total.ticks += run.ticks;
	total.stalls += run.stalls;
	total.stalledSeeds += run.stalls > 0 ? 1 : 0;
	worstSeam = Math.max(worstSeam, run.worstSeam);
	worstDisagreement = Math.max(worstDisagreement, run.worstDisagreement);
	leastPace = Math.min(leastPace, run.leastPace);
	paces += run.meanPace;
}
const result = { ...total, worstSeam, worstDisagreement, leastPace, meanPace: paces / seeds };
process.stdout.write(`${JSON.stringify(result)}\n`);
