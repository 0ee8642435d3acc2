/**
 * What programs other than ours say about us, from end to end:
 *
 *     node tools/conformance.mjs [recording] [dataset] [bus] [setup] [calibration] [policy] [judge]
 *
 * Without a name: all.
 *
 * `recording`: real Chromium records three episodes with the virtual arm and two cameras, and we examine them; `dataset`:
 * LeRobot loads and trains on the download, its linters look at it; `bus`: LeRobot's follower drives the servo chain behind
 * a pseudo terminal; `setup`: LeRobot and our driver give the same new motors their numbers; `calibration`: LeRobot's
 * follower and leader and our driver calibrate one arm in turn and use each other's files; `policy`: what the exporter makes
 * of LeRobot's checkpoints computes what LeRobot computes, in Python and in Chromium (named: all of it, else a sample); `judge`: does the dataset judge bite? Gets everything it needs by itself. Prints `ok: ` and `FAIL: `
 * lines; what cannot be had is a FAIL with CI=true and a SKIPPED elsewhere. Last report: .cache/conformance.json, with the
 * recording beside it.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureJudge } from '../conformance/setup.mjs';
import { serve } from '../server/serve.js';
import { withHandChain } from './conformance/calibration.mjs';
import { judgePolicies, policyFolder } from './conformance/policy.mjs';
import { withBoxChain } from './conformance/setup.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { createLoader } from './lib/load-ts.mjs';
import { build, install } from './lib/prepare.mjs';
import { root, run } from './lib/run.mjs';

const inCi = process.env['CI'] === 'true';
const only = process.argv.slice(2);
/** @param {string} part */
const wanted = (part) => only.length === 0 || only.includes(part);
const startedAt = Date.now();
const folder = join(root, '.cache', 'conformance');
/** @type {{ what: string, ok: boolean, note: string, problems: readonly string[] }[]} */
const results = [];
/** @type {Record<string, unknown>} */
const details = {};

/** @param {string} what @param {readonly string[]} problems none = good @param {string} [note] */
function tell(what, problems, note = '') {
	const ok = problems.length === 0;
	results.push({ what, ok, note, problems });
	console.log(`${ok ? 'ok' : 'FAIL'}: ${what}${note === '' ? '' : ` (${note})`}`);
	for (const problem of problems.slice(0, 5)) console.log(`      ${problem}`);
	if (problems.length > 5) console.log(`      ... and ${problems.length - 5} more`);
}

/** @param {string} what @param {string} why */
function missing(what, why) {
	if (inCi) tell(what, [why]);
	else console.log(`SKIPPED: ${what}: ${why}`);
}

/**
 * Runs a judge and reads its `ok:` and `FAIL:` lines.
 * @param {string} name @param {string} python @param {string[]} args
 * @returns {Promise<{ what: string, problems: string[] }[]>}
 */
async function ask(name, python, args) {
	const begin = Date.now();
	const { code, output } = await run(python, ['-B', ...args], { quiet: true });
	details[name] = { seconds: Math.round((Date.now() - begin) / 1000) };
	/** @type {{ what: string, ok: boolean, problems: string[] }[]} */
	const verdicts = [];
	for (const line of output.split(/\r?\n/)) {
		const verdict = /^(ok|FAIL): (.*)$/.exec(line);
		if (verdict)
			verdicts.push({ what: `${name}: ${verdict[2] ?? ''}`, ok: verdict[1] === 'ok', problems: [] });
		else if (/^ {6}/.test(line)) verdicts.at(-1)?.problems.push(line.trim());
	}
	if (verdicts.length === 0 || (code !== 0 && verdicts.every(({ ok }) => ok))) {
		const last = output.trim().split(/\r?\n/).slice(-15);
		verdicts.push({ what: `${name}: runs to its end`, ok: false, problems: [`exit ${code}`, ...last] });
	}
	return verdicts.map(({ what, ok, problems }) => ({
		what,
		problems: ok ? [] : problems.length > 0 ? problems : ['failed']
	}));
}

/** @param {readonly { what: string, problems: string[] }[]} verdicts @param {string} [note] */
function tellAll(verdicts, note) {
	for (const { what, problems } of verdicts) tell(what, problems, note);
}

/** @returns {Promise<{ root: string, expect: string } | null>} the unpacked dataset */
async function recording(/** @type {string} */ chromium, /** @type {string} */ python) {
	mkdirSync(folder, { recursive: true });
	for (const entry of readdirSync(folder))
		if (join(folder, entry) !== policyFolder) rmSync(join(folder, entry), { recursive: true, force: true });
	const loader = await createLoader();
	const buildDir = process.env['E2E_BUILD_DIR'];
	const site = await serve({ host: '127.0.0.1', port: 0, ...(buildDir === undefined ? {} : { buildDir }) });
	try {
		const { record } = await loader.load('tools/conformance/record.ts');
		const recorded = await record(chromium, site.url.replace('127.0.0.1', 'localhost'), folder);
		details['recording'] = recorded;
		const tree = join(folder, 'dataset');
		const unzip = await run(python, ['-m', 'zipfile', '-e', recorded.zip, tree], { quiet: true });
		const [name] = unzip.code === 0 ? readdirSync(tree) : [];
		tell("the download unpacks with Python's zipfile", name === undefined ? [unzip.output] : []);
		if (name === undefined) return null;
		const { examine } = await loader.load('tools/conformance/examine.ts');
		const { findings, expect } = await examine(join(tree, name), recorded);
		for (const { what, problems, note } of findings) tell(what, problems, note);
		const expectPath = join(folder, 'expect.json');
		writeFileSync(expectPath, JSON.stringify(expect, null, '\t'));
		return { root: join(tree, name), expect: expectPath };
	} catch (error) {
		tell('a recording is made and examined', [String(error instanceof Error ? error.stack : error)]);
		return null;
	} finally {
		site.server.closeAllConnections();
		await site.close();
		await loader.close();
	}
}

/** The dataset of the last run, for `dataset` alone. */
function lastRecording() {
	const tree = join(folder, 'dataset');
	const [name] = existsSync(tree) ? readdirSync(tree) : [];
	const expect = join(folder, 'expect.json');
	return name !== undefined && existsSync(expect) ? { root: join(tree, name), expect } : null;
}

/** @param {string} python @param {{ root: string, expect: string }} made */
async function dataset(python, made) {
	const report = join(folder, 'judge.json');
	const script = join(root, 'conformance', 'judge_dataset.py');
	const args = [script, made.root, '--expect', made.expect, '--train', '--report', report];
	tellAll(await ask('dataset', python, args));
	if (existsSync(report)) details['judge'] = JSON.parse(readFileSync(report, 'utf8'));
}

/** One chain behind a pseudo terminal, one run of the judge. @param {string} python */
async function busOnce(python) {
	const chain = spawn(process.execPath, [join(root, 'tools', 'pty-chain.mjs')], {
		cwd: root,
		env: { ...process.env, PYTHON: python },
		stdio: ['pipe', 'pipe', 'inherit']
	});
	try {
		const pty = await new Promise((resolve, reject) => {
			let text = '';
			chain.stdout.on('data', (/** @type {Buffer} */ piece) => {
				text += piece.toString();
				const line = /^\{"pty":.*\}$/m.exec(text);
				if (line) resolve(JSON.parse(line[0]).pty);
			});
			chain.on('exit', (code) => reject(new Error(`the chain ended with ${code}`)));
		});
		const log = join(root, 'conformance', 'golden', 'so101-connect.txt');
		return await ask('bus', python, [join(root, 'conformance', 'judge_bus.py'), pty, '--expect-log', log]);
	} catch (error) {
		return [{ what: 'bus: the chain is served', problems: [String(error)] }];
	} finally {
		chain.kill();
	}
}

/** @param {string} python */
async function calibrationOnce(python) {
	try {
		return await withHandChain(python, (args) => ask('calibration', python, args));
	} catch (error) {
		return [{ what: 'calibration: the arm is served', problems: [String(error)] }];
	}
}

/** @param {string} python */
async function setupOnce(python) {
	try {
		return await withBoxChain(python, (args) => ask('setup', python, args));
	} catch (error) {
		return [{ what: 'setup: the motors are served', problems: [String(error)] }];
	}
}

/** A busy machine may keep an emulated servo from answering for longer than anybody waits, so it is asked again. */
const BUS_ATTEMPTS = 3;

/** @param {string} name @param {() => Promise<{ what: string, problems: string[] }[]>} once */
async function onPseudoTerminal(name, once) {
	if (process.platform === 'win32') return missing(name, 'no pseudo terminals on Windows');
	for (let attempt = 1; ; attempt++) {
		const verdicts = await once();
		if (attempt < BUS_ATTEMPTS && verdicts.some(({ problems }) => problems.length > 0)) continue;
		tellAll(verdicts, attempt > 1 ? `attempt ${attempt}` : '');
		return;
	}
}

/** @param {string | null} source folder of a dataset @param {{ path: string } | { missing: string }} chromium */
async function policies(source, chromium) {
	const raw = join(folder, 'raw');
	const there = source !== null && existsSync(raw);
	if (!there) missing('policy in Chromium', 'no recording with its raw pictures (part `recording`)');
	else if ('missing' in chromium) missing('policy in Chromium', chromium.missing);
	const judged = await judgePolicies({
		ask,
		dataset: source,
		raw: there ? raw : null,
		chromium: 'path' in chromium ? chromium.path : null,
		whole: only.includes('policy')
	});
	if ('missing' in judged) missing('policy', judged.missing);
	else tellAll(judged);
}

/** @param {string} python */
async function main(python) {
	const needed = wanted('recording') || wanted('policy');
	const chromium = needed ? await ensureChromium() : { missing: 'not asked for' };
	let made = null;
	if (!wanted('recording')) made = lastRecording();
	else if ('path' in chromium) made = await recording(chromium.path, python);
	else missing('recording', chromium.missing);
	if (wanted('bus')) await onPseudoTerminal('bus', () => busOnce(python));
	if (wanted('setup')) await onPseudoTerminal('setup', () => setupOnce(python));
	if (wanted('calibration')) await onPseudoTerminal('calibration', () => calibrationOnce(python));
	// Programs that count for a while each: side by side.
	const datasetDone = wanted('dataset') && made !== null ? dataset(python, made) : Promise.resolve();
	const script = join(root, 'conformance', 'judge_selftest.py');
	const judgeDone = wanted('judge') ? ask('judge', python, [script]) : Promise.resolve([]);
	const policyDone = wanted('policy') ? policies((made ?? lastRecording())?.root ?? null, chromium) : null;
	await datasetDone;
	tellAll(await judgeDone);
	await policyDone;
	if (wanted('dataset') && made === null) tell('dataset: there is one to judge', ['no recording']);
}

const ready =
	process.env['JUDGE_PYTHON'] === undefined
		? await ensureJudge({ log: (line) => console.error(`conformance: ${line}`) })
		: { python: process.env['JUDGE_PYTHON'] };
const prepared =
	!wanted('recording') ||
	process.env['E2E_BUILD_DIR'] !== undefined ||
	((await install()) && (await build()));
if (!prepared) tell('the app is built', ['install or build failed']);
else if ('missing' in ready) missing('conformance', ready.missing);
else await main(ready.python);

const failed = results.filter(({ ok }) => !ok);
const seconds = Math.round((Date.now() - startedAt) / 1000);
writeFileSync(
	join(root, '.cache', 'conformance.json'),
	JSON.stringify({ at: new Date().toISOString(), seconds, results, details }, null, '\t')
);
console.log(`${results.length - failed.length} of ${results.length} ok, ${seconds} s`);
process.exit(failed.length === 0 ? 0 : 1);
