// Starting other programs without a shell, on any system. Node built-ins only.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>} code 127 when the program cannot be started
 */
export function run(command, args, { cwd = root, env = process.env, quiet = false } = {}) {
	return new Promise((resolve) => {
		const child = spawn(command, [...args], {
			cwd,
			env,
			stdio: ['ignore', 'pipe', 'pipe'],
			windowsHide: true
		});
		let output = '';
		const take = (/** @type {Buffer} */ chunk) => {
			const text = chunk.toString();
			output = (output + text).slice(-2_000_000);
			if (!quiet) process.stdout.write(text);
		};
		child.stdout.on('data', take);
		child.stderr.on('data', take);
		child.on('error', (error) => resolve({ code: 127, output: String(error) }));
		child.on('close', (code) => resolve({ code: code ?? 1, output }));
	});
}

/**
 * npm, run by the Node that runs us: `npm.cmd` cannot be spawned without a shell on Windows.
 * @returns {{ command: string, args: string[] } | undefined}
 */
export function findNpm() {
	const beside = dirname(process.execPath);
	const candidates = [
		process.env['npm_execpath'] ?? '',
		join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
		join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
		join(beside, '..', 'share', 'nodejs', 'npm', 'bin', 'npm-cli.js'),
		'/usr/share/nodejs/npm/bin/npm-cli.js'
	];
	const cli = candidates.find((path) => path.endsWith('.js') && existsSync(path));
	return cli === undefined ? undefined : { command: process.execPath, args: [cli] };
}

/** A tool from node_modules, run by our Node. @param {string} name path below node_modules */
export function nodeTool(name) {
	return join(root, 'node_modules', ...name.split('/'));
}
