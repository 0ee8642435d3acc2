// Which episodes are learned from and which are kept to measure with, and the numbers by which everything is normalised.

import type { EpisodeExamples, Examples } from './examples';

/** One in so many is held out; at least one. */
const ONE_IN = 10;
/** As train.py: a joint that never moves must not divide by zero. */
const LEAST_DEVIATION = 1e-3;

export interface Split {
	readonly learned: readonly EpisodeExamples[];
	readonly heldOut: readonly EpisodeExamples[];
}

/** Spread evenly over the recording, so that late and early ones are measured with. */
export function splitEpisodes(episodes: readonly EpisodeExamples[]): Split {
	const held = Math.max(1, Math.round(episodes.length / ONE_IN));
	const every = episodes.length / held;
	const chosen = new Set(Array.from({ length: held }, (_, k) => Math.floor(k * every + every / 2)));
	return {
		learned: episodes.filter((_, n) => !chosen.has(n)),
		heldOut: episodes.filter((_, n) => chosen.has(n))
	};
}

/** Per joint, dataset units; float32, as the graph holds them. */
export interface Normals {
	readonly stateMean: Float32Array;
	readonly stateStd: Float32Array;
	/** Of the targets: relative to the state but for the gripper. */
	readonly actionMean: Float32Array;
	readonly actionStd: Float32Array;
}

/** The gripper, the last joint, is answered as it is to be, the others relative to where they stand. */
export const isRelative = (joint: number, joints: number): boolean => joint < joints - 1;

/** Action `step` after row `row`; after the end the last one stays. */
export function actionAt(
	episode: EpisodeExamples,
	row: number,
	step: number,
	joint: number,
	joints: number
): number {
	return episode.action[Math.min(row + step, episode.rows - 1) * joints + joint] ?? NaN;
}

class Moments {
	count = 0;
	sum = 0;
	squares = 0;
	add(value: number): void {
		this.count += 1;
		this.sum += value;
		this.squares += value * value;
	}
	get mean(): number {
		return this.sum / this.count;
	}
	get deviation(): number {
		return Math.sqrt(Math.max(0, this.squares / this.count - this.mean ** 2)) + LEAST_DEVIATION;
	}
}

export function normalsOf(episodes: readonly EpisodeExamples[], shape: Examples['shape']): Normals {
	const { joints, chunk } = shape;
	const fresh = (): Moments[] => Array.from({ length: joints }, () => new Moments());
	const [states, actions] = [fresh(), fresh()];
	for (const episode of episodes)
		for (let row = 0; row < episode.rows; row++)
			for (let joint = 0; joint < joints; joint++) {
				const state = episode.state[row * joints + joint] ?? NaN;
				states[joint]?.add(state);
				const base = isRelative(joint, joints) ? state : 0;
				for (let k = 0; k < chunk; k++) actions[joint]?.add(actionAt(episode, row, k, joint, joints) - base);
			}
	return {
		stateMean: Float32Array.from(states, (m) => m.mean),
		stateStd: Float32Array.from(states, (m) => m.deviation),
		actionMean: Float32Array.from(actions, (m) => m.mean),
		actionStd: Float32Array.from(actions, (m) => m.deviation)
	};
}
