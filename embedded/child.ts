// A backend in a process of its own, for tests that kill it or run it as somebody else.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

export interface ChildBackend {
	readonly url: string;
	readonly secretKey: string;
	readonly dataDir: string;
	readonly uid: number;
	readonly pids: { readonly postgres: number; readonly postgrest: number };
	/** As a terminal's Ctrl+C would. */
	stop(): Promise<void>;
	kill(): Promise<void>;
}

const SCRIPT = `
if (process.argv[3] !== '') process.umask(Number(process.argv[3]));
const { startEmbedded } = await import(process.argv[1]);
const dataDir = process.argv[2] || undefined;
const probe = { version: '1', name: 'probe', text: 'create table public.probe (id int primary key)' };
const backend = await startEmbedded({ ...(dataDir ? { dataDir, isThrowaway: true } : {}), migrations: [probe], log: (line) => console.error(line) });
const { url, secretKey } = backend;
console.log(JSON.stringify({ url, secretKey, dataDir: backend.dataDir, uid: process.getuid(), pids: backend.pids() }));
process.on('SIGTERM', () => void backend.stop().then(() => process.exit(0)));
`;

/**
 * @param checkout whose embedded/ is run
 * @param dataDir empty: the one the checkout takes by itself
 * @param umask as a number's text; empty: ours
 */
export async function startChild(
	checkout: string,
	dataDir = '',
	identity: { uid: number; gid: number } | Record<string, never> = {},
	umask = ''
): Promise<ChildBackend> {
	const args = ['--input-type=module', '-e', SCRIPT, join(checkout, 'embedded', 'index.mjs'), dataDir, umask];
	const child = spawn(process.execPath, args, { ...identity, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
	let complaint = '';
	child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
	const line = await new Promise<string>((resolve, reject) => {
		createInterface(child.stdout).once('line', resolve);
		child.once('exit', (code) => {
			reject(new Error(`the backend ended with ${String(code)}: ${complaint}`));
		});
	});
	const end = async (signal: NodeJS.Signals): Promise<void> => {
		const over = exited(child);
		child.kill(signal);
		await over;
	};
	return {
		...(JSON.parse(line) as Omit<ChildBackend, 'stop' | 'kill'>),
		stop: () => end('SIGTERM'),
		kill: () => end('SIGKILL')
	};
}

function exited(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
	return new Promise((resolve) => child.once('exit', () => resolve()));
}
