/**
 * Records demonstrations of the scripted expert for the bundled policy.
 *
 *     node tools/policy/collect.mjs --episodes 400 [--seed 100000] [--processes 2] [--out .cache/policy/demos]
 *
 * Every process writes a folder of its own below `out`.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleForNode } from '../lib/bundle.mjs';
import { root } from '../lib/run.mjs';

const { values } = parseArgs({
	options: {
		episodes: { type: 'string', default: '400' },
		seed: { type: 'string', default: '100000' },
		size: { type: 'string', default: '48' },
		processes: { type: 'string', default: '2' },
		out: { type: 'string', default: '.cache/policy/demos' },
		/** Internal: the bundle to run, and which process this is. */
		bundle: { type: 'string' },
		part: { type: 'string', default: '0' }
	}
});
const processes = Number(values.processes);
/** Seeds of two processes never meet. */
const SEEDS_APART = 100_000;

/** @param {string} file */
async function work(file) {
	const { collect } = await import(pathToFileURL(file).href);
	const part = Number(values.part);
	const all = Number(values.episodes);
	await collect({
		out: path.resolve(root, values.out, `part-${part}`),
		episodes: Math.floor(all / processes) + (part < all % processes ? 1 : 0),
		firstSeed: Number(values.seed) + part * SEEDS_APART,
		sizePx: Number(values.size),
		onEpisode: (/** @type {string} */ line) => console.log(`part ${part}: ${line}`)
	});
}

async function start() {
	const file = await bundleForNode('tools/policy/recording.ts', 'policy-collect');
	const self = fileURLToPath(import.meta.url);
	const ends = Array.from({ length: processes }, (_, part) => {
		const args = [self, ...process.argv.slice(2), '--bundle', file, '--part', String(part)];
		const child = spawn(process.execPath, args, { stdio: 'inherit' });
		return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
	});
	const codes = await Promise.all(ends);
	process.exitCode = Math.max(...codes);
}

if (values.bundle === undefined) await start();
else await work(values.bundle);
