/**
 * Makes the bundled policy from a seed: demonstrations, training, package, counting, package with the counts.
 *
 *     npm run policy:train [-- --episodes 400 --steps 5000 --seed 0 --starts 300]
 *
 * Leaves the package at .cache/policy/run/pick-place.zip and prints how long each part took. `--keep` also puts it where the
 * app serves it (static/policies). `--in-tab` trains in the tab instead. Needs Python with the packages of conformance/locks/judge.txt and export.txt
 * (POLICY_PYTHON names it).
 */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, run } from '../lib/run.mjs';
import { policyPython } from './python.mjs';

const { values } = parseArgs({
	options: {
		episodes: { type: 'string', default: '400' },
		steps: { type: 'string', default: '5000' },
		seed: { type: 'string', default: '0' },
		starts: { type: 'string', default: '300' },
		keep: { type: 'boolean', default: false },
		/** In a real Chromium by the app's own TRAINING worker instead of PyTorch (in-tab.mjs). */
		'in-tab': { type: 'boolean', default: false }
	}
});
if (values['in-tab']) {
	const { trainInTab } = await import('./in-tab.mjs');
	await trainInTab(values);
	process.exit(0);
}
const at = (/** @type {string[]} */ ...parts) => path.join(root, '.cache', 'policy', ...parts);
const tool = (/** @type {string} */ name) => path.join(root, 'tools', 'policy', name);
const python = await policyPython();

/** @param {string} name @param {string} command @param {string[]} args */
async function part(name, command, args) {
	const startedMs = performance.now();
	const { code } = await run(command, args);
	console.log(`policy:train: ${name} took ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
	if (code !== 0) process.exit(code);
}

rmSync(at('demos'), { recursive: true, force: true });
const { episodes, steps, seed, starts } = values;
await part('recording', process.execPath, [
	tool('collect.mjs'),
	'--episodes',
	episodes,
	'--out',
	at('demos')
]);
const folders = ['--demos', at('demos')];
await part('training', python, [
	tool('train.py'),
	...folders,
	'--out',
	at('run'),
	'--steps',
	steps,
	'--seed',
	seed
]);
await part('packing', python, [
	tool('package.py'),
	...folders,
	'--run',
	at('run'),
	'--out',
	at('run', 'pick-place.zip')
]);
const counted = ['--package', at('run', 'pick-place.zip'), '--starts', starts, '--seed', '1'];
await part('counting', process.execPath, [tool('eval.mjs'), ...counted]);
await part('counting slowly', process.execPath, [tool('eval.mjs'), ...counted, '--speed', 'first-minute']);
const places = ['0.01', '0.03'];
for (const metres of places) {
	const aside = [...counted, '--starts', '50', '--camera-moved', metres];
	await part(`counting with cameras ${metres} m aside`, process.execPath, [tool('eval.mjs'), ...aside]);
}
const moved = places.map((metres) => at(`eval-normal-moved-${metres}.json`));
const success = ['--success', at('eval-normal.json'), at('eval-first_minute.json'), '--moved', ...moved];
const zip = at('run', 'pick-place.zip');
await part('packing with its counts', python, [
	tool('package.py'),
	...folders,
	'--run',
	at('run'),
	...success,
	'--out',
	zip
]);
if (values.keep) {
	const served = path.join(root, 'static', 'policies');
	mkdirSync(served, { recursive: true });
	copyFileSync(zip, path.join(served, 'pick-place.zip'));
	console.log('policy:train: static/policies/pick-place.zip is the new one');
}
