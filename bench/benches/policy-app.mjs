// The built app with the bundled policy: nothing of models is loaded before a person asks for one, how long until the model can
// drive, and what the tab weighs while it drives the virtual arm.
import { existsSync, readFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { serve } from '../../server/serve.js';
import { ensureChromium } from '../../tools/lib/chromium.mjs';
import { createLoader } from '../../tools/lib/load-ts.mjs';
import { build } from '../../tools/lib/prepare.mjs';
import { figure, round, verdict } from '../lib/figures.mjs';

const NAME = 'Pick and place';
const MEMORY_GOAL_MB = 450;
/** Virtual time in which it drives before it is weighed. */
const DRIVES_MS = 5000;
const PATIENCE_MS = 120_000;
/** ONNX Runtime and packages. */
const OF_MODELS = /\/ort[.-][^/]*$|\.onnx$|\/policies\//;

/** A line of /proc/<pid>/<file>, bytes; NaN where it is not. @param {number} pid @param {string} file @param {string} name */
function proc(pid, file, name) {
	const path = `/proc/${pid}/${file}`;
	const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
	return 1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1] ?? NaN);
}

/**
 * Of all pages' processes, largest first: the page with its workers, then the stop pad's, the service worker's and one that the
 * browser keeps ready. `footprint` is what the browser's own task manager shows: what no other process shares. `resident` counts the
 * browser's program once per process.
 * @param {import('@playwright/test').Browser} browser
 */
async function weigh(browser) {
	const session = await browser.newBrowserCDPSession();
	const { processInfo } = await session.send('SystemInfo.getProcessInfo');
	await session.detach();
	const processes = processInfo
		.filter(({ type }) => type === 'renderer')
		.map(({ id }) => ({
			footprint: proc(id, 'status', 'RssAnon') + proc(id, 'status', 'VmSwap'),
			proportional: proc(id, 'smaps_rollup', 'Pss'),
			resident: proc(id, 'status', 'VmRSS')
		}))
		.sort((a, b) => b.footprint - a.footprint);
	const sum = (/** @type {'footprint' | 'proportional' | 'resident'} */ key) =>
		processes.reduce((total, one) => total + one[key], 0);
	const [footprint, proportional, resident] = [sum('footprint'), sum('proportional'), sum('resident')];
	return { page: processes[0]?.footprint ?? NaN, footprint, proportional, resident, processes };
}

/** @param {import('@playwright/test').Browser} browser @param {string} site @param {any} pages the lab's page objects */
async function measure(browser, site, { LabPage, PolicyPanelPage }) {
	const context = await browser.newContext();
	const page = await context.newPage();
	/** @type {string[]} */
	const asked = [];
	context.on('request', (/** @type {import('@playwright/test').Request} */ request) =>
		asked.push(request.url())
	);
	const lab = await LabPage.open(page, site, { clock: 'lockstep' });
	const panel = new PolicyPanelPage(lab);
	await panel.show();
	// What the service worker keeps for later counts as well.
	await page.waitForSelector('html[data-offline="ready"]', { state: 'attached', timeout: PATIENCE_MS });
	const kept = await page.evaluate(async () => {
		const all = await Promise.all(
			(await caches.keys()).map(async (name) => (await caches.open(name)).keys())
		);
		return all.flat().map(({ url }) => url);
	});
	const early = [...asked, ...kept].filter((url) => OF_MODELS.test(url));
	await panel.root.getByRole('button', { name: lab.word('models_bundled') }).click();
	await panel.root.locator('[data-policy]').waitFor();
	const labTab = await weigh(browser);
	const chosenMs = performance.now();
	await panel.choose(NAME);
	const readyMs = performance.now() - chosenMs;
	await lab.arm();
	await panel.start();
	await panel.until('running');
	const { tMs: beganMs } = await lab.snapshot();
	await lab.until(
		(/** @type {{ tMs: number }} */ { tMs }) => tMs - beganMs > DRIVES_MS,
		'it to have driven',
		PATIENCE_MS
	);
	const tab = await weigh(browser);
	const { policies } = await lab.snapshot();
	const late = asked.filter((url) => OF_MODELS.test(url));
	await context.close();
	if (late.length === 0)
		throw new Error('a model drives, and no file of models was seen: the pattern finds none');
	if (policies?.run === null || policies?.step !== 'run') throw new Error('it was not driving any more');
	return { early, readyMs, labTab, tab, run: policies.run };
}

export async function run() {
	const found = await ensureChromium();
	if ('missing' in found)
		return [figure({ id: 'policy-app', what: `policies in the lab: ${found.missing}`, verdict: 'skipped' })];
	const buildDir = process.env['E2E_BUILD_DIR'];
	if (buildDir === undefined && !(await build())) throw new Error('the app does not build');
	const site = await serve({ host: '127.0.0.1', port: 0, ...(buildDir === undefined ? {} : { buildDir }) });
	const loader = await createLoader();
	const browser = await chromium.launch({
		executablePath: found.path,
		// A process kept ready for a page that nobody opens would be weighed as well.
		args: ['--no-sandbox', '--no-first-run', '--disable-features=SpareRendererForSitePerProcess']
	});
	try {
		const pages = {
			...(await loader.load('e2e/pages/lab-page.ts')),
			...(await loader.load('e2e/pages/policy-panel-page.ts'))
		};
		const at = site.url.replace('127.0.0.1', 'localhost');
		const { early, readyMs, labTab, tab, run: seen } = await measure(browser, at, pages);
		const mb = (/** @type {number} */ bytes) => round(bytes / 1e6);
		return [
			figure({
				id: 'policy-app.early',
				what: 'files of models that the lab loads before a model is asked for',
				ours: `${early.length}${early.length === 0 ? '' : `: ${early.join(', ')}`}`,
				goal: '0',
				n: 'lab ready, panel of models open; what is kept for offline use counts',
				verdict: verdict(early.length === 0),
				counts: true
			}),
			figure({
				id: 'policy-app.ready',
				what: 'from the choice to a bundled policy that was measured, answered its reference and was compared with the lab',
				ours: `${round(readyMs)} ms`,
				n: `1, on ${seen.backend}`
			}),
			figure({
				id: 'policy-app.memory',
				what: 'the page and its workers while the bundled policy drives the virtual arm',
				ours: `${mb(tab.page)} MB (before it was opened ${mb(labTab.page)} MB)`,
				goal: `<= ${MEMORY_GOAL_MB} MB`,
				n: `as the browser's task manager counts; physics, two cameras, virtual time. With stop pad, service worker and the browser's spare process ${mb(tab.footprint)} MB in ${tab.processes.length}`,
				verdict: verdict(tab.page / 1e6 <= MEMORY_GOAL_MB),
				detail: { tab, labTab }
			})
		];
	} finally {
		await browser.close();
		await loader.close();
		site.server.closeAllConnections();
		await site.close();
	}
}
