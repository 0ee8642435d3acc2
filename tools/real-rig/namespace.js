// Whether this machine lets us start a browser among the rig's ports, and how. Node built-ins only.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = join(dirname(fileURLToPath(import.meta.url)), 'namespace.sh');

/**
 * The command line that runs a program in the namespace.
 * @param {string} rigDir
 * @param {readonly string[]} program
 * @returns {[string, ...string[]]}
 */
export function inNamespace(rigDir, program) {
	return ['unshare', '--mount', '--propagation', 'private', 'sh', script, rigDir, ...program];
}

/** A browser may be told of plugging only where nobody else would take the news for true. */
export function mayTellOfPlugging() {
	return !existsSync('/run/udev/control');
}

/** A folder as the rig lays it out, with nothing plugged in. */
function emptyRig() {
	const dir = mkdtempSync(join(tmpdir(), 'edubotics-rig-'));
	for (const folder of ['tty', 'dev/pts', 'dev/shm', 'run', 'etc/chromium'])
		mkdirSync(join(dir, folder), { recursive: true });
	for (const file of [
		'drivers',
		...['null', 'zero', 'full', 'random', 'urandom', 'tty'].map((d) => `dev/${d}`)
	])
		writeFileSync(join(dir, file), '');
	return dir;
}

/**
 * Why real Web Serial cannot be tested here, in one line; null when it can. Tries it, with nothing but a shell inside.
 * @returns {Promise<string | null>}
 */
export async function refusal() {
	if (process.platform !== 'linux') return `needs Linux mount namespaces, this is ${process.platform}`;
	if (!existsSync('/etc/chromium')) return 'needs a Chromium that reads its policy from /etc/chromium';
	const dir = emptyRig();
	const [command, ...args] = inNamespace(dir, ['true']);
	const said = await new Promise((/** @type {(text: string | null) => void} */ resolve) =>
		execFile(command, args, (error, _out, stderr) =>
			resolve(error === null ? null : (stderr || error.message).trim().split('\n')[0] || 'refused')
		)
	);
	rmSync(dir, { recursive: true, force: true });
	return said === null ? null : `this machine refuses mount namespaces (${said})`;
}
