// Runs a Python program of ours in the judges' environment.
import { delimiter, join } from 'node:path';
import { root, run } from '../lib/run.mjs';

const judges = join(root, 'conformance');
const exporter = join(root, 'modal');

/**
 * Its last lines when it fails.
 * @param {string} python @param {string[]} args @param {Readonly<Record<string, string>>} [settings] further variables
 * @returns {Promise<string[]>} none = good
 */
export async function program(python, args, settings = {}) {
	const paths = [exporter, judges, process.env['PYTHONPATH'] ?? ''].filter((path) => path !== '');
	// One thread each: PyTorch's wait for each other by spinning; on a busy machine a training step took 90 s with two.
	const usual = { PYTHONPATH: paths.join(delimiter), HF_HUB_OFFLINE: '1', OMP_NUM_THREADS: '1' };
	const env = { ...process.env, ...usual, ...settings };
	const { code, output } = await run(python, ['-B', ...args], { quiet: true, env });
	return code === 0 ? [] : [`exit ${code}`, ...output.trim().split(/\r?\n/).slice(-8)];
}
