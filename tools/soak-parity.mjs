/**
 * Parity in real Chromium over many recorded frames, with trained weights: the long form of the policy part of the conformance tests.
 *
 *     node tools/soak-parity.mjs --n 1000 [--dataset FOLDER] [--only bundled]
 *
 * Records in the built lab (E2E_BUILD_DIR names a build to take), has lerobot-train train an ACT on it for two epochs, and compares
 * that and the bundled policy with PyTorch: every row as LeRobot decodes it, a sample of the rows from the pictures before the codec
 * as well. `--seed` is taken for the sake of the other soaks; nothing here is drawn.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureExport } from '../conformance/setup.mjs';
import { serve } from '../server/serve.js';
import { judgeParity } from './conformance/parity.mjs';
import { BUNDLED, trainPackage } from './conformance/policy.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { createLoader } from './lib/load-ts.mjs';
import { build, install } from './lib/prepare.mjs';
import { root, run } from './lib/run.mjs';

const EPISODES = 3;
/** Rows whose raw pictures are asked about, and rows for what differs in precision or backend only. */
const SAMPLE = { raw: 60, fp16: 200, webgpu: 100 };

/** @typedef {import('./conformance/policy.mjs').Verdict} Verdict */

const { values } = parseArgs({
	options: {
		n: { type: 'string', default: '1000' },
		seed: { type: 'string' },
		dataset: { type: 'string' },
		only: { type: 'string' }
	}
});
const n = Number(values.n);
const folder = join(root, '.cache', 'soak-parity');
const raw = join(folder, 'raw');
/** @type {Verdict[]} */
const verdicts = [];

/** @param {readonly Verdict[]} more */
function tell(more) {
	for (const { what, problems } of more) {
		console.log(`${problems.length === 0 ? 'ok' : 'FAIL'}: ${what}`);
		for (const problem of problems.slice(0, 5)) console.log(`      ${problem}`);
	}
	verdicts.push(...more);
}

/** A judge's own lines are its verdicts. @type {import('./conformance/policy.mjs').Ask} */
async function ask(name, python, args) {
	const { code, output } = await run(python, ['-B', ...args], { quiet: true });
	const lines = output.split(/\r?\n/).filter((line) => /^(ok|FAIL): |^ {4}\S/.test(line));
	console.log(lines.map((line) => `${name}: ${line}`).join('\n'));
	return [{ what: `${name}: the judge finds nothing`, problems: code === 0 ? [] : [output.slice(-600)] }];
}

/** @param {string} python @param {string} chromium @returns {Promise<string>} folder of the dataset */
async function makeRecording(python, chromium) {
	if (process.env['E2E_BUILD_DIR'] === undefined && !((await install()) && (await build())))
		throw new Error('install or build failed');
	const buildDir = process.env['E2E_BUILD_DIR'];
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const loader = await createLoader();
	const site = await serve({ host: '127.0.0.1', port: 0, ...(buildDir === undefined ? {} : { buildDir }) });
	try {
		const { record } = await loader.load('tools/conformance/record.ts');
		const at = site.url.replace('127.0.0.1', 'localhost');
		const { zip, episodes } = await record(chromium, at, folder, Math.ceil(n / EPISODES));
		const rows = episodes.map((/** @type {{ counts: { frames: number } }} */ { counts }) => counts.frames);
		console.log(`recorded ${rows.join(', ')} rows`);
		const tree = join(folder, 'dataset');
		const { code, output } = await run(python, ['-m', 'zipfile', '-e', zip, tree], { quiet: true });
		const [name] = code === 0 ? readdirSync(tree) : [];
		if (name === undefined) throw new Error(output);
		return join(tree, name);
	} finally {
		site.server.closeAllConnections();
		await site.close();
		await loader.close();
	}
}

/** @param {string} python @param {string} chromium */
async function main(python, chromium) {
	const dataset = values.dataset ?? (await makeRecording(python, chromium));
	mkdirSync(folder, { recursive: true });
	const scratch = mkdtempSync(join(tmpdir(), 'edubotics-parity-'));
	const withRaw = existsSync(raw) && values.dataset === undefined ? raw : null;
	const common = { ask, python, chromium, dataset };
	/** @type {import('./conformance/parity.mjs').Way} */
	const whole = { precision: 'fp32', backend: 'wasm', threads: 2 };
	const report = (/** @type {string} */ name) => join(folder, `${name}.json`);
	try {
		const bundled = {
			...common,
			zip: BUNDLED,
			checkpoint: '-',
			out: join(scratch, 'bundled'),
			name: 'bundled'
		};
		const gpu = { precision: 'fp32', backend: 'webgpu', threads: 1, rows: SAMPLE.webgpu };
		tell(
			await judgeParity({
				...bundled,
				raw: withRaw,
				rows: n,
				ways: [{ ...whole, threads: 1 }, /** @type {typeof whole} */ (gpu)],
				report: report('bundled')
			})
		);
		if (values.only === 'bundled') return;
		const made = await trainPackage(python, scratch, dataset, 'recording');
		if ('failed' in made) return tell([made.failed]);
		const act = { ...common, ...made, out: join(scratch, 'act') };
		const half = { ...whole, precision: /** @type {const} */ ('fp16'), rows: SAMPLE.fp16 };
		if (withRaw !== null)
			tell(
				await judgeParity({
					...{ ...act, raw: withRaw, rows: SAMPLE.raw, ways: [whole] },
					...{ name: 'ACT, live', report: report('act-live') }
				})
			);
		tell(
			await judgeParity({
				...{ ...act, raw: null, rows: n, ways: [whole, half] },
				...{ name: 'ACT', report: report('act') }
			})
		);
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

const python = await ensureExport({ log: (line) => console.error(`soak:parity: ${line}`) });
const chromium = await ensureChromium();
if ('missing' in python || 'missing' in chromium) {
	console.error('missing' in python ? python.missing : 'missing' in chromium ? chromium.missing : '');
	process.exit(1);
}
await main(python.python, chromium.path);
const figures = Object.fromEntries(
	['bundled', 'act-live', 'act'].flatMap((name) => {
		const path = join(folder, `${name}.json`);
		return existsSync(path) ? [[name, JSON.parse(readFileSync(path, 'utf8')).facts]] : [];
	})
);
console.log(`soak:parity ${JSON.stringify(figures)}`);
process.exit(verdicts.length > 0 && verdicts.every(({ problems }) => problems.length === 0) ? 0 : 1);
