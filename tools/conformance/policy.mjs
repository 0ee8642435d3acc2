// Policies of LeRobot as packages: makes checkpoints, runs the exporter's command line on them, and asks LeRobot whether
// the package computes what it computes, in Python and, row by row of a recording, in Chromium. Leaves the packages for the tests
// that run them in a browser.
//
//     node tools/conformance/policy.mjs      makes .cache/conformance/policies/act-random.zip unless it is there
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureExport } from '../../conformance/setup.mjs';
import { root } from '../lib/run.mjs';
import { judgeParity } from './parity.mjs';
import { program } from './program.mjs';

const judges = join(root, 'conformance');
const exporter = join(root, 'modal');
export const policyFolder = join(root, '.cache', 'conformance', 'policies');
/** Joints, rate and origin of what no dataset says. */
const RANDOM_FACTS = ['--robot', 'so101_follower', '--fps', '30', '--simulated', '--name', 'ACT random'];

/** @typedef {{ what: string, problems: string[] }} Verdict */
/** @typedef {(name: string, python: string, args: string[]) => Promise<Verdict[]>} Ask */

/** What make_policy_random.py makes small, as LeRobot has it. */
const DEFAULT_ACT = Object.entries({
	chunk: 100,
	dim_model: 512,
	n_heads: 8,
	dim_feedforward: 3200,
	n_encoder_layers: 4,
	n_vae_encoder_layers: 4,
	latent_dim: 32
}).flatMap(([key, value]) => [`--${key}`, String(value)]);

/**
 * Exports beside its place and moves it there whole: a test may be reading the last one.
 * @param {string} python @param {string} checkpoint @param {string} name @param {string[]} facts @param {string} [folder]
 */
async function exportTo(python, checkpoint, name, facts, folder = policyFolder) {
	mkdirSync(folder, { recursive: true });
	const beside = join(folder, `${name}.${process.pid}.making.zip`);
	const problems = await program(python, ['-m', 'edubotics_export', checkpoint, '-o', beside, ...facts]);
	const zip = join(folder, `${name}.zip`);
	if (problems.length === 0) renameSync(beside, zip);
	rmSync(beside, { force: true });
	return { zip, problems };
}

/** @param {string} python @param {string} folder becomes the checkpoint @param {readonly string[]} [settings] */
export function makeRandom(python, folder, settings = []) {
	return program(python, [join(judges, 'make_policy_random.py'), folder, ...settings]);
}

/**
 * An ACT of random weights in LeRobot's usual size (51.6 M parameters), with the lab's two cameras, for the bench.
 * @param {string} python @param {string} path of the package @returns {Promise<string[]>} none = good
 */
export async function makeDefaultPackage(python, path) {
	const scratch = mkdtempSync(join(tmpdir(), 'edubotics-policy-'));
	try {
		const checkpoint = join(scratch, 'pretrained_model');
		const made = await makeRandom(python, checkpoint, DEFAULT_ACT);
		if (made.length > 0) return made;
		const name = basename(path, '.zip');
		return (await exportTo(python, checkpoint, name, RANDOM_FACTS, dirname(path))).problems;
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

/** A small ACT of random weights as a package. @param {string} python @param {string} scratch @param {Ask} ask @returns {Promise<Verdict[]>} */
async function randomPolicy(python, scratch, ask) {
	const checkpoint = join(scratch, 'random', 'pretrained_model');
	const made = await makeRandom(python, checkpoint);
	if (made.length > 0) return [{ what: 'policy: LeRobot writes an ACT of random weights', problems: made }];
	const { zip, problems } = await exportTo(python, checkpoint, 'act-random', RANDOM_FACTS);
	if (problems.length > 0) return [{ what: 'policy: an ACT of random weights exports', problems }];
	return ask('policy (random)', python, [join(judges, 'judge_policy.py'), zip, checkpoint]);
}

/**
 * How long lerobot-train trains: two epochs of what the tab recorded, two steps of what LeRobot wrote itself. Threads that wait
 * must not spin: other judges are at work on the same cores.
 */
const TRAINING = {
	recording: {
		args: ['--epochs', '2', '--batch', '8'],
		settings: { OMP_NUM_THREADS: '2', OMP_WAIT_POLICY: 'PASSIVE' }
	},
	golden: { args: ['--steps', '2'], settings: {} }
};

/**
 * An ACT that lerobot-train trained on `dataset`, as a package.
 * @param {string} python @param {string} scratch @param {string} dataset @param {keyof typeof TRAINING} length
 * @returns {Promise<{ zip: string, checkpoint: string } | { failed: Verdict }>}
 */
export async function trainPackage(python, scratch, dataset, length) {
	const out = join(scratch, 'trained');
	const { args, settings } = TRAINING[length];
	const train = [join(judges, 'make_policy_trained.py'), dataset, out, ...args];
	const trained = await program(python, train, settings);
	if (trained.length > 0)
		return { failed: { what: 'policy: lerobot-train makes a checkpoint', problems: trained } };
	const { zip, problems } = await exportTo(python, out, 'act-trained', ['--dataset', dataset, '--simulated']);
	if (problems.length > 0) return { failed: { what: 'policy: a trained ACT exports', problems } };
	return { zip, checkpoint: join(out, 'checkpoints', 'last', 'pretrained_model') };
}

/** Rows that are compared in Chromium; fp16 takes the same way and gets fewer. @param {boolean} whole */
const parityRows = (whole) => (whole ? { fp32: 60, fp16: 20 } : { fp32: 18, fp16: 6 });

/**
 * @param {string} python @param {string} scratch @param {JudgeOptions} options @param {string} dataset
 * @param {keyof typeof TRAINING} length @returns {Promise<Verdict[]>}
 */
async function trainedPolicy(python, scratch, { ask, raw, chromium, whole }, dataset, length) {
	const made = await trainPackage(python, scratch, dataset, length);
	if ('failed' in made) return [made.failed];
	const { zip, checkpoint } = made;
	const judge = [join(judges, 'judge_policy.py'), zip, checkpoint, '--dataset', dataset];
	const verdicts = await ask('policy (trained)', python, judge);
	if (raw === null || chromium === null) return verdicts;
	const { fp32, fp16 } = parityRows(whole);
	const parity = await judgeParity({
		...{ ask, python, chromium, zip, checkpoint, dataset, raw },
		name: 'policy (trained, in Chromium)',
		rows: fp32,
		ways: [
			{ precision: 'fp32', backend: 'wasm', threads: 2 },
			{ precision: 'fp16', backend: 'wasm', threads: 2, rows: fp16 }
		],
		out: join(scratch, 'parity'),
		report: join(root, '.cache', 'conformance', 'parity.json')
	});
	return [...verdicts, ...parity];
}

export const BUNDLED = join(root, 'static', 'policies', 'pick-place.zip');

/**
 * The policy that comes with the app, over the same recording. A graphics card is emulated where there is none, which takes long
 * to begin: only on request.
 * @param {string} python @param {string} scratch @param {JudgeOptions} options @param {string} dataset @returns {Promise<Verdict[]>}
 */
async function bundledPolicy(python, scratch, { ask, raw, chromium, whole }, dataset) {
	if (raw === null || chromium === null) return [];
	/** @type {import('./parity.mjs').Way[]} */
	const gpu = whole ? [{ precision: 'fp32', backend: 'webgpu', threads: 1, rows: 20 }] : [];
	return judgeParity({
		...{ ask, python, chromium, zip: BUNDLED, checkpoint: '-', dataset, raw },
		name: 'policy (bundled, in Chromium)',
		rows: whole ? 120 : 40,
		ways: [{ precision: 'fp32', backend: 'wasm', threads: 1 }, ...gpu],
		out: join(scratch, 'parity-bundled'),
		report: join(root, '.cache', 'conformance', 'parity-bundled.json')
	});
}

/** The exporter's own tests. @param {string} python @param {boolean} whole @returns {Promise<Verdict>} */
async function ownTests(python, whole) {
	const chosen = whole ? [] : ['-m', 'sample'];
	const folder = join(exporter, 'tests');
	const problems = await program(python, [
		'-m',
		'pytest',
		'-q',
		'-c',
		join(exporter, 'pyproject.toml'),
		...chosen,
		folder
	]);
	return { what: `policy: the exporter's tests (${whole ? 'all' : 'sample'})`, problems };
}

/**
 * @typedef {object} JudgeOptions
 * @property {Ask} ask
 * @property {string | null} dataset folder of a dataset; null: LeRobot writes one when `whole`
 * @property {string | null} raw folder of that dataset's pictures before the codec; null: none were kept
 * @property {string | null} chromium where it is; null: there is none, and nothing is compared in it
 * @property {boolean} whole all tests of the exporter, more rows, and a trained policy in any case
 */

/** @param {JudgeOptions} options @returns {Promise<Verdict[] | { missing: string }>} */
export async function judgePolicies(options) {
	const { ask, dataset, whole } = options;
	const ready = await ensureExport({ log: (line) => console.error(`conformance: ${line}`) });
	if ('missing' in ready) return ready;
	const { python } = ready;
	const scratch = mkdtempSync(join(tmpdir(), 'edubotics-policy-'));
	try {
		// In `npm test` the trained one is enough; the other has been made for the browser's tests before.
		const verdicts = whole || dataset === null ? await randomPolicy(python, scratch, ask) : [];
		let source = dataset;
		if (source === null && whole) {
			source = join(scratch, 'golden');
			const problems = await program(python, [join(judges, 'make_golden.py'), source]);
			if (problems.length > 0) return [...verdicts, { what: 'policy: LeRobot writes a dataset', problems }];
		}
		const length = dataset === null ? 'golden' : 'recording';
		if (source !== null) verdicts.push(...(await trainedPolicy(python, scratch, options, source, length)));
		if (dataset !== null) verdicts.push(...(await bundledPolicy(python, scratch, options, dataset)));
		verdicts.push(await ownTests(python, whole));
		return verdicts;
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

/** For tests that want a package and do not judge it. @returns {Promise<{ path: string } | { missing: string }>} */
export async function ensureRandomPackage() {
	const path = join(policyFolder, 'act-random.zip');
	if (existsSync(path)) return { path };
	const ready = await ensureExport({ log: (line) => console.error(`policy: ${line}`) });
	if ('missing' in ready) return ready;
	const scratch = mkdtempSync(join(tmpdir(), 'edubotics-policy-'));
	try {
		const checkpoint = join(scratch, 'pretrained_model');
		const made = await makeRandom(ready.python, checkpoint);
		if (made.length > 0) return { missing: made.join('\n') };
		const { zip, problems } = await exportTo(ready.python, checkpoint, 'act-random', RANDOM_FACTS);
		return problems.length > 0 ? { missing: problems.join('\n') } : { path: zip };
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

if (process.argv[1] !== undefined && basename(process.argv[1]) === basename(fileURLToPath(import.meta.url))) {
	const result = await ensureRandomPackage();
	console.log('path' in result ? result.path : `missing: ${result.missing}`);
	process.exitCode = 'path' in result ? 0 : 1;
}
