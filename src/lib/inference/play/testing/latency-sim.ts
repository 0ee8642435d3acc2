// A policy that answers late, and the player that has to bridge it, in virtual time: what the 0-stall and seam figures are
// counted on. Its chunks disagree with each other on purpose. Test and bench code only.

import { createRandom, type Random } from '$lib/core';
import { createChunkPlayer, type PlayerFacts } from '..';

export interface LatencyRun {
	readonly seed: number;
	/** Largest latency, as a share of the chunk's length. */
	readonly mostShare: number;
	/** Answers to wait for. */
	readonly answers: number;
	readonly ensemble?: number | null;
}

export interface LatencyResult {
	readonly answers: number;
	readonly ticks: number;
	/** Ticks without a target after the first one. */
	readonly stalls: number;
	/** Largest step between two consecutive targets beyond the policy's own motion, units. */
	readonly worstSeam: number;
	/** Largest difference between what two chunks say of the same instant: what a seam without blending would be. */
	readonly worstDisagreement: number;
	readonly meanPace: number;
	/** After the start. */
	readonly leastPace: number;
}

const JOINTS = 3;
const TICK_S = 1 / 210;
const DISAGREE = 20;
/** Two seconds at least, however quick the answers. */
const LEAST_PLAYED = 420;
/** From standing to full pace. */
const RAMP_TICKS = 60;

/** How latencies follow each other; each kind has its own way to surprise. */
function latencies(random: Random, most: number): () => number {
	const kind = random.int(4);
	const base = random.between(0, most);
	let steps = 0;
	if (kind === 0) return () => random.between(0, most);
	if (kind === 1) return () => base;
	// Quick, and now and then as late as it may be.
	if (kind === 2) return () => (random.chance(0.15) ? most : random.between(0, 0.1 * most));
	// Warms up, throttles, warms up.
	return () => most * Math.abs(Math.sin(0.3 * steps++ + base));
}

function randomFacts(random: Random): PlayerFacts {
	const chunkSize = 4 + random.int(97);
	return {
		joints: JOINTS,
		fps: [10, 15, 30, 50][random.int(4)] ?? 30,
		chunkSize,
		actionSteps: 1 + random.int(chunkSize),
		least: new Array<number>(JOINTS).fill(-1000),
		most: new Array<number>(JOINTS).fill(1000)
	};
}

/** Every chunk is a straight line of a slope of its own run, from a height of its own. */
function makeChunk(facts: PlayerFacts, slope: number, from: readonly number[]): Float32Array {
	return Float32Array.from(
		{ length: facts.chunkSize * JOINTS },
		(_, i) => (from[i % JOINTS] ?? 0) + (slope * Math.floor(i / JOINTS)) / facts.fps
	);
}

export function runLatencies({ seed, mostShare, answers, ensemble = null }: LatencyRun): LatencyResult {
	const random = createRandom(seed);
	const facts = randomFacts(random);
	const player = createChunkPlayer(facts, { stepS: TICK_S, ensemble });
	const next = latencies(random, (mostShare * facts.chunkSize) / facts.fps);
	const slope = random.chance(0.5) ? 0 : random.between(-40, 40);
	/** What the policy itself moves in one tick at full pace. */
	const own = Math.abs(slope) * TICK_S;
	let under: { readonly tick: number; readonly atS: number } | null = null;
	let last: Float32Array | null = null;
	let height: readonly number[] | null = null;
	let [ticks, got, played, stalls, worstSeam, worstDisagreement, paces] = [0, 0, 0, 0, 0, 0, 0];
	let leastPace = 1;
	for (let nowS = 0; got < answers || played < LEAST_PLAYED; nowS += TICK_S) {
		ticks += 1;
		if (under !== null && under.atS <= nowS) {
			const from = Array.from({ length: JOINTS }, () => random.between(-DISAGREE / 2, DISAGREE / 2));
			for (let j = 0; j < JOINTS && height !== null; j++)
				worstDisagreement = Math.max(worstDisagreement, Math.abs((from[j] ?? 0) - (height[j] ?? 0)));
			height = from;
			const actions = makeChunk(facts, slope, from);
			player.answer({ observationTick: under.tick, fps: facts.fps, joints: JOINTS, actions });
			under = null;
			got += 1;
		}
		if (player.wantsObservation) under = { tick: player.observe(), atS: nowS + next() };
		const wish = player.advance(TICK_S, null);
		if (wish === null) {
			if (last !== null) stalls += 1;
			continue;
		}
		for (let j = 0; j < JOINTS && last !== null; j++)
			worstSeam = Math.max(worstSeam, Math.abs((wish[j] ?? 0) - (last[j] ?? 0)) - own);
		if (played > RAMP_TICKS) leastPace = Math.min(leastPace, player.pace);
		paces += player.pace;
		played += 1;
		last = wish.slice();
	}
	return { answers: got, ticks, stalls, worstSeam, worstDisagreement, meanPace: paces / played, leastPace };
}
