/**
 * Trains a policy in a real Chromium as a pupil does, and counts it like any other: the built app, its TRAINING worker, the
 * expert's demonstrations made in the tab.
 *
 *     npm run policy:train -- --in-tab [--episodes 200 --steps 3000 --seed 0 --starts 200]
 *
 * Needs a build (npm run build; E2E_BUILD_DIR names another). Leaves the package at .cache/policy/in-tab.zip, and its curve and
 * times in .cache/policy/in-tab.json.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { serve } from '../../server/serve.js';
import { ensureChromium } from '../lib/chromium.mjs';
import { root, run } from '../lib/run.mjs';

const POLL_MS = 1000;
const PATIENCE_MS = 3 * 3600_000;

/** @typedef {{ atS: number, state: string, text: string }} Told */

/**
 * @param {import('@playwright/test').Page} page
 * @param {(told: Told) => void} onTold
 */
async function watch(page, onTold) {
	const startedMs = performance.now();
	let before = '';
	while (performance.now() - startedMs < PATIENCE_MS) {
		const told = await page.evaluate(() => {
			const panel = document.querySelector('[data-training]');
			const figures = [...document.querySelectorAll('dl > div')].map((row) => row.textContent?.trim() ?? '');
			const bar =
				document.querySelector('[role="progressbar"]')?.closest('.progress')?.textContent?.trim() ?? '';
			return {
				state: panel?.getAttribute('data-training') ?? '',
				made: document.querySelector('a[href*="?policy="]') !== null,
				alert: document.querySelector('[role="alert"]')?.textContent ?? null,
				text: [bar, ...figures].join(' | ')
			};
		});
		if (told.alert !== null) throw new Error(told.alert);
		if (told.text !== before)
			onTold({ atS: (performance.now() - startedMs) / 1000, state: told.state, text: told.text });
		before = told.text;
		if (told.made) return;
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	}
	throw new Error('no model came of it');
}

/** @param {{ episodes: string, steps: string, seed: string, starts: string }} options */
export async function trainInTab({ episodes, steps, seed, starts }) {
	const found = await ensureChromium();
	if ('missing' in found) throw new Error(found.missing);
	const buildDir = process.env['E2E_BUILD_DIR'];
	const site = await serve({ host: '127.0.0.1', port: 0, ...(buildDir === undefined ? {} : { buildDir }) });
	const profile = mkdtempSync(path.join(tmpdir(), 'edubotics-in-tab-'));
	const folder = path.join(root, '.cache', 'policy');
	mkdirSync(folder, { recursive: true });
	const zip = path.join(folder, 'in-tab.zip');
	const context = await chromium.launchPersistentContext(profile, {
		executablePath: found.path,
		args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
		acceptDownloads: true,
		locale: 'en-GB'
	});
	/** @type {Told[]} */
	const log = [];
	try {
		const page = await context.newPage();
		page.setDefaultTimeout(300_000);
		page.on('pageerror', (error) => console.error(String(error)));
		const url = site.url.replace('127.0.0.1', 'localhost');
		await page.goto(`${url}/en/training?episodes=${episodes}&steps=${steps}&seed=${seed}`);
		await page.waitForSelector('[data-training="ready"]');
		await page.getByRole('button', { name: 'Start training' }).click();
		let printedS = -Infinity;
		await watch(page, (told) => {
			log.push(told);
			if (told.atS - printedS < 15) return;
			printedS = told.atS;
			console.log(`${told.atS.toFixed(0)} s: ${told.text}`);
		});
		writeFileSync(
			path.join(folder, 'in-tab.json'),
			`${JSON.stringify({ episodes, steps, seed, log }, null, '\t')}\n`
		);
		await page.goto(`${url}/en/models`);
		await page.waitForSelector('[data-models="ready"]');
		const download = page.waitForEvent('download');
		await page
			.getByRole('button', { name: /as a file/ })
			.first()
			.click();
		copyFileSync(await (await download).path(), zip);
		console.log(`policy:train: ${zip}`);
	} finally {
		await context.close();
		await site.close();
		rmSync(profile, { recursive: true, force: true });
	}
	if (starts === '0') return;
	const args = [
		path.join(root, 'tools/policy/eval.mjs'),
		'--package',
		zip,
		'--starts',
		starts,
		'--seed',
		'1'
	];
	const { code } = await run(process.execPath, args);
	if (code !== 0) throw new Error('counting failed');
}
