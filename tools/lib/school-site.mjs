// A whole school for tests and walks: a fresh database with the real PostgREST and the gateway in this process, and the
// built app in a process of its own that can be killed and started again on the same port.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freshStack } from '../../embedded/fresh-stack.mjs';
import { stopOwnCluster } from '../../embedded/fresh.mjs';
import { root } from './run.mjs';

/**
 * @typedef {{
 *   url: string,
 *   stack: import('../../embedded/fresh-stack.mjs').FreshStack,
 *   kill: () => Promise<void>, start: () => Promise<void>, stop: () => Promise<void>
 * }} SchoolSite `kill` ends the app as a power cut would; `start` brings it back where it was
 */

/** @param {{ buildDir?: string | undefined }} [options] @returns {Promise<SchoolSite>} */
export async function startSchoolSite({ buildDir } = {}) {
	const stack = await freshStack();
	const env = {
		...process.env,
		SUPABASE_URL: stack.url,
		SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
		DATABASE_LISTEN_URL: stack.listenUrl
	};
	let port = '0';
	/** @type {import('node:child_process').ChildProcess | null} */
	let child = null;
	let url = '';

	const start = async () => {
		const args = [join(root, 'tools', 'lib', 'site-process.mjs'), port, buildDir ?? ''];
		const started = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
		child = started;
		const [line] = await Promise.race([
			once(started.stdout, 'data'),
			once(started, 'exit').then(() => Promise.reject(new Error('the app ended at its start')))
		]);
		url = String(line).trim().replace('127.0.0.1', 'localhost');
		port = new URL(url).port;
	};
	const kill = async () => {
		if (child === null || child.exitCode !== null) return;
		const gone = once(child, 'exit');
		child.kill('SIGKILL');
		await gone;
		child = null;
	};
	await start();
	return {
		get url() {
			return url;
		},
		stack,
		start,
		kill,
		stop: async () => {
			await kill();
			await stack.stop();
			await stopOwnCluster();
		}
	};
}
