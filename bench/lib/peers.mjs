// Installs the peers of the bus bench (bench/peers/package.json, exact versions) below .cache, where nothing of the app
// can reach them by accident.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findNpm, root, run } from '../../tools/lib/run.mjs';
import { cache } from './bundle.mjs';

const source = join(root, 'bench', 'peers', 'package.json');
export const peersFolder = join(cache, 'peers');

function isInstalled() {
	const { dependencies } = JSON.parse(readFileSync(source, 'utf8'));
	return Object.entries(dependencies).every(([name, version]) => {
		const path = join(peersFolder, 'node_modules', name, 'package.json');
		return existsSync(path) && JSON.parse(readFileSync(path, 'utf8')).version === version;
	});
}

/** @returns {Promise<{ url: (path: string) => string } | { missing: string }>} */
export async function ensurePeers() {
	if (!isInstalled()) {
		const npm = findNpm();
		if (npm === undefined) return { missing: 'npm was not found' };
		mkdirSync(peersFolder, { recursive: true });
		copyFileSync(source, join(peersFolder, 'package.json'));
		const args = [
			'install',
			'--prefix',
			peersFolder,
			'--ignore-scripts',
			'--no-audit',
			'--no-fund',
			'--no-package-lock'
		];
		const { code, output } = await run(npm.command, [...npm.args, ...args], {
			cwd: peersFolder,
			quiet: true
		});
		if (code !== 0) return { missing: `npm install failed: ${output.slice(-400)}` };
	}
	return { url: (path) => pathToFileURL(join(peersFolder, 'node_modules', path)).href };
}
