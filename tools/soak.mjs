/**
 * The long forms of the seeded tests.
 *
 *     node tools/soak.mjs kill --n 500 --seed 1
 *     node tools/soak.mjs bus --hours 24 --seed 1
 *     node tools/soak.mjs gate --n 10000000 --seed 1
 *     node tools/soak.mjs store --n 1000000 --seed 1
 *     node tools/soak.mjs packages --n 100000 --seed 1
 *     node tools/soak.mjs tenants --n 1000000 --seed 1
 *     node tools/soak.mjs mutation --n 1
 *     node tools/soak.mjs sync --n 100000 --seed 1
 *     node tools/soak.mjs parity --n 1000
 *
 * `npm test` runs a sample of each; here their size comes from the command line. Each run adds a line to
 * .cache/soak-results.jsonl; figures of the last full runs are in docs/testing.md.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nodeTool, root } from './lib/run.mjs';

/** Name -> test file (none: a script beside this one), the variable that sets its size and the option that names it. */
const SOAKS = {
	kill: { file: '', script: 'soak-kill.mjs', variable: '', option: 'n' },
	parity: { file: '', script: 'soak-parity.mjs', variable: '', option: 'n' },
	bus: { file: 'src/lib/robot/soak-bus.test.ts', variable: 'SOAK_BUS_HOURS', option: 'hours' },
	gate: { file: 'src/lib/robot/safety/gate.fuzz.test.ts', variable: 'SOAK_GATE_ACTIONS', option: 'n' },
	store: { file: 'src/lib/recorder/store-model.crash.test.ts', variable: 'SOAK_STORE_POINTS', option: 'n' },
	packages: {
		file: 'src/lib/inference/package/packages.fuzz.test.ts',
		variable: 'SOAK_PACKAGES',
		option: 'n'
	},
	sync: { file: 'src/lib/classroom/sync.test.ts', variable: 'SOAK_SYNC_SEEDS', option: 'n' },
	// Every broken wall there is: `n` only has to be above 0.
	mutation: {
		file: 'embedded/attacks/mutation.test.ts',
		variable: 'SOAK_MUTANTS',
		option: 'n',
		config: 'embedded/vitest.config.ts'
	},
	tenants: {
		file: 'embedded/attacks/tenants.test.ts',
		variable: 'SOAK_TENANT_CALLS',
		option: 'n',
		config: 'embedded/vitest.config.ts'
	},
	travel: { file: 'src/lib/robot/safety/kill-travel.test.ts', variable: 'SOAK_KILLS', option: 'n' },
	expert: {
		file: 'src/lib/sim/expert/pick-place-teleop.test.ts',
		variable: 'SOAK_EXPERT_STARTS',
		option: 'n'
	}
};

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		hours: { type: 'string' },
		n: { type: 'string' },
		seed: { type: 'string', default: '1' },
		'max-lost-ms': { type: 'string' }
	}
});
const name = positionals[0] ?? '';
const soak = SOAKS[/** @type {keyof typeof SOAKS} */ (name)];
if (soak === undefined) {
	console.error(`usage: node tools/soak.mjs <${Object.keys(SOAKS).join('|')}> --hours|--n N --seed S`);
	process.exit(2);
}
const size = values[/** @type {'hours' | 'n'} */ (soak.option)];
if (size === undefined || !(Number(size) > 0)) {
	console.error(`${name} needs --${soak.option} with a number above 0`);
	process.exit(2);
}

const limit = values['max-lost-ms'];
const args =
	soak.file === ''
		? [path.join(root, 'tools', 'script' in soak ? soak.script : ''), '--n', size, '--seed', values.seed]
		: [nodeTool('vitest/vitest.mjs'), 'run', soak.file, '--testTimeout=0'];
if ('config' in soak) args.push('--config', soak.config);
if (soak.file === '' && limit !== undefined) args.push('--max-lost-ms', limit);
const startedMs = Date.now();
const child = spawn(process.execPath, args, {
	cwd: root,
	stdio: ['inherit', 'pipe', 'inherit'],
	env: soak.variable === '' ? process.env : { ...process.env, [soak.variable]: size, SOAK_SEED: values.seed }
});
let said = '';
child.stdout.on('data', (/** @type {Buffer} */ bytes) => {
	process.stdout.write(bytes);
	said = (said + bytes.toString()).slice(-100_000);
});
child.on('exit', (code) => {
	const figures = /^soak:\w+ (\{.*\})$/m.exec(said)?.[1];
	const result = {
		soak: name,
		[soak.option]: Number(size),
		seed: Number(values.seed),
		passed: code === 0,
		seconds: Math.round((Date.now() - startedMs) / 1000),
		endedAt: new Date().toISOString(),
		...(figures === undefined ? {} : { figures: JSON.parse(figures) })
	};
	mkdirSync(path.join(root, '.cache'), { recursive: true });
	appendFileSync(path.join(root, '.cache', 'soak-results.jsonl'), `${JSON.stringify(result)}\n`);
	console.log(`${name}: ${soak.option} ${size}, seed ${values.seed}: ${code === 0 ? 'passed' : 'FAILED'}`);
	process.exit(code ?? 1);
});
