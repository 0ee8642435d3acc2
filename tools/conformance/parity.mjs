// A policy in real Chromium and in PyTorch over the same rows of a dataset: from the pictures as the tab saw them while it
// recorded, and as LeRobot decodes them. The browser computes here, conformance/judge_parity.py says what PyTorch says.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { chromium } from '@playwright/test';
import { applyHeaders } from '../../server/headers.js';
import { bundlePage, serveFolder } from '../lib/browser-page.mjs';
import { root } from '../lib/run.mjs';
import { program } from './program.mjs';

/** As the virtual cameras record them. */
const RAW_SIZE = { width: 320, height: 240 };
const JUDGE = join(root, 'conformance', 'judge_parity.py');

/** @typedef {import('./policy.mjs').Verdict} Verdict */
/** @typedef {{ precision: 'fp32' | 'fp16', backend: 'wasm' | 'webgpu', threads: number, rows?: number }} Way `rows`: the first ones only */
/** @typedef {{ row: number, state: number[], recorded: string, live?: string }} Row */

/**
 * @param {object} options
 * @param {import('./policy.mjs').Ask} options.ask
 * @param {string} options.name before each verdict
 * @param {string} options.python of the exporter's environment
 * @param {string} options.chromium
 * @param {string} options.zip the package
 * @param {string} options.checkpoint LeRobot's, or `-` for the bundled policy
 * @param {string} options.dataset
 * @param {string | null} options.raw folder of the raw pictures; null: recorded pixels only
 * @param {number} options.rows how many of the dataset's
 * @param {readonly Way[]} options.ways
 * @param {string} options.out becomes what browser and judge exchange
 * @param {string} [options.report]
 * @returns {Promise<Verdict[]>}
 */
export async function judgeParity(options) {
	const { ask, name, python, zip, checkpoint, dataset, raw, rows, ways, out, report } = options;
	rmSync(out, { recursive: true, force: true });
	mkdirSync(out, { recursive: true });
	const rawArgs = raw === null ? [] : ['--raw', raw];
	const made = await program(python, [
		JUDGE,
		'frames',
		zip,
		dataset,
		out,
		'--rows',
		String(rows),
		...rawArgs
	]);
	if (made.length > 0) return [{ what: `${name}: LeRobot decodes rows`, problems: made }];
	const verdicts = await inBrowser(options, ways).catch((error) => [
		{ what: `${name}: Chromium answers every row`, problems: [String(error)] }
	]);
	const reportArgs = report === undefined ? [] : ['--report', report];
	return [...verdicts, ...(await ask(name, python, [JUDGE, 'judge', zip, checkpoint, out, ...reportArgs]))];
}

/** @param {Parameters<typeof judgeParity>[0]} options @param {readonly Way[]} ways @returns {Promise<Verdict[]>} */
async function inBrowser({ name, chromium: executablePath, zip, raw, out }, ways) {
	const folder = await bundlePage({
		page: join(root, 'e2e', 'policy'),
		outDir: join(root, '.cache', `parity-page-${process.pid}`)
	});
	const site = await serveFolder(folder, { '/packages/': dirname(zip), '/parity/': out }, applyHeaders);
	const browser = await chromium.launch({
		executablePath,
		args: [
			'--no-sandbox',
			'--enable-unsafe-webgpu',
			'--enable-features=Vulkan',
			'--use-webgpu-adapter=swiftshader'
		]
	});
	try {
		/** @type {string[]} */
		const different = [];
		for (const [at, way] of ways.entries()) {
			const page = await browser.newPage();
			await page.goto(site.url);
			await page.waitForFunction(() => 'policies' in globalThis);
			const url = `${site.url}/packages/${basename(zip)}`;
			different.push(...(await oneWay(page, { ...way, url, base: `${site.url}/parity/` }, out, at === 0)));
			await page.close();
		}
		const what = `${name}: INFER answers raw pictures as the engine answers their tensors, to the last bit`;
		return raw === null ? [] : [{ what, problems: different }];
	} finally {
		await browser.close();
		site.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/**
 * @param {import('@playwright/test').Page} page @param {Way & { url: string, base: string }} way @param {string} out
 * @param {boolean} tensors whether the live ones are kept for the judge
 * @returns {Promise<string[]>} rows that INFER answered otherwise
 */
async function oneWay(page, { precision, backend, threads, url, base, rows = Infinity }, out, tensors) {
	const wish = { what: { url }, precision, backend, threads, emulatedGpu: true };
	const opened = await page.evaluate((one) => globalThis.policies.open(one), wish);
	if (opened.problem !== null || opened.backend !== backend)
		throw new Error(`${precision} on ${backend}: ${opened.problem ?? `opened on ${opened.backend}`}`);
	await page.evaluate((one) => globalThis.policies.parity.open(one), wish);
	/** @type {Row[]} */
	const all = JSON.parse(readFileSync(join(out, 'rows.json'), 'utf8'));
	/** @type {{ recorded: Buffer[], live: Buffer[] }} */
	const chunks = { recorded: [], live: [] };
	const different = [];
	for (const { row, state, recorded, live } of all.slice(0, rows)) {
		const given = {
			state,
			live: live === undefined ? null : base + live,
			rawSize: RAW_SIZE,
			recorded: base + recorded,
			tensors
		};
		const answer = await page.evaluate((one) => globalThis.policies.parity.row(one), given);
		chunks.recorded.push(Buffer.from(answer.recorded, 'base64'));
		if (answer.live === null) continue;
		chunks.live.push(Buffer.from(answer.live.chunk, 'base64'));
		if (!answer.live.inferSame) different.push(`row ${row}, ${precision} on ${backend}`);
		if (answer.live.tensors !== null)
			writeFileSync(join(out, `${row}.live.f32`), Buffer.from(answer.live.tensors, 'base64'));
	}
	for (const [source, pieces] of Object.entries(chunks))
		if (pieces.length > 0)
			writeFileSync(join(out, `${precision}-${backend}.${source}.f32`), Buffer.concat(pieces));
	return different;
}
