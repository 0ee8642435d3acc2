// Another build of the same sources, made beside the repository so that the build under test stays as it is. Only its name
// differs (EDUBOTICS_BUILD), and with it the names of the chunks: what a deploy looks like to an open tab.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
	'src',
	'static',
	'messages',
	'server',
	'project.inlang',
	'package.json',
	'svelte.config.js',
	'tsconfig.json',
	'vite.config.ts'
];

/** Resolves with the folder that holds `build`; rejects with what the build said. */
export async function buildAgain(name: string): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), 'edubotics-build-'));
	for (const source of SOURCES) cpSync(join(root, source), join(folder, source), { recursive: true });
	symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
	const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
	const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
		cwd: folder,
		env: { ...process.env, NODE_ENV: 'production', EDUBOTICS_BUILD: name },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let said = '';
	child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
	child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
	const code = await new Promise((resolve) => child.once('exit', resolve));
	if (code !== 0) throw new Error(said);
	return folder;
}
