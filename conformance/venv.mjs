/**
 * Makes a virtual environment from a lock file, once, outside the repository.
 *
 * Knows: the cache folder, the lock between concurrent callers, the atomic "ready" marker, pip.
 * Does not know: which packages there are; the caller gives lock, recipe files and a finishing step.
 * Node built-ins only; programs are started with argument arrays, never through a shell.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	existsSync,
	linkSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync
} from 'node:fs';
import { homedir, hostname, setPriority } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findPython } from './find-python.mjs';

const LOCK_POLL_MS = 500;
/** Nothing here takes longer on a line a class would use; a holder beyond it is taken for hung. */
const LOCK_WAIT_LIMIT_MS = 45 * 60_000;
/** The set-up runs beside the tests and yields to them. */
const NICENESS = 10;

/** @returns {string} where environments live; EDUBOTICS_CACHE overrides */
export function cacheRoot(env = process.env) {
	return env.EDUBOTICS_CACHE || join(homedir(), '.cache', 'edubotics');
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string }} [options]
 * @returns {Promise<{ ok: boolean, output: string }>} output: stdout and stderr together
 */
export function run(command, args, options = {}) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
		let output = '';
		const collect = (chunk) => {
			output += chunk;
		};
		child.stdout.on('data', collect);
		child.stderr.on('data', collect);
		child.on('error', (error) => resolve({ ok: false, output: `${command}: ${error.message}` }));
		child.on('close', (code) => resolve({ ok: code === 0, output }));
		try {
			if (child.pid !== undefined) setPriority(child.pid, NICENESS);
		} catch {
			// It ended before it could be slowed down, or the system forbids it: neither matters.
		}
	});
}

/** The last lines of a program's output, where the reason stands. */
export function tail(output, lines = 12) {
	return output.trim().split('\n').slice(-lines).join('\n');
}

function pythonIn(dir) {
	return process.platform === 'win32' ? join(dir, 'Scripts', 'python.exe') : join(dir, 'bin', 'python');
}

function holderIsGone(holder) {
	if (holder.host !== hostname()) return false;
	try {
		process.kill(holder.pid, 0);
		return false;
	} catch (error) {
		return error.code === 'ESRCH';
	}
}

/** A hard link either appears whole or not at all, so the lock never exists without its holder's name. */
function tryLock(lockPath) {
	const mine = `${lockPath}.${process.pid}`;
	writeFileSync(mine, JSON.stringify({ pid: process.pid, host: hostname() }));
	try {
		linkSync(mine, lockPath);
		return true;
	} catch (error) {
		if (error.code !== 'EEXIST') throw error;
		return false;
	} finally {
		rmSync(mine, { force: true });
	}
}

function breakStaleLock(lockPath) {
	try {
		const holder = JSON.parse(readFileSync(lockPath, 'utf8'));
		if (holderIsGone(holder)) rmSync(lockPath, { force: true });
	} catch {
		// Released between our look and our read: the next round takes it.
	}
}

/** Takes the lock, waiting for whoever holds it. @returns {Promise<() => void>} the release */
async function acquire(lockPath, log) {
	const deadline = Date.now() + LOCK_WAIT_LIMIT_MS;
	let told = false;
	while (!tryLock(lockPath)) {
		if (Date.now() > deadline) throw new Error(`waited too long for ${lockPath}`);
		if (!told) log('another process is setting this up; waiting');
		told = true;
		breakStaleLock(lockPath);
		await pause(LOCK_POLL_MS);
	}
	return () => rmSync(lockPath, { force: true });
}

/** Reads the ready marker. @returns {Record<string, unknown> | null} null when the environment is not whole */
function readReady(dir) {
	try {
		const ready = JSON.parse(readFileSync(join(dir, 'ready.json'), 'utf8'));
		return existsSync(pythonIn(dir)) ? ready : null;
	} catch {
		return null;
	}
}

function writeReady(dir, facts) {
	writeFileSync(join(dir, 'ready.json'), JSON.stringify(facts, null, '\t'));
}

function fingerprint(files, version) {
	const hash = createHash('sha256');
	for (const file of files) hash.update(readFileSync(file)).update('\0');
	hash.update(`${version[0]}.${version[1]} ${process.platform} ${process.arch}`);
	return hash.digest('hex').slice(0, 16);
}

/**
 * pip, with one more try: a registry that stumbles once should not fail a run.
 * @param {string} python
 * @param {string[]} args arguments after `pip install`
 * @param {(line: string) => void} log
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export async function pipInstall(python, args, log) {
	const command = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', ...args];
	const first = await run(python, command);
	if (first.ok) return first;
	log(`pip failed, trying once more: ${tail(first.output, 2)}`);
	return run(python, command);
}

/**
 * Makes sure the environment exists and is whole.
 * @param {object} spec
 * @param {string} spec.name folder prefix
 * @param {string[]} spec.files everything the result depends on; their bytes name the folder
 * @param {Array<{ label: string, install: (python: string, log: (line: string) => void) => Promise<string | null> }>} spec.ways
 *   tried in order, each in a fresh environment; `install` returns null or the reason it failed
 * @param {(line: string) => void} [spec.log]
 * @returns {Promise<{ python: string, way: string } | { missing: string }>}
 */
export async function ensureVenv({ name, files, ways, log = () => {} }) {
	const found = findPython();
	if ('missing' in found) return found;
	const dir = join(cacheRoot(), `${name}-${fingerprint(files, found.version)}`);
	const early = readReady(dir);
	if (early) return { python: pythonIn(dir), way: String(early.way) };

	mkdirSync(cacheRoot(), { recursive: true });
	const release = await acquire(`${dir}.lock`, log);
	try {
		const meanwhile = readReady(dir);
		if (meanwhile) return { python: pythonIn(dir), way: String(meanwhile.way) };
		return await build({ dir, found, ways, log });
	} catch (error) {
		return { missing: `${name}: ${error.message}` };
	} finally {
		release();
	}
}

/** Leftovers of builders that were killed. A child of theirs may still be writing, so nothing is built in their place. */
function sweepAbandoned(dir) {
	const prefix = `${basename(dir)}.building-`;
	for (const name of readdirSync(dirname(dir)).filter((entry) => entry.startsWith(prefix)))
		rmSync(join(dirname(dir), name), { recursive: true, force: true });
}

/** Builds beside the final place and moves there whole: half an environment never stands under the right name. */
async function build({ dir, found, ways, log }) {
	sweepAbandoned(dir);
	const workshop = `${dir}.building-${process.pid}`;
	const reasons = [];
	for (const way of ways) {
		const started = Date.now();
		rmSync(workshop, { recursive: true, force: true });
		log(`${way.label}: Python ${found.version.join('.')} into ${dir}`);
		const made = await run(found.python, ['-m', 'venv', workshop]);
		const reason = made.ok ? await way.install(pythonIn(workshop), log) : tail(made.output);
		if (reason === null) {
			const seconds = Math.round((Date.now() - started) / 1000);
			writeReady(workshop, { way: way.label, python: found.version.join('.'), seconds });
			rmSync(dir, { recursive: true, force: true });
			renameSync(workshop, dir);
			log(`${way.label}: ready in ${seconds} s`);
			return { python: pythonIn(dir), way: way.label };
		}
		log(`${way.label}: failed: ${reason}`);
		reasons.push(`${way.label}: ${reason}`);
	}
	rmSync(workshop, { recursive: true, force: true });
	return { missing: reasons.join('\n') };
}
