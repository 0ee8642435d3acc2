// Where the embedded backend keeps its things, and as whom its programs run. Knows Linux users and folders; knows nothing
// of Postgres. Postgres refuses to run as root: started by root, its programs run as `nobody`, who cannot enter a
// checkout below a closed folder (root's home, for one); then everything moves to /var/lib.
import { createHash } from 'node:crypto';
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	readdirSync,
	readlinkSync,
	realpathSync,
	statSync
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = join(dirname(fileURLToPath(import.meta.url)), '..');
const NOBODY = 65534;

/**
 * @typedef {{ uid: number, gid: number } | Record<string, never>} Identity spread into the options of `spawn`
 */

/** As whom the programs run: ourselves, or `nobody` where we are root. @returns {Identity} */
export function programIdentity() {
	return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/**
 * Whether other users may walk through every folder above and including this one.
 * @param {string} folder absolute; what does not exist yet is judged by what is above it
 */
export function isReachableByOthers(folder) {
	for (let path = resolve(folder); ; path = dirname(path)) {
		const stat = statSync(path, { throwIfNoEntry: false });
		if (stat !== undefined && (stat.mode & 0o001) === 0) return false;
		if (path === dirname(path)) return true;
	}
}

/**
 * The folder below which data and binaries lie: the checkout, or a place of its own where `nobody` cannot enter it.
 * @param {string} [from] the checkout
 */
export function baseFolder(from = checkout) {
	if (process.getuid?.() !== 0 || isReachableByOthers(from)) return from;
	const name = createHash('sha256').update(resolve(from)).digest('hex').slice(0, 8);
	return join('/var/lib/edubotics', name);
}

/** Folder of the school's data unless one is named. @param {string} [from] the checkout */
export const defaultDataDir = (from = checkout) => join(baseFolder(from), '.data', 'school');

/** Folder for copies of the binaries. @param {string} [from] the checkout */
export const defaultBinDir = (from = checkout) => join(baseFolder(from), '.cache', 'embedded');

/**
 * Makes a folder others may walk through but not read, where we are root: `nobody` must reach what is his below it. Folders
 * that are there already keep the rights somebody gave them.
 * @param {string} folder absolute
 */
export function makeFolder(folder) {
	const isRoot = process.getuid?.() === 0;
	const first = mkdirSync(folder, { recursive: true, mode: isRoot ? 0o711 : 0o700 });
	// A strict umask took away what was asked for.
	if (isRoot && first !== undefined)
		for (let path = resolve(folder); path.startsWith(resolve(first)); path = dirname(path))
			chmodSync(path, 0o711);
	return folder;
}

/** Lets everybody read, and run what its owner may run, whatever rights an installer gave. @param {string} path */
export function openToAll(path) {
	const stat = lstatSync(path);
	if (stat.isSymbolicLink()) return;
	const isRunnable = stat.isDirectory() || (stat.mode & 0o100) !== 0;
	chmodSync(path, isRunnable ? 0o755 : 0o644);
	if (stat.isDirectory()) for (const name of readdirSync(path)) openToAll(join(path, name));
}

/** Makes a folder that belongs to the programs alone. @param {string} folder */
export function makeProgramFolder(folder) {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	giveToPrograms(folder);
	return folder;
}

/** @param {string} path */
export function giveToPrograms(path) {
	const { uid, gid } = programIdentity();
	if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

/**
 * What tells a process apart from a later one that was given the same number: the kernel's start time.
 * @param {number} pid
 * @returns {string | undefined} nothing where no such process lives
 */
export function startOf(pid) {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// The name in brackets may hold spaces and brackets of its own: fields are counted from behind it.
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
	} catch {
		return undefined;
	}
}

/** Whether the process `pid` works in `folder`. @param {number} pid @param {string} folder */
export function worksIn(pid, folder) {
	try {
		return startOf(pid) !== undefined && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
	} catch {
		return false;
	}
}

/** @param {string} path @returns {string | undefined} */
export function readIfThere(path) {
	return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
