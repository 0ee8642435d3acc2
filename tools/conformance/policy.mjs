// Policies of LeRobot as packages: makes checkpoints, runs the exporter's command line on them, and asks LeRobot whether
// the package computes what it computes. Leaves the packages for the tests that run them in a browser.
//
//     node tools/conformance/policy.mjs      makes .cache/conformance/policies/act-random.zip unless it is there
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureExport } from '../../conformance/setup.mjs';
import { root, run } from '../lib/run.mjs';

const judges = join(root, 'conformance');
const exporter = join(root, 'modal');
export const policyFolder = join(root, '.cache', 'conformance', 'policies');
/** Joints, rate and origin of what no dataset says. */
const RANDOM_FACTS = ['--robot', 'so101_follower', '--fps', '30', '--simulated', '--name', 'ACT random'];

/** @typedef {{ what: string, problems: string[] }} Verdict */
/** @typedef {(name: string, python: string, args: string[]) => Promise<Verdict[]>} Ask */

/**
 * One program of ours; its last lines when it fails.
 * @param {string} python @param {string[]} args @returns {Promise<string[]>} none = good
 */
async function program(python, args) {
	const paths = [exporter, judges, process.env['PYTHONPATH'] ?? ''].filter((path) => path !== '');
	// One thread each: PyTorch's wait for each other by spinning; on a busy machine a training step took 90 s with two.
	const settings = { PYTHONPATH: paths.join(delimiter), HF_HUB_OFFLINE: '1', OMP_NUM_THREADS: '1' };
	const env = { ...process.env, ...settings };
	const { code, output } = await run(python, ['-B', ...args], { quiet: true, env });
	return code === 0 ? [] : [`exit ${code}`, ...output.trim().split(/\r?\n/).slice(-8)];
}

/**
 * Exports beside its place and moves it there whole: a test may be reading the last one.
 * @param {string} python @param {string} checkpoint @param {string} name @param {string[]} facts
 */
async function exportTo(python, checkpoint, name, facts) {
	mkdirSync(policyFolder, { recursive: true });
	const beside = join(policyFolder, `${name}.${process.pid}.making.zip`);
	const problems = await program(python, ['-m', 'edubotics_export', checkpoint, '-o', beside, ...facts]);
	const zip = join(policyFolder, `${name}.zip`);
	if (problems.length === 0) renameSync(beside, zip);
	rmSync(beside, { force: true });
	return { zip, problems };
}

/** @param {string} python @param {string} folder becomes the checkpoint */
function makeRandom(python, folder) {
	return program(python, [join(judges, 'make_policy_random.py'), folder]);
}

/** An ACT of random weights. @param {string} python @param {string} scratch @param {Ask} ask @returns {Promise<Verdict[]>} */
async function randomPolicy(python, scratch, ask) {
	const checkpoint = join(scratch, 'random', 'pretrained_model');
	const made = await makeRandom(python, checkpoint);
	if (made.length > 0) return [{ what: 'policy: LeRobot writes an ACT of random weights', problems: made }];
	const { zip, problems } = await exportTo(python, checkpoint, 'act-random', RANDOM_FACTS);
	if (problems.length > 0) return [{ what: 'policy: an ACT of random weights exports', problems }];
	return ask('policy (random)', python, [join(judges, 'judge_policy.py'), zip, checkpoint]);
}

/**
 * An ACT that lerobot-train trained for two steps.
 * @param {string} python @param {string} scratch @param {Ask} ask @param {string} dataset @returns {Promise<Verdict[]>}
 */
async function trainedPolicy(python, scratch, ask, dataset) {
	const out = join(scratch, 'trained');
	const train = [join(judges, 'make_policy_trained.py'), dataset, out];
	const trained = await program(python, train);
	if (trained.length > 0) return [{ what: 'policy: lerobot-train makes a checkpoint', problems: trained }];
	const { zip, problems } = await exportTo(python, out, 'act-trained', ['--dataset', dataset, '--simulated']);
	if (problems.length > 0) return [{ what: 'policy: a trained ACT exports', problems }];
	const checkpoint = join(out, 'checkpoints', 'last', 'pretrained_model');
	const judge = [join(judges, 'judge_policy.py'), zip, checkpoint, '--dataset', dataset];
	return ask('policy (trained)', python, judge);
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
 * @param {object} options
 * @param {Ask} options.ask
 * @param {string | null} options.dataset folder of a dataset; null: LeRobot writes one when `whole`
 * @param {boolean} options.whole all tests of the exporter, and a trained policy in any case
 * @returns {Promise<Verdict[] | { missing: string }>}
 */
export async function judgePolicies({ ask, dataset, whole }) {
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
		if (source !== null) verdicts.push(...(await trainedPolicy(python, scratch, ask, source)));
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
