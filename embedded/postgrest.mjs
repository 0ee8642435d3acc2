// Starts the real PostgREST beside a database and says when it answers and when it died.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { programIdentity } from './places.mjs';
import { freePort } from './run.mjs';

const READY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 15;
const LINES_KEPT = 20;

/**
 * @typedef {{ url: string, port: number, pid: number, died: Promise<void>, isAlive: () => boolean, stop: () => Promise<void> }} Postgrest
 */

/**
 * @param {{
 *   binaries: import('./binaries.mjs').Binaries,
 *   databaseUrl: string,
 *   jwks: { keys: unknown[] },
 *   port?: number
 * }} options `databaseUrl` of the role `authenticator`
 * @returns {Promise<Postgrest>} when it has read the schema
 */
export async function startPostgrest({ binaries, databaseUrl, jwks, port: wished }) {
	const port = wished ?? (await freePort());
	const adminPort = await freePort();
	const child = spawn(binaries.postgrest, [], {
		...programIdentity(),
		cwd: '/',
		// A session of its own: Ctrl+C in the terminal is ours to handle, not its to die of.
		detached: true,
		stdio: ['ignore', 'ignore', 'pipe'],
		env: {
			PGRST_DB_URI: databaseUrl,
			PGRST_DB_SCHEMAS: 'public',
			PGRST_DB_EXTRA_SEARCH_PATH: 'public, extensions',
			PGRST_DB_ANON_ROLE: 'anon',
			PGRST_DB_MAX_ROWS: '1000',
			PGRST_DB_POOL: '10',
			PGRST_JWT_SECRET: JSON.stringify(jwks),
			PGRST_JWT_AUD: 'authenticated',
			PGRST_OPENAPI_MODE: 'disabled',
			PGRST_SERVER_HOST: '127.0.0.1',
			PGRST_SERVER_PORT: String(port),
			PGRST_ADMIN_SERVER_PORT: String(adminPort),
			PGRST_LOG_LEVEL: 'error'
		}
	});
	/** @type {string[]} */
	const said = [];
	child.stderr.on('data', (/** @type {Buffer} */ chunk) => {
		said.push(...chunk.toString().trim().split('\n'));
		said.splice(0, said.length - LINES_KEPT);
	});
	let isAlive = true;
	const died = new Promise((/** @type {(value: void) => void} */ resolve) => {
		const over = () => {
			isAlive = false;
			resolve();
		};
		child.once('exit', over);
		child.once('error', over);
	});
	const stop = async () => {
		if (!isAlive) return;
		child.kill('SIGTERM');
		await died;
	};

	const until = Date.now() + READY_WITHIN_MS;
	while (!(await answers(`http://127.0.0.1:${adminPort}/ready`))) {
		if (!isAlive || Date.now() > until) {
			await stop();
			throw new Error(`PostgREST did not start: ${said.join(' | ')}`);
		}
		await Promise.race([died, once(AbortSignal.timeout(LOOK_EVERY_MS), 'abort')]);
	}
	return { url: `http://127.0.0.1:${port}`, port, pid: child.pid ?? 0, died, isAlive: () => isAlive, stop };
}

/** @param {string} url */
async function answers(url) {
	try {
		return (await fetch(url)).ok;
	} catch {
		return false;
	}
}
