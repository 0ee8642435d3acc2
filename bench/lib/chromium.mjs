// A real Chromium on the bench page, served with the product's isolation headers from a loopback port, and the CPU time
// that all its processes have spent.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { serveFolder } from '../../tools/lib/browser-page.mjs';
import { ensureChromium } from '../../tools/lib/chromium.mjs';
import { bundleForBrowser } from './bundle.mjs';
import { peersFolder } from './peers.mjs';

const TICKS_PER_S = 100;

/** Seconds of CPU of a process and all its descendants; those that have ended count through their parents. @param {number} pid */
async function treeCpuSeconds(pid) {
	const stats = new Map();
	for (const name of await readdir('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
		const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
		if (fields.length < 15) continue;
		const [parent, ...ticks] = [fields[1], fields[11], fields[12], fields[13], fields[14]].map(Number);
		stats.set(Number(name), { parent, ticks: ticks.reduce((sum, value) => sum + value, 0) });
	}
	let ticks = 0;
	const queue = [pid];
	for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
		ticks += stats.get(next)?.ticks ?? 0;
		for (const [child, { parent }] of stats) if (parent === next) queue.push(child);
	}
	return ticks / TICKS_PER_S;
}

/**
 * @typedef {object} BenchBrowser
 * @property {(call: string, argument?: unknown) => Promise<any>} recorder
 * @property {(argument: object) => Promise<any>} peer
 * @property {() => Promise<any>} openLoop
 * @property {(kind: 'loop' | 'nothing', ms: number) => Promise<{ beganMs: number[], missed: number, failed: number }>} window
 * @property {() => Promise<number>} cpuSeconds all processes of the browser; NaN where /proc is not
 */

/**
 * @template T
 * @param {(browser: BenchBrowser) => Promise<T>} use
 * @returns {Promise<T | { missing: string }>}
 */
export async function withChromium(use) {
	const found = await ensureChromium();
	if ('missing' in found) return found;
	const server = await serveFolder(await bundleForBrowser(), {
		'/peers/': join(peersFolder, 'node_modules')
	});
	const launched = await chromium.launchServer({
		executablePath: found.path,
		args: [
			'--no-sandbox',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync'
		]
	});
	const browser = await chromium.connect(launched.wsEndpoint());
	try {
		const page = await (await browser.newContext()).newPage();
		page.on('pageerror', (error) => console.error('page:', error));
		page.on('console', (message) => message.type() === 'error' && console.error('page:', message.text()));
		await page.goto(server.url);
		await page.waitForFunction(() => 'bench' in globalThis);
		if (!(await page.evaluate(() => globalThis.bench.isolated)))
			throw new Error('the bench page is not isolated');
		const pid = launched.process().pid;
		return await use({
			recorder: (call, argument) =>
				page.evaluate(([name, value]) => globalThis.bench.recorder(name, value), [call, argument]),
			peer: (argument) => page.evaluate((value) => globalThis.bench.peer(value), argument),
			openLoop: () => page.evaluate(() => globalThis.bench.openLoop()),
			window: (kind, ms) =>
				page.evaluate(([which, length]) => globalThis.bench.window(which, length), [kind, ms]),
			cpuSeconds: () => treeCpuSeconds(pid).catch(() => NaN)
		});
	} finally {
		await browser.close();
		await launched.close();
		server.close();
	}
}
