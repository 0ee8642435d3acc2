/**
 * Finds a Python that can run the judges: 3.12 or newer, able to make a virtual environment.
 *
 * Knows: where Pythons usually live. Does not know: what will be installed into it.
 * Node built-ins only; every candidate is run once, because a name on PATH (a pyenv shim, a Debian python3
 * without ensurepip) proves nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** LeRobot 0.6 needs 3.12; the locks carry wheels of these two. Newer ones work by the plain install. */
const MIN_MINOR = 12;
const PREFERRED_MINORS = [12, 13];

const PROBE = [
	'import sys, json, ensurepip, venv',
	'print(json.dumps({"path": sys.executable, "version": list(sys.version_info[:3])}))'
].join('\n');

/**
 * Asks one candidate who it is.
 * @param {string} command
 * @returns {{ python: string, version: [number, number, number] } | null} null when it does not run or is too old
 */
function probe(command) {
	const run = spawnSync(command, ['-I', '-c', PROBE], { encoding: 'utf8', timeout: 30_000 });
	if (run.error || run.status !== 0) return null;
	try {
		const { path, version } = JSON.parse(run.stdout);
		if (version[0] !== 3 || version[1] < MIN_MINOR) return null;
		return { python: path, version };
	} catch {
		return null;
	}
}

/** Every `~/.pyenv/versions/3.x.y/bin/python` that is new enough, preferred minors first. */
function pyenvCandidates(root) {
	const versions = join(root, 'versions');
	if (!existsSync(versions)) return [];
	const rank = (minor) => {
		const place = PREFERRED_MINORS.indexOf(minor);
		return place === -1 ? PREFERRED_MINORS.length : place;
	};
	return readdirSync(versions)
		.map((name) => ({ name, match: /^3\.(\d+)\.\d+$/.exec(name) }))
		.filter(({ match }) => match !== null && Number(match[1]) >= MIN_MINOR)
		.sort((a, b) => rank(Number(a.match[1])) - rank(Number(b.match[1])))
		.map(({ name }) => join(versions, name, 'bin', 'python'));
}

/**
 * The first usable Python: $PYTHON, python3.12 / python3.13 on PATH, pyenv's versions, python3, python.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ python: string, version: [number, number, number] } | { missing: string }}
 */
export function findPython(env = process.env) {
	const candidates = [
		...(env.PYTHON ? [env.PYTHON] : []),
		...PREFERRED_MINORS.map((minor) => `python3.${minor}`),
		...pyenvCandidates(env.PYENV_ROOT ?? join(homedir(), '.pyenv')),
		'python3',
		'python'
	];
	for (const candidate of candidates) {
		const found = probe(candidate);
		if (found) return found;
	}
	return { missing: `no Python >= 3.${MIN_MINOR} with venv found (set PYTHON to one)` };
}
