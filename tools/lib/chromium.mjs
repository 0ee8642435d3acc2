// Finds a Chromium, or gets one: $CHROMIUM, an installed browser, apt as root, Playwright's own download. Built-ins only.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeTool, root, run } from './run.mjs';

const INSTALLED = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/usr/bin/google-chrome-stable',
	'/usr/bin/microsoft-edge',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
	join(process.env['PROGRAMFILES'] ?? 'C:/Program Files', 'Google/Chrome/Application/chrome.exe'),
	join(process.env['PROGRAMFILES(X86)'] ?? 'C:/Program Files (x86)', 'Microsoft/Edge/Application/msedge.exe')
];

/** @returns {string | undefined} */
function playwrightsOwn() {
	try {
		const require = createRequire(join(root, 'package.json'));
		const path = require('playwright-core').chromium.executablePath();
		return existsSync(path) ? path : undefined;
	} catch {
		return undefined;
	}
}

/** @returns {Promise<{ path: string } | { missing: string }>} */
export async function ensureChromium() {
	const named = process.env['CHROMIUM'];
	if (named !== undefined && named !== '') {
		return existsSync(named) ? { path: named } : { missing: `CHROMIUM=${named} does not exist` };
	}
	const found = () => INSTALLED.find((path) => existsSync(path)) ?? playwrightsOwn();
	const first = found();
	if (first !== undefined) return { path: first };
	if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
		console.log('Installing Chromium ...');
		const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
		for (let attempt = 0; attempt < 2; attempt++) {
			await run('apt-get', ['update', '-qq'], { env, quiet: true });
			const packages = ['chromium', 'fonts-dejavu-core', 'ffmpeg'];
			const result = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
				env,
				quiet: true
			});
			if (result.code === 0) break;
			await run('dpkg', ['--configure', '-a'], { env, quiet: true });
			await run('apt-get', ['install', '-f', '-y', '-qq'], { env, quiet: true });
		}
	} else {
		await run(process.execPath, [nodeTool('@playwright/test/cli.js'), 'install', 'chromium'], {
			quiet: true
		});
	}
	const second = found();
	return second !== undefined
		? { path: second }
		: { missing: 'no Chromium found and none could be installed; set CHROMIUM to the path of one' };
}
