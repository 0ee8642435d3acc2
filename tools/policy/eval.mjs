/**
 * Counts how often a policy puts the cube on the target, from starts it has never seen.
 *
 *     npm run policy:eval -- --starts 300 --seed 1 [--speed normal|first-minute] [--package FILE.zip]
 *         [--latency 1] [--camera-moved 0.01] [--processes 2] [--limit SECONDS] [--arm task|lab]
 *     npm run policy:eval -- --browser --starts 5 --seed 1
 *
 * Without --package it takes the one that the app serves. Everything runs in virtual time in the product's own parts:
 * gate, loop, bus bytes, servo chain, MuJoCo, virtual cameras, frameToTensor, onnxruntime-web. Writes the counts beside the
 * model's run folder (.cache/policy/eval-*.json).
 *
 * --arm lab begins where the arm stands in a freshly opened lab, not where the exercise begins. --browser does so too, and then
 * counts the same starts once more in a real Chromium, in the built lab and its workers, and sets one beside the other.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleForNode } from '../lib/bundle.mjs';
import { root } from '../lib/run.mjs';
import { besideBrowser } from './eval-browser.mjs';
import { wilson } from './wilson.mjs';

const SERVED = 'static/policies/pick-place.zip';
const { values } = parseArgs({
	options: {
		starts: { type: 'string', default: '300' },
		seed: { type: 'string', default: '1' },
		speed: { type: 'string', default: 'normal' },
		package: { type: 'string', default: SERVED },
		latency: { type: 'string', default: '1' },
		'camera-moved': { type: 'string', default: '0' },
		limit: { type: 'string' },
		arm: { type: 'string', default: 'task' },
		browser: { type: 'boolean', default: false },
		processes: { type: 'string', default: '2' },
		/** Internal: the bundle to run, and which process this is. */
		bundle: { type: 'string' },
		part: { type: 'string', default: '0' }
	}
});
const starts = Number(values.starts);
const first = Number(values.seed);
const speed = values.speed === 'first-minute' ? 'first_minute' : 'normal';
/** The expert's own limit; at 100 mm/s the same ways take longer. */
const limitS = Number(values.limit ?? (speed === 'normal' ? 30 : 60));

const arm = values.browser || values.arm === 'lab' ? 'lab' : 'task';
if (values.browser && (values.package !== SERVED || Number(values['camera-moved']) !== 0)) {
	console.error(
		'policy:eval: --browser counts the package that the app serves, with its cameras where they are'
	);
	process.exit(2);
}

/** @param {string} file */
async function work(file) {
	const { evaluate, openModel, openPackage } = await import(pathToFileURL(file).href);
	const part = Number(values.part);
	const all = Array.from({ length: starts }, (_, i) => first + i);
	const policy = await openPackage(path.resolve(root, values.package));
	process.send?.({ model: policy.manifest.files.fp32.sha256 });
	const runtime = await openModel(policy);
	await evaluate(runtime, {
		seeds: all.filter((_, i) => i % Number(values.processes) === part),
		speed,
		limitS,
		arm,
		latencyTicks: Number(values.latency),
		cameraMovedM: Number(values['camera-moved']),
		onTrial: (/** @type {object} */ result) => process.send?.(result)
	});
	await runtime.close();
	process.disconnect();
}

async function start() {
	const file = await bundleForNode('tools/policy/evaluate.ts', `policy-eval-${process.pid}`);
	const self = fileURLToPath(import.meta.url);
	const startedMs = performance.now();
	/** @type {Trial[]} */
	const results = [];
	let model = '';
	let stopped = false;
	/** @type {(() => void)[]} */
	const stops = [];
	// Whoever has waited long enough gets what was counted so far.
	process.on('SIGINT', () => {
		stopped = true;
		for (const stop of stops) stop();
	});
	const ends = Array.from({ length: Number(values.processes) }, (_, part) => {
		const args = [self, ...process.argv.slice(2), '--bundle', file, '--part', String(part)];
		const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
		stops.push(() => child.kill());
		child.on('message', (/** @type {never} */ said) => {
			if ('model' in said) {
				model = said['model'];
				return;
			}
			results.push(said);
			if (results.length % 50 === 0)
				console.log(`${results.filter((r) => r.success).length} of ${results.length}`);
		});
		return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
	});
	const codes = await Promise.all(ends);
	rmSync(path.dirname(file), { recursive: true, force: true });
	if (!stopped && (Math.max(...codes) !== 0 || results.length !== starts)) {
		console.error(`policy:eval: only ${results.length} of ${starts} starts were run`);
		process.exit(1);
	}
	const seeds = new Set(results.map((r) => r.seed));
	let whole = 0;
	while (seeds.has(first + whole)) whole++;
	if (whole === 0) process.exit(1);
	const counted = results.filter((r) => r.seed < first + whole);
	report(counted, model, (performance.now() - startedMs) / 1000);
	if (values.browser && !stopped) process.exit(await besideBrowser({ counted, first, speed, limitS }));
}

/** @typedef {{ seed: number, success: boolean, lifted: boolean, seconds: number, errorM: number }} Trial */

/** @param {Trial[]} results seeds without a gap @param {string} model @param {number} wallS */
function report(results, model, wallS) {
	const starts = results.length;
	const good = results.filter((r) => r.success);
	const failed = results.filter((r) => !r.success).sort((a, b) => a.seed - b.seed);
	const { low, high } = wilson(good.length, starts);
	const percent = (/** @type {number} */ share) => (100 * share).toFixed(1);
	const seconds = good.map((r) => r.seconds).sort((a, b) => a - b);
	console.log(
		`${speed} speed, seeds ${first} to ${first + starts - 1}: ${good.length} of ${starts} placed = ` +
			`${percent(good.length / starts)} % (95 % interval ${percent(low)} to ${percent(high)} %)`
	);
	console.log(
		`median ${(seconds[Math.floor(seconds.length / 2)] ?? Number.NaN).toFixed(1)} s of ${limitS} s, wall ${wallS.toFixed(0)} s`
	);
	for (const r of failed)
		console.log(
			`failed: seed ${r.seed}, ${r.lifted ? 'was carried' : 'never lifted'}, ${(1000 * r.errorM).toFixed(0)} mm off`
		);
	const folder = path.join(root, '.cache', 'policy');
	mkdirSync(folder, { recursive: true });
	const facts = {
		model_sha256: model,
		trials: starts,
		successes: good.length,
		first_seed: first,
		speed,
		arm,
		interval: [low, high],
		limit_s: limitS,
		latency_ticks: Number(values.latency),
		camera_moved_m: Number(values['camera-moved']),
		median_s: seconds[Math.floor(seconds.length / 2)] ?? null,
		failed: failed.map((r) => r.seed)
	};
	const moved = values['camera-moved'] === '0' ? '' : `-moved-${values['camera-moved']}`;
	const begun = arm === 'lab' ? '-lab' : '';
	writeFileSync(
		path.join(folder, `eval-${speed}${moved}${begun}.json`),
		`${JSON.stringify(facts, null, '\t')}\n`
	);
}

if (values.bundle === undefined) await start();
else await work(values.bundle);
