// Policies in Chromium on WASM: what our way to and from the model costs beside the model itself, the model beside the same
// ONNX Runtime alone and beside Python's and PyTorch on the same machine, two threads beside one, and how long until a policy is
// ready. Over the packages that are there: the bundled one and the ACT of the conformance tests; of an ACT of LeRobot's usual size
// the memory.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chromium } from '@playwright/test';
import { applyHeaders } from '../../server/headers.js';
import { bundlePage, serveFolder } from '../../tools/lib/browser-page.mjs';
import { ensureChromium } from '../../tools/lib/chromium.mjs';
import { root } from '../../tools/lib/run.mjs';
import { cache } from '../lib/bundle.mjs';
import { figure, median, round, timedVerdict, verdict } from '../lib/figures.mjs';
import { watchPressure } from '../lib/machine.mjs';
import { ensureDefaultAct, openNativePeer } from '../lib/policy-peer.mjs';

const FOLDERS = {
	bundled: join(root, 'static', 'policies'),
	act: join(root, '.cache', 'conformance', 'policies')
};
const OVERHEAD_GOAL = 0.05;
const BARE_GOAL = 1.05;
const THREADS_GOAL = 1.6;
const LATENCY_GOAL = 0.25;
const MEMORY_GOAL = 3;
const ROUNDS = 5;
const PER_ROUND = 4;

/** @returns {{ name: 'bundled' | 'act', mount: string, file: string }[]} */
function packages() {
	return /** @type {const} */ (['bundled', 'act']).flatMap((name) => {
		const folder = FOLDERS[name];
		const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.zip')) : [];
		const file = files.includes('act-random.zip') ? 'act-random.zip' : files[0];
		return file === undefined ? [] : [{ name, mount: `/packages-${name}/`, file }];
	});
}

/** Resident bytes of all pages' processes; NaN where /proc is not. @param {import('@playwright/test').Browser} browser */
async function rendererBytes(browser) {
	const session = await browser.newBrowserCDPSession();
	const { processInfo } = await session.send('SystemInfo.getProcessInfo');
	await session.detach();
	return processInfo
		.filter(({ type }) => type === 'renderer')
		.map(({ id }) => {
			const status = existsSync(`/proc/${id}/status`) ? readFileSync(`/proc/${id}/status`, 'utf8') : '';
			return 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN);
		})
		.reduce((sum, bytes) => sum + bytes, 0);
}

/** @param {import('@playwright/test').Page} page @returns {(call: string, ...given: unknown[]) => Promise<any>} */
const asker =
	(page) =>
	(call, ...given) =>
		page.evaluate(
			([method, values]) => globalThis.policies[method](...values),
			/** @type {const} */ ([call, given])
		);

/** @param {string} url */
const wishFor = (url) => ({ what: { url }, precision: 'fp32', backend: 'wasm', emulatedGpu: false });

/**
 * Opens the policy on one thread and lets it run a few times; what that took of memory.
 * @param {import('@playwright/test').Browser} browser @param {import('@playwright/test').Page} page @param {string} url
 */
async function openMeasured(browser, page, url) {
	const ask = asker(page);
	await page.evaluate(() => globalThis.gc?.());
	const emptyBytes = await rendererBytes(browser);
	const one = await ask('open', { ...wishFor(url), threads: 1 });
	if (one.problem !== null) throw new Error(one.problem);
	await ask('drive', PER_ROUND);
	await page.evaluate(() => globalThis.gc?.());
	return { one, emptyBytes, tookBytes: (await rendererBytes(browser)) - emptyBytes };
}

/** @param {string} name @param {Awaited<ReturnType<typeof openMeasured>>} measured @param {string} goal */
function memoryFigure(name, { one, emptyBytes, tookBytes }, goal) {
	return figure({
		id: `policy.${name}.memory`,
		what: `${name}: memory of the tab once the policy runs, beside its weights`,
		ratio: tookBytes / one.weightBytes,
		ours: `${round(tookBytes / 1e6, 1)} MB more than the empty page's ${round(emptyBytes / 1e6)} MB`,
		peer: `model ${round(one.weightBytes / 1e6, 1)} MB`,
		goal,
		n: 'resident, one thread, after garbage collection in the page',
		verdict: goal === '' ? 'reported' : verdict(tookBytes / one.weightBytes <= MEMORY_GOAL)
	});
}

/**
 * The same model in Python, in turn with the browser.
 * @param {string} name @param {readonly number[]} browserMs @param {import('../lib/policy-peer.mjs').NativeTimes[]} native
 */
function nativeFigures(name, browserMs, native) {
	const runMs = median(browserMs);
	return /** @type {const} */ ([
		['ort', "Python's ONNX Runtime"],
		['torch', 'PyTorch eager']
	]).map(([key, peer]) => {
		const peerMs = median(native.flatMap((times) => times[key]));
		return figure({
			id: `policy.${name}.${key}`,
			what: `${name}: the model on WASM beside ${peer}, one thread each`,
			ratio: runMs / peerMs,
			ours: `${round(runMs, 2)} ms`,
			peer: `${round(peerMs, 2)} ms`,
			n: `${browserMs.length} runs each, in turn`
		});
	});
}

/**
 * @param {import('@playwright/test').Browser} browser @param {import('@playwright/test').Page} page
 * @param {'bundled' | 'act'} name @param {string} url @param {string} zip the same package as a file
 */
async function measure(browser, page, name, url, zip) {
	const pressure = watchPressure();
	const ask = asker(page);
	const wish = wishFor(url);
	const measured = await openMeasured(browser, page, url);
	const { one } = measured;
	await ask('bareOpen', { url }, 'fp32', 1);
	const peer = await openNativePeer(zip, name);
	/** @type {{ totalMs: number, runMs: number }[]} */
	const ours = [];
	/** @type {number[]} */
	const bare = [];
	/** @type {import('../lib/policy-peer.mjs').NativeTimes[]} */
	const native = [];
	for (let k = 0; k < ROUNDS; k++) {
		ours.push(...(await ask('drive', PER_ROUND)));
		bare.push(...(await ask('bareRun', PER_ROUND)));
		if ('run' in peer) native.push(await peer.run(PER_ROUND));
	}
	if ('run' in peer) peer.close();
	const two = await ask('open', { ...wish, threads: 2 });
	const runMs = median(ours.map((chunk) => chunk.runMs));
	const aroundMs = median(ours.map((chunk) => chunk.totalMs - chunk.runMs));
	const bareMs = median(bare);
	const n = `${ours.length} chunks`;
	const waited = pressure();
	return [
		figure({
			id: `policy.${name}.overhead`,
			what: `${name}: pictures to tensors, copies, queue beside the model, one thread`,
			ratio: aroundMs / runMs,
			ours: `${round(aroundMs, 2)} ms`,
			peer: `model ${round(runMs, 1)} ms`,
			goal: `<= ${OVERHEAD_GOAL}x`,
			n,
			verdict: timedVerdict(aroundMs / runMs <= OVERHEAD_GOAL, waited)
		}),
		figure({
			id: `policy.${name}.bare`,
			what: `${name}: the model beside ONNX Runtime alone, one thread`,
			ratio: runMs / bareMs,
			ours: `${round(runMs, 1)} ms`,
			peer: `${round(bareMs, 1)} ms`,
			goal: `<= ${BARE_GOAL}x`,
			n,
			verdict: timedVerdict(runMs / bareMs <= BARE_GOAL, waited)
		}),
		figure({
			id: `policy.${name}.threads`,
			what: `${name}: one thread beside two`,
			ratio: one.medianMs / two.medianMs,
			ours: `${round(one.medianMs, 1)} ms, two ${round(two.medianMs, 1)} ms`,
			peer: '',
			// A small net gains nothing from a second thread; the measured choice takes the better one.
			goal: name === 'act' ? `>= ${THREADS_GOAL}x` : '',
			n: 'median of up to 5 runs each',
			verdict: name === 'act' ? timedVerdict(one.medianMs / two.medianMs >= THREADS_GOAL, waited) : 'reported'
		}),
		figure({
			id: `policy.${name}.ready`,
			what: `${name}: from the click to a warm policy that answered its reference`,
			ours: `${round(one.readyMs)} ms on one thread, ${round(two.readyMs)} ms on two`,
			n: `${round(one.weightBytes / 1e6, 1)} MB of model, off by ${one.largestDifference}`
		}),
		memoryFigure(name, measured, ''),
		figure({
			id: `policy.${name}.latency`,
			what: `${name}: want to chunk beside the time its actions last, one thread`,
			ratio: (runMs + aroundMs) / one.chunkMs,
			ours: `${round(runMs + aroundMs, 1)} ms`,
			peer: `chunk ${round(one.chunkMs)} ms`,
			goal: name === 'bundled' ? `<= ${LATENCY_GOAL}x` : '',
			n,
			verdict:
				name === 'bundled'
					? timedVerdict((runMs + aroundMs) / one.chunkMs <= LATENCY_GOAL, waited)
					: 'reported'
		}),
		...('run' in peer
			? nativeFigures(
					name,
					ours.map((chunk) => chunk.runMs),
					native
				)
			: [
					figure({
						id: `policy.${name}.ort`,
						what: `${name}: beside Python: ${peer.missing}`,
						verdict: 'skipped'
					})
				])
	];
}

/** LeRobot's usual ACT, for its memory alone. @param {import('@playwright/test').Browser} browser @param {string} site */
async function defaultAct(browser, site) {
	const there = await ensureDefaultAct();
	const what = "memory of LeRobot's usual ACT";
	if ('missing' in there)
		return figure({ id: 'policy.default.memory', what: `${what}: ${there.missing}`, verdict: 'skipped' });
	const page = await openPage(browser, site);
	const measured = await openMeasured(browser, page, `${site}/packages-default/${basename(there.path)}`);
	await page.close();
	return memoryFigure('default', measured, `<= ${MEMORY_GOAL}x`);
}

/** @param {import('@playwright/test').Browser} browser @param {string} url */
async function openPage(browser, url) {
	const page = await browser.newPage();
	await page.goto(url);
	await page.waitForFunction(() => 'policies' in globalThis);
	return page;
}

export async function run() {
	const found = await ensureChromium();
	const there = packages();
	const what = 'policies on WASM';
	if ('missing' in found)
		return [figure({ id: 'policy', what: `${what}: ${found.missing}`, verdict: 'skipped' })];
	if (there.length === 0)
		return [figure({ id: 'policy', what: `${what}: no package is there`, verdict: 'skipped' })];
	const folder = await bundlePage({
		page: join(root, 'e2e', 'policy'),
		outDir: join(root, '.cache', 'policy-bench')
	});
	const mounts = {
		...Object.fromEntries(Object.entries(FOLDERS).map(([name, path]) => [`/packages-${name}/`, path])),
		'/packages-default/': join(cache, 'packages')
	};
	const site = await serveFolder(folder, mounts, applyHeaders);
	const browser = await chromium.launch({
		executablePath: found.path,
		args: ['--no-sandbox', '--no-first-run', '--js-flags=--expose-gc']
	});
	try {
		const figures = [];
		for (const { name, mount, file } of there) {
			const page = await openPage(browser, site.url);
			const zip = join(FOLDERS[name], file);
			figures.push(...(await measure(browser, page, name, `${site.url}${mount}${file}`, zip)));
			await page.close();
		}
		figures.push(await defaultAct(browser, site.url));
		return figures;
	} finally {
		await browser.close();
		site.close();
	}
}
