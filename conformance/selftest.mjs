/**
 * Runs the self-test of the dataset judge (judge_selftest.py) in the judge's own Python.
 *
 *   node conformance/selftest.mjs      exit 0 passed, 1 failed, 77 the judge cannot be had here (1 when CI=true)
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureJudge } from './setup.mjs';

const SCRIPT = fileURLToPath(new URL('judge_selftest.py', import.meta.url));
const SKIPPED = 77;

async function main() {
	const judge = await ensureJudge({ log: (line) => console.error(`conformance: ${line}`) });
	if ('missing' in judge) {
		console.error(`skipped: judge self-test: ${judge.missing}`);
		return process.env.CI === 'true' ? 1 : SKIPPED;
	}
	return spawnSync(judge.python, ['-B', SCRIPT], { stdio: 'inherit' }).status ?? 1;
}

process.exitCode = await main();
