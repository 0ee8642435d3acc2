// Install and build, each only when what they depend on has changed. Node built-ins only, so that it runs in an empty clone.
import { createHash } from 'node:crypto';
import {
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync
} from 'node:fs';
import { join } from 'node:path';
import { findNpm, nodeTool, root, run } from './run.mjs';

const cache = join(root, '.cache');

/** Stops with a plain sentence when Node is older than package.json asks for. */
export function checkNode() {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	if (major > 20 || (major === 20 && minor >= 19)) return;
	console.error(
		`EduBotics needs Node 20.19 or newer; this is ${process.versions.node}. Install a current Node and try again.`
	);
	process.exit(1);
}

/** @param {readonly string[]} paths files or folders below the root */
function fingerprint(paths) {
	const hash = createHash('sha256').update(process.version);
	const visit = (/** @type {string} */ path) => {
		const full = join(root, path);
		if (!existsSync(full)) return;
		if (statSync(full).isDirectory()) {
			for (const name of readdirSync(full).sort()) {
				if (name !== 'generated' && name !== 'cache' && !name.startsWith('.')) visit(join(path, name));
			}
			return;
		}
		hash.update(path.replaceAll('\\', '/')).update('\0').update(readFileSync(full)).update('\0');
	};
	for (const path of paths) visit(path);
	return hash.digest('hex');
}

/** @param {string} name */
function readStamp(name) {
	const path = join(cache, `${name}.stamp`);
	return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** @param {string} name @param {string} value */
function writeStamp(name, value) {
	mkdirSync(cache, { recursive: true });
	writeFileSync(join(cache, `${name}.stamp`), value);
}

/** Installs the locked dependencies when the lockfile has changed. @returns {Promise<boolean>} */
export async function install() {
	const wanted = fingerprint(['package.json', 'package-lock.json']);
	if (existsSync(join(root, 'node_modules')) && readStamp('install') === wanted) return true;
	const npm = findNpm();
	if (npm === undefined) {
		console.error('npm was not found beside this Node. Install Node with npm and try again.');
		return false;
	}
	console.log('Installing dependencies ...');
	const env = { ...process.env, NODE_ENV: 'development' };
	// Not `ci`: it refuses a lockfile written where only this platform's optional binaries could be looked up, and on
	// another platform `install` adds that platform's. Everything in the lockfile is taken from it; nothing is saved back.
	const args = [...npm.args, 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
	const result = await run(npm.command, args, { env });
	if (result.code !== 0) return false;
	writeStamp('install', wanted);
	return true;
}

const SOURCES = [
	'src',
	'static',
	'messages',
	'server',
	'project.inlang/settings.json',
	'svelte.config.js',
	'vite.config.ts',
	'tsconfig.json',
	'package-lock.json'
];

/** Builds the app when a source has changed; keeps the chunks of the last two builds for tabs that are still open. @returns {Promise<boolean>} */
export async function build() {
	const wanted = fingerprint(SOURCES);
	if (existsSync(join(root, 'build', 'handler.js')) && readStamp('build') === wanted) return true;
	console.log('Building ...');
	keepChunks((readStamp('build') || 'unknown').slice(0, 16));
	const result = await run(process.execPath, [nodeTool('vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
		env: { ...process.env, NODE_ENV: 'production', EDUBOTICS_BUILD: wanted.slice(0, 16) },
		quiet: true
	});
	if (result.code !== 0) {
		console.error(result.output);
		return false;
	}
	writeStamp('build', wanted);
	return true;
}

/**
 * Copies the present build's immutable chunks to `chunks` in the cache folder, dropping everything older than two builds.
 * @param {string} stamp names the present build
 * @param {string} buildDir
 * @param {string} cacheDir
 */
export function keepChunks(stamp, buildDir = join(root, 'build'), cacheDir = cache) {
	const present = join(buildDir, 'client', '_app', 'immutable');
	if (!existsSync(present)) return;
	const kept = join(cacheDir, 'chunk-sets');
	mkdirSync(kept, { recursive: true });
	const target = join(kept, stamp);
	if (!existsSync(target)) {
		cpSync(present, `${target}.part`, { recursive: true });
		renameSync(`${target}.part`, target);
	}
	const sets = readdirSync(kept)
		.filter((name) => !name.endsWith('.part'))
		.map((name) => ({ name, at: statSync(join(kept, name)).mtimeMs }))
		.sort((a, b) => b.at - a.at);
	for (const old of sets.slice(2)) rmSync(join(kept, old.name), { recursive: true, force: true });
	const chunks = join(cacheDir, 'chunks', '_app', 'immutable');
	rmSync(join(cacheDir, 'chunks'), { recursive: true, force: true });
	for (const set of sets.slice(0, 2)) cpSync(join(kept, set.name), chunks, { recursive: true });
}
