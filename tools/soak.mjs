/**
 * The long forms of the seeded tests.
 *
 *     node tools/soak.mjs bus --hours 24 --seed 1
 *     node tools/soak.mjs gate --n 10000000 --seed 1
 *
 * `npm test` runs a sample of each; here their size comes from the command line. Figures of the last full runs are in
 * docs/testing.md.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Name -> test file, the variable that sets its size and the option that names it. */
const SOAKS = {
	bus: { file: 'src/lib/robot/soak-bus.test.ts', variable: 'SOAK_BUS_HOURS', option: 'hours' },
	gate: { file: 'src/lib/robot/safety/gate.fuzz.test.ts', variable: 'SOAK_GATE_ACTIONS', option: 'n' },
	travel: { file: 'src/lib/robot/safety/kill-travel.test.ts', variable: 'SOAK_KILLS', option: 'n' },
	expert: {
		file: 'src/lib/sim/expert/pick-place-teleop.test.ts',
		variable: 'SOAK_EXPERT_STARTS',
		option: 'n'
	}
};

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { hours: { type: 'string' }, n: { type: 'string' }, seed: { type: 'string', default: '1' } }
});
const soak = SOAKS[/** @type {keyof typeof SOAKS} */ (positionals[0] ?? '')];
if (soak === undefined) {
	console.error(`usage: node tools/soak.mjs <${Object.keys(SOAKS).join('|')}> --hours|--n N --seed S`);
	process.exit(2);
}
const size = values[/** @type {'hours' | 'n'} */ (soak.option)];
if (size === undefined || !(Number(size) > 0)) {
	console.error(`${positionals[0]} needs --${soak.option} with a number above 0`);
	process.exit(2);
}

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const vitest = path.join(
	path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
	'vitest.mjs'
);
const child = spawn(process.execPath, [vitest, 'run', soak.file, '--testTimeout=0'], {
	cwd: root,
	stdio: 'inherit',
	env: { ...process.env, [soak.variable]: size, SOAK_SEED: values.seed }
});
child.on('exit', (code) => process.exit(code ?? 1));
