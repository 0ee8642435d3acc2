// `node bench/run.mjs [names...] [--quick] [--baseline]`: measures, prints a table, writes bench/results/<name>.json.
// --quick     what is counted and not timed, in under a minute: for CI. A missed goal is a failing exit status.
// --baseline  also keeps the figures in bench/baseline.json and in the table of docs/figures.md.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run as runProgram } from '../tools/lib/run.mjs';
import { asMarkdown, asTable, figure } from './lib/figures.mjs';
import { describeMachine, watchPressure } from './lib/machine.mjs';

/** @typedef {import('./lib/figures.mjs').Figure} Figure */
/** @type {Record<string, { quick: boolean, load: () => Promise<{ run(options: { quick: boolean }): Promise<Figure[]> }> }>} */
const BENCHES = {
	bus: { quick: true, load: () => import('./benches/bus.mjs') },
	'loop-wall': { quick: false, load: () => import('./benches/loop-wall.mjs') },
	'tick-cost': { quick: true, load: () => import('./benches/tick-cost.mjs') },
	seal: { quick: false, load: () => import('./benches/seal.mjs') },
	'record-640': { quick: true, load: () => import('./benches/record-640.mjs') },
	export: { quick: true, load: () => import('./benches/export.mjs') },
	chunks: { quick: true, load: () => import('./benches/chunks.mjs') },
	policy: { quick: false, load: () => import('./benches/policy.mjs') },
	'policy-app': { quick: false, load: () => import('./benches/policy-app.mjs') },
	size: { quick: true, load: () => import('./benches/size.mjs') },
	embedded: { quick: false, load: () => import('./benches/embedded.mjs') }
};

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const quick = flags.includes('--quick');
const unknown = [
	...names.filter((name) => !(name in BENCHES)),
	...flags.filter((flag) => !['--quick', '--baseline'].includes(flag))
];
if (unknown.length > 0) {
	console.error(`unknown: ${unknown.join(', ')}; benches are ${Object.keys(BENCHES).join(', ')}`);
	process.exit(2);
}

const results = join(root, 'bench', 'results');
const baseline = join(root, 'bench', 'baseline.json');
mkdirSync(results, { recursive: true });

async function chromiumVersion() {
	const { ensureChromium } = await import('../tools/lib/chromium.mjs');
	const found = await ensureChromium();
	if ('missing' in found) return undefined;
	const { output } = await runProgram(found.path, ['--version'], { quiet: true });
	return /\S+ \d+(\.\d+)+/.exec(output)?.[0];
}

/** @param {string} name */
async function measure(name) {
	const bench = BENCHES[name];
	if (bench === undefined) throw new RangeError(name);
	const pressure = watchPressure();
	const startedAt = performance.now();
	/** @type {Figure[]} */
	let figures;
	try {
		figures = await (await bench.load()).run({ quick });
	} catch (error) {
		console.error(error);
		figures = [
			figure({
				id: `${name}.failed`,
				what: `${name}: ${String(error).split('\n')[0]?.slice(0, 120)}`,
				verdict: 'missed',
				counts: true
			})
		];
	}
	const result = {
		bench: name,
		quick,
		seconds: Math.round((performance.now() - startedAt) / 100) / 10,
		cpuPressurePercent: Math.round(pressure()),
		machine,
		figures
	};
	writeFileSync(join(results, `${name}.json`), `${JSON.stringify(result, null, '\t')}\n`);
	return result;
}

/** @param {readonly Awaited<ReturnType<typeof measure>>[]} fresh */
function keepBaseline(fresh) {
	const kept = existsSync(baseline) ? JSON.parse(readFileSync(baseline, 'utf8')) : {};
	for (const result of fresh) kept[result.bench] = result;
	const ordered = Object.fromEntries(
		Object.keys(BENCHES).flatMap((name) => (name in kept ? [[name, kept[name]]] : []))
	);
	writeFileSync(baseline, `${JSON.stringify(ordered, null, '\t')}\n`);
	const page = join(root, 'docs', 'figures.md');
	const sections = Object.values(ordered).map(
		(result) =>
			`### ${result.bench}\n\n${asMarkdown(result.figures)}\n\nTook ${result.seconds} s; CPU pressure meanwhile ${result.cpuPressurePercent} %, load average at the start ${result.machine.loadAverage.join(', ')}.`
	);
	const { cpu, cores, memoryGb, system, node, chromium } = machine;
	const where = `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}, ${chromium ?? 'no Chromium'}.`;
	const text = readFileSync(page, 'utf8');
	const [before, after] = [text.split('<!-- figures -->')[0], text.split('<!-- /figures -->')[1]];
	writeFileSync(
		page,
		`${before}<!-- figures -->\n\n${where}\n\n${sections.join('\n\n')}\n\n<!-- /figures -->${after}`
	);
}

const machine = describeMachine(await chromiumVersion());
const chosen =
	names.length > 0 ? names : Object.keys(BENCHES).filter((name) => !quick || BENCHES[name]?.quick === true);
const all = [];
for (const name of chosen) {
	const result = await measure(name);
	all.push(result);
	console.log(`${name} (${result.seconds} s, CPU pressure ${result.cpuPressurePercent} %)`);
	console.log(`${asTable(result.figures)}\n`);
}
if (flags.includes('--baseline')) keepBaseline(all);
const missed = all
	.flatMap(({ figures }) => figures)
	.filter((line) => line.verdict === 'missed' && (line.counts || !quick));
const unjudged = all.flatMap(({ figures }) => figures).filter((line) => line.verdict === 'not judged');
for (const line of unjudged) console.log(`NOT JUDGED: ${line.id}: ${line.n}`);
for (const line of missed) console.log(`MISSED: ${line.id}: ${line.ours} (goal ${line.goal})`);
process.exit(missed.length > 0 || (unjudged.length > 0 && !quick) ? 1 : 0);
