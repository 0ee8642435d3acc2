/**
 * kill -9 of the real browser in mid-recording, many times: the long form of e2e/crash.spec.ts.
 *
 *     node tools/soak-kill.mjs --n 500 --seed 1 [--max-lost-ms 250]
 *
 * Builds first when a source has changed (E2E_BUILD_DIR names a build to take instead). `--max-lost-ms` also asserts the
 * loss in time, which needs a machine that does nothing else.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureChromium } from './lib/chromium.mjs';
import { build, checkNode, install } from './lib/prepare.mjs';
import { nodeTool, root, run } from './lib/run.mjs';

/**
 * @typedef {{ kills: number, passed: number, failed: number, cutOff: number, lostRowsMax: number, lostMsMedian: number,
 *   lostMsP95: number, lostMsMax: number, over250Ms: number }} KillFigures
 */

/**
 * @param {{ n: number, seed: number, maxLostMs?: number }} options
 * @returns {Promise<KillFigures | null>} null when there was nothing to run it with
 */
export async function soakKill({ n, seed, maxLostMs = Infinity }) {
	checkNode();
	if (process.env['E2E_BUILD_DIR'] === undefined && (!(await install()) || !(await build()))) return null;
	const chromium = await ensureChromium();
	if ('missing' in chromium) {
		console.error(chromium.missing);
		return null;
	}
	const cache = path.join(root, '.cache');
	const log = path.join(cache, `soak-kill-${seed}.jsonl`);
	const report = path.join(cache, `soak-kill-${seed}.json`);
	mkdirSync(cache, { recursive: true });
	rmSync(log, { force: true });
	rmSync(report, { force: true });
	const env = {
		...process.env,
		CHROMIUM: chromium.path,
		PLAYWRIGHT_JSON_OUTPUT_NAME: report,
		SOAK_KILLS: String(n),
		SOAK_SEED: String(seed),
		SOAK_KILL_MAX_LOST_MS: String(maxLostMs),
		SOAK_KILL_LOG: log
	};
	const args = ['test', 'e2e/crash.spec.ts', '--reporter=list,json', '--output=.cache/soak-kill-results'];
	await run(process.execPath, [nodeTool('@playwright/test/cli.js'), ...args], { env });
	if (!existsSync(report)) return null;
	const { stats } = JSON.parse(readFileSync(report, 'utf8'));
	return { ...figuresOf(log), passed: stats.expected, failed: stats.unexpected + stats.flaky };
}

/** @param {string} log one line of JSON per kill */
function figuresOf(log) {
	const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
	/** @type {{ lostRows: number, lostMs: number | null }[]} */
	const kills = lines.map((line) => JSON.parse(line));
	const lostMs = kills.flatMap((kill) => (kill.lostMs === null ? [] : [kill.lostMs])).sort((a, b) => a - b);
	const at = (/** @type {number} */ share) => lostMs[Math.floor(share * (lostMs.length - 1))] ?? NaN;
	return {
		kills: kills.length,
		cutOff: lostMs.length,
		lostRowsMax: Math.max(0, ...kills.map((kill) => kill.lostRows)),
		lostMsMedian: at(0.5),
		lostMsP95: at(0.95),
		lostMsMax: at(1),
		over250Ms: lostMs.filter((ms) => ms > 250).length
	};
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
	const { values } = parseArgs({
		options: {
			n: { type: 'string', default: '500' },
			seed: { type: 'string', default: '1' },
			'max-lost-ms': { type: 'string', default: 'Infinity' }
		}
	});
	const maxLostMs = Number(values['max-lost-ms']);
	const figures = await soakKill({ n: Number(values.n), seed: Number(values.seed), maxLostMs });
	console.log(`soak:kill ${JSON.stringify({ n: Number(values.n), seed: Number(values.seed), ...figures })}`);
	process.exit(figures !== null && figures.failed === 0 && figures.kills === Number(values.n) ? 0 : 1);
}
