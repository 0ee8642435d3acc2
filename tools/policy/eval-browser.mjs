// The starts that were counted without a browser, counted once more in Chromium, and both side by side. The virtual parts are the
// same and so is virtual time, so outcomes are expected to be the same; what differs is said, and is a failing exit status.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { serve } from '../../server/serve.js';
import { ensureChromium } from '../lib/chromium.mjs';
import { createLoader } from '../lib/load-ts.mjs';
import { build, install } from '../lib/prepare.mjs';
import { root } from '../lib/run.mjs';
import { wilson } from './wilson.mjs';

const NAME = 'Pick and place';

/** @typedef {{ seed: number, success: boolean, seconds: number }} Counted */
/** @typedef {import('./browser').BrowserTrial} BrowserTrial */

/**
 * @param {{ counted: Counted[], first: number, speed: 'normal' | 'first_minute', limitS: number }} what
 * @returns {Promise<number>} exit status: 0 when every start came out the same
 */
export async function besideBrowser({ counted, first, speed, limitS }) {
	const found = await ensureChromium();
	if ('missing' in found) {
		console.error(`policy:eval: no browser: ${found.missing}`);
		return 1;
	}
	const buildDir = process.env['E2E_BUILD_DIR'];
	if (buildDir === undefined && !((await install()) && (await build()))) return 1;
	const site = await serve({ host: '127.0.0.1', port: 0, ...(buildDir === undefined ? {} : { buildDir }) });
	const loader = await createLoader();
	/** @type {BrowserTrial[]} */
	const trials = [];
	const startedMs = performance.now();
	try {
		const { evaluateInBrowser } = await loader.load('tools/policy/browser.ts');
		await evaluateInBrowser({
			executablePath: found.path,
			site: site.url.replace('127.0.0.1', 'localhost'),
			name: NAME,
			seeds: counted.map(({ seed }) => seed).sort((a, b) => a - b),
			speed,
			limitS,
			onTrial: (/** @type {BrowserTrial} */ trial) => {
				trials.push(trial);
				console.log(
					line(
						trial,
						counted.find(({ seed }) => seed === trial.seed)
					)
				);
			}
		});
	} finally {
		await loader.close();
		site.server.closeAllConnections();
		await site.close();
	}
	const placed = trials.filter(({ success }) => success).length;
	const same = trials.filter(
		({ seed, success }) => counted.find((one) => one.seed === seed)?.success === success
	).length;
	const { low, high } = wilson(placed, trials.length);
	console.log(
		`in Chromium, ${speed} speed, seeds ${first} to ${first + trials.length - 1}: ${placed} of ${trials.length} placed ` +
			`(95 % interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %); ${same} of ${trials.length} came out as without a browser; ` +
			`wall ${((performance.now() - startedMs) / 1000).toFixed(0)} s`
	);
	const folder = path.join(root, '.cache', 'policy');
	mkdirSync(folder, { recursive: true });
	writeFileSync(
		path.join(folder, `eval-browser-${speed}.json`),
		`${JSON.stringify({ speed, trials, counted }, null, '\t')}\n`
	);
	return same === trials.length ? 0 : 1;
}

/** @param {BrowserTrial} there @param {Counted | undefined} here */
function line({ seed, outcome, endedBy, seconds, backend }, here) {
	const without = `${here?.success === true ? 'succeeded' : 'failed'} after ${here?.seconds.toFixed(1) ?? '?'} s`;
	return `seed ${seed}: Chromium ${outcome} (${endedBy}, ${backend}) after ${seconds.toFixed(1)} s; without a browser ${without}`;
}
