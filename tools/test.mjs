// `npm test`: installs what is missing and runs everything, quickest first, and closes with `N passed, N failed`.
// `npm test -- unit e2e` runs only the named stages. Node built-ins only.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureChromium } from './lib/chromium.mjs';
import { hygiene } from './lib/hygiene.mjs';
import { build, checkNode, install } from './lib/prepare.mjs';
import { nodeTool, root, run } from './lib/run.mjs';
import { refusal } from './real-rig/namespace.js';

checkNode();
const inCi = process.env['CI'] === 'true';
const only = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const startedAt = Date.now();
const cache = join(root, '.cache');
mkdirSync(cache, { recursive: true });

/** @param {string} name */
const wanted = (name) => only.length === 0 || only.includes(name);

/** @param {string} what @param {boolean} good */
function count(what, good) {
	totals[good ? 'passed' : 'failed'] += 1;
	if (!good) failures.push(what);
	console.log(`${good ? 'ok' : 'FAIL'}: ${what} (${Math.round((Date.now() - startedAt) / 1000)} s)`);
}

/** What cannot be had is a loud failure in CI and a named skip elsewhere. @param {string} what @param {string} why */
function missing(what, why) {
	if (inCi) {
		count(`${what}: ${why}`, false);
		return;
	}
	skipped(what, why);
}

/** What a machine may refuse without being at fault: skipped by name, everywhere. @param {string} what @param {string} why */
function skipped(what, why) {
	totals.skipped += 1;
	console.log(`SKIPPED: ${what}: ${why}`);
}

/** @param {string} what @param {string} tool @param {readonly string[]} args */
async function check(what, tool, args) {
	const result = await run(process.execPath, [nodeTool(tool), ...args], { quiet: true });
	if (result.code !== 0) console.log(result.output);
	count(what, result.code === 0);
}

/** Why single browser tests were skipped, once each. @param {any} report of Playwright @returns {string[]} */
function skipReasons(report) {
	const found = new Set();
	const visit = (/** @type {any} */ suite) => {
		for (const child of suite.suites ?? []) visit(child);
		for (const { title, tests } of suite.specs ?? [])
			for (const { annotations } of tests)
				for (const { type, description } of annotations)
					if (type === 'skip') found.add(`${title}: ${description ?? 'no reason given'}`);
	};
	visit(report);
	return [...found];
}

/** @param {string} name report file of vitest or playwright @param {number} code exit status of the run */
function takeReport(name, code) {
	const path = join(cache, `${name}.json`);
	if (!existsSync(path)) {
		count(`${name}: no report (exit ${code})`, false);
		return;
	}
	const report = JSON.parse(readFileSync(path, 'utf8'));
	const numbers =
		'stats' in report
			? {
					passed: report.stats.expected,
					failed: report.stats.unexpected + report.stats.flaky,
					skipped: report.stats.skipped
				}
			: { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests };
	totals.passed += numbers.passed;
	totals.failed += numbers.failed;
	totals.skipped += numbers.skipped;
	if ('stats' in report) for (const reason of skipReasons(report)) console.log(`SKIPPED: ${reason}`);
	const good = code === 0 && numbers.failed === 0;
	if (!good) failures.push(name);
	if (code !== 0 && numbers.failed === 0) totals.failed += 1;
	if (numbers.passed === 0) count(`${name}: no test ran`, false);
	console.log(
		`${good ? 'ok' : 'FAIL'}: ${name}: ${numbers.passed} passed, ${numbers.failed} failed (${Math.round((Date.now() - startedAt) / 1000)} s)`
	);
}

if (!(await install())) {
	console.log('0 passed, 1 failed');
	process.exit(1);
}

// The judges' environment takes a minute of mostly waiting: start it now, ask for it at the end.
const judgeSetup = join(root, 'conformance', 'setup.mjs');
const wantsJudge = wanted('conformance') && existsSync(judgeSetup);
const judge = wantsJudge
	? import(pathToFileURL(judgeSetup).href)
			.then((setup) => setup.ensureJudge({ log: () => undefined }))
			.catch((/** @type {unknown} */ error) => ({ missing: String(error) }))
	: Promise.resolve({ missing: 'not asked for' });

if (wanted('static')) {
	await check('messages compile', '@inlang/paraglide-js/bin/run.js', [
		'compile',
		'--project',
		'./project.inlang',
		'--outdir',
		'./src/lib/i18n/generated',
		'--strategy',
		'url',
		'baseLocale',
		'--silent'
	]);
	await check('kit types', '@sveltejs/kit/svelte-kit.js', ['sync']);
	const findings = hygiene();
	for (const finding of findings) console.log(finding);
	count('no secrets, machine paths, registry hosts or overlong files', findings.length === 0);
	await check('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
	await check('lint and rooms', 'eslint/bin/eslint.js', [
		'.',
		'--max-warnings',
		'0',
		'--cache',
		'--cache-location',
		'.cache/eslint'
	]);
	await check('types', 'svelte-check/bin/svelte-check', ['--fail-on-warnings', '--output', 'human']);
	await check('dead code', 'knip/bin/knip.js', ['--no-progress']);
	const docs = await run(process.execPath, ['tools/config-docs.mjs', '--check'], { quiet: true });
	if (docs.code !== 0) console.log(docs.output);
	count('configuration docs are current', docs.code === 0);
}

if (wanted('unit')) {
	rmSync(join(cache, 'vitest.json'), { force: true });
	const result = await run(process.execPath, [
		nodeTool('vitest/vitest.mjs'),
		'run',
		'--reporter=default',
		'--reporter=json',
		'--outputFile.json=.cache/vitest.json'
	]);
	takeReport('vitest', result.code);
}

if (wanted('school')) {
	const { whyNoBinaries } = await import(pathToFileURL(join(root, 'embedded', 'binaries.mjs')).href);
	const why = whyNoBinaries();
	if (why !== undefined) missing('school', why);
	else {
		rmSync(join(cache, 'school.json'), { force: true });
		const args = ['run', '--config', 'embedded/vitest.config.ts', '--reporter=default'];
		args.push('--reporter=json', '--outputFile.json=.cache/school.json');
		const result = await run(process.execPath, [nodeTool('vitest/vitest.mjs'), ...args]);
		takeReport('school', result.code);
	}
}

/**
 * Browser tests of one project of playwright.config.ts.
 * @param {string} name names the report @param {string} project @param {string} chromium
 */
async function browserTests(name, project, chromium) {
	const report = join(cache, `${name}.json`);
	rmSync(report, { force: true });
	const env = { ...process.env, CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: report };
	const args = ['test', `--project=${project}`, '--reporter=list,json'];
	const result = await run(process.execPath, [nodeTool('@playwright/test/cli.js'), ...args], { env });
	takeReport(name, result.code);
}

const inBrowser = ['e2e', 'real', 'conformance'].some(wanted);
const needsBrowser = inBrowser || wanted('size');
if (needsBrowser) {
	const built = await build();
	count('build', built);
	if (built && wanted('size')) {
		const size = await run(process.execPath, ['tools/size-budget.mjs']);
		count('size budgets', size.code === 0);
	}
	const chromium = built && inBrowser ? await ensureChromium() : { missing: 'no build' };
	if ('path' in chromium) {
		if (wanted('e2e')) {
			// A policy of LeRobot for the browser to run, made once, where LeRobot is set up anyway; else its test skips.
			// Only here: it needs packages that a clean clone does not have when this program starts.
			const { ensureRandomPackage } = await import('./conformance/policy.mjs');
			const policy = wantsJudge && !('missing' in (await judge)) ? await ensureRandomPackage() : null;
			if (policy !== null && 'missing' in policy) missing('policy of LeRobot in the browser', policy.missing);
			await browserTests('playwright', 'lab', chromium.path);
		}
		if (wanted('real')) {
			const why = await refusal();
			if (why === null) await browserTests('real', 'real', chromium.path);
			else skipped('real (Web Serial in a real browser)', why);
		}
		if (wanted('conformance')) {
			const ready = await judge;
			if ('missing' in ready) missing('conformance', ready.missing);
			else {
				const env = { ...process.env, CHROMIUM: chromium.path, JUDGE_PYTHON: ready.python };
				const result = await run(process.execPath, ['tools/conformance.mjs'], { env });
				totals.passed += (result.output.match(/^ok: /gm) ?? []).length;
				totals.failed += (result.output.match(/^FAIL: /gm) ?? []).length;
				count('conformance', result.code === 0);
			}
		}
	} else if (built) missing('browser tests', chromium.missing);
}

if (failures.length > 0) console.log(`\nFailed: ${failures.join('; ')}`);
console.log(`\n${Math.round((Date.now() - startedAt) / 1000)} s`);
console.log(
	`${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`
);
process.exit(totals.failed === 0 ? 0 : 1);
