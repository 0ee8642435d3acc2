// Records demonstrations into plain binary files that numpy reads by name: one process of several, each with its own seeds.
// Entry of a bundle (tools/policy/collect.mjs). Knows files; the episode itself is in `demonstration`.

import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { loadMujoco } from '../../src/lib/sim/mujoco/load-mujoco';
import { MujocoPlant } from '../../src/lib/sim/mujoco/mujoco-plant';
import { demonstrate, POLICY_CAMERAS, POLICY_FPS } from '../../src/lib/lab/training/demonstration';
import { createEyes } from '../../src/lib/lab/training/eyes';

export interface CollectOptions {
	/** Folder to write into. */
	readonly out: string;
	readonly episodes: number;
	readonly firstSeed: number;
	readonly sizePx: number;
	readonly onEpisode?: (line: string) => void;
}

/** Writes images.u8, state.f32, action.f32, episode.i32 and facts.json. Episodes that failed are tried and not kept. */
export async function collect(options: CollectOptions): Promise<void> {
	const { out, episodes, firstSeed, sizePx } = options;
	mkdirSync(out, { recursive: true });
	const open = (name: string): number => openSync(path.join(out, name), 'w');
	const files = {
		images: open('images.u8'),
		state: open('state.f32'),
		action: open('action.f32'),
		episode: open('episode.i32')
	};
	const plant = new MujocoPlant(await loadMujoco());
	const eyes = createEyes(POLICY_CAMERAS);
	const startedMs = performance.now();
	let kept = 0;
	let frames = 0;
	let disturbed = 0;
	const notKept: number[] = [];
	for (let seed = firstSeed; kept < episodes; seed++) {
		const episode = await demonstrate(plant, eyes, seed, sizePx);
		if (!episode.success) {
			notKept.push(seed);
			continue;
		}
		for (const row of episode.rows) {
			for (const image of row.images) writeSync(files.images, image);
			writeSync(files.state, new Uint8Array(row.state.slice().buffer));
			writeSync(files.action, new Uint8Array(row.action.slice().buffer));
			writeSync(files.episode, new Uint8Array(Int32Array.of(kept).buffer));
		}
		kept++;
		frames += episode.rows.length;
		if (episode.disturbed) disturbed++;
		const wallS = (performance.now() - startedMs) / 1000;
		if (kept % 10 === 0 || kept === episodes)
			options.onEpisode?.(`${kept} of ${episodes} kept, ${frames} frames, ${wallS.toFixed(0)} s`);
	}
	for (const file of Object.values(files)) closeSync(file);
	plant.dispose();
	const facts = {
		cameras: POLICY_CAMERAS,
		sizePx,
		fps: POLICY_FPS,
		episodes: kept,
		frames,
		disturbed,
		firstSeed,
		notKept,
		seconds: (performance.now() - startedMs) / 1000,
		cpuSeconds: process.cpuUsage().user / 1e6
	};
	writeFileSync(path.join(out, 'facts.json'), `${JSON.stringify(facts, null, '\t')}\n`);
}
