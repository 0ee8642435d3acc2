// Export: bytes copied and memory for a class's worth of episodes; and the CPU seconds from raw pictures to a finished
// dataset, encoding included, beside LeRobot on the same pictures and rows.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureJudge } from '../../conformance/setup.mjs';
import { root, run as runProgram } from '../../tools/lib/run.mjs';
import { bundleForNode, cache } from '../lib/bundle.mjs';
import { withChromium } from '../lib/chromium.mjs';
import { figure, median, round, verdict } from '../lib/figures.mjs';
import { runInNode } from '../lib/node-child.mjs';

const COPY_GOAL = 1.1;
const SLOPE_GOAL_MB = 64;
const MB = 2 ** 20;
const SIZE = { width: 320, height: 240 };
const SHAPE = { episodes: 3, frames: 300 };
const SHAPE_WORDS = `${SHAPE.episodes} x ${SHAPE.frames} rows, 2 x ${SIZE.width}x${SIZE.height}`;

/** @param {any} done result of `export` @param {string} where */
function exportFigures(done, where) {
	const copies = done.bytesCopied / done.bytesWritten;
	const growth = ((done.heldBytes.at(-1) ?? 0) - (done.heldBytes[0] ?? 0)) / MB;
	const n = `${done.episodes} episodes, ${done.frames} rows, 2 cameras, ${where}`;
	return [
		figure({
			id: `export.copied-${done.episodes}`,
			what: 'export: bytes copied to bytes written',
			ratio: copies,
			ours: `${round(done.bytesCopied / MB, 1)} of ${round(done.bytesWritten / MB, 1)} MB`,
			goal: `<= ${COPY_GOAL}x`,
			n,
			verdict: verdict(copies <= COPY_GOAL),
			counts: true,
			detail: done
		}),
		figure({
			id: `export.heap-${done.episodes}`,
			what: 'export: heap kept, last episode less first',
			ours: `${round(growth, 2)} MB (${round(done.peakBytes / MB, 1)} MB at most, uncollected)`,
			goal: `<= ${SLOPE_GOAL_MB} MB`,
			n,
			verdict: verdict(growth <= SLOPE_GOAL_MB),
			counts: true
		})
	];
}

/** @param {string} python @param {string} raw @param {string} codec */
async function lerobot(python, raw, codec) {
	const out = join(cache, `lerobot-${codec}`);
	await rm(out, { recursive: true, force: true });
	const script = join(root, 'conformance', 'raw_to_lerobot.py');
	const { code, output } = await runProgram(python, [script, raw, out, '--codec', codec, '--streaming'], {
		quiet: true
	});
	await rm(out, { recursive: true, force: true });
	const line = output
		.trimEnd()
		.split('\n')
		.findLast((text) => text.startsWith('{'));
	if (code !== 0 || line === undefined) throw new Error(`raw_to_lerobot.py: ${output.slice(-600)}`);
	return JSON.parse(line);
}

/**
 * Raw pictures to a finished tree in a folder of a real Chromium: encoded, stored, read back, written.
 * @param {string} seat
 */
function makeInBrowser(seat) {
	return withChromium(async (browser) => {
		await browser.recorder('clean', seat);
		const before = await browser.cpuSeconds();
		const result = await browser.recorder('makeDataset', { seat, ...SHAPE, ...SIZE });
		const cpuSeconds = (await browser.cpuSeconds()) - before;
		await browser.recorder('clean', seat);
		return { ...result, cpuSeconds };
	});
}

/** @param {any} made */
function browserFigure(made) {
	const copies = made.bytesCopied / made.bytes;
	return figure({
		id: 'export.copied-browser',
		what: 'export in Chromium to a folder: bytes copied to bytes written',
		ratio: copies,
		ours: `${round(made.bytesCopied / MB, 2)} of ${round(made.bytes / MB, 2)} MB`,
		goal: `<= ${COPY_GOAL}x`,
		n: SHAPE_WORDS,
		verdict: verdict(copies <= COPY_GOAL),
		counts: true,
		detail: made
	});
}

/** @param {number} rounds */
async function againstLerobot(rounds) {
	const skipped = (/** @type {string} */ why) =>
		figure({ id: 'export.cpu', what: `CPU beside LeRobot: ${why}`, verdict: 'skipped' });
	const judge = await ensureJudge({ log: (line) => console.error(line) });
	const raw = join(cache, 'raw');
	if (!('missing' in judge))
		await runInNode(await bundleForNode('export.node.ts'), { mode: 'raw', ...SHAPE, ...SIZE, out: raw });
	const ours = [];
	const h264 = [];
	const av1 = [];
	for (let turn = 0; turn < rounds; turn++) {
		const made = await makeInBrowser(`bench-export-${turn}`);
		if ('missing' in made) return [skipped(made.missing)];
		ours.push(made);
		if ('missing' in judge) return [browserFigure(made), skipped(judge.missing)];
		h264.push(await lerobot(judge.python, raw, 'h264'));
		av1.push(await lerobot(judge.python, raw, 'libsvtav1'));
	}
	await rm(raw, { recursive: true, force: true });
	const spent = median(ours.map(({ cpuSeconds }) => cpuSeconds));
	const cpu = /** @type {const} */ ([
		['h264', h264, 'its H.264'],
		['libsvtav1', av1, 'its default, AV1']
	]).map(([codec, runs, words]) => {
		const theirs = median(runs.map((/** @type {any} */ { cpuSeconds }) => cpuSeconds.total));
		return figure({
			id: `export.cpu-${codec}`,
			what: `CPU seconds from raw pictures to a finished dataset: LeRobot 0.6.1 streaming (${words}) to ours`,
			ratio: theirs / spent,
			ours: `${round(spent, 1)} s, ${round((ours[0]?.bytes ?? NaN) / MB, 1)} MB (H.264 in Chromium)`,
			peer: `${round(theirs, 1)} s, ${round(runs[0].bytes / MB, 1)} MB`,
			n: `median of ${rounds} interleaved; ${SHAPE_WORDS}`,
			detail: { ours, theirs: runs }
		});
	});
	return [browserFigure(ours[0]), ...cpu];
}

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
	const module = await bundleForNode('export.node.ts');
	const ask = (/** @type {object} */ task) =>
		runInNode(module, { mode: 'export', frames: 900, ...task }, ['--expose-gc']);
	const figures = exportFigures(await ask({ episodes: 50, out: join(cache, 'export') }), 'to disk');
	if (quick) {
		const made = await makeInBrowser('bench-export');
		return [...figures, ...('missing' in made ? [] : [browserFigure(made)])];
	}
	figures.push(...exportFigures(await ask({ episodes: 200 }), 'to nowhere'));
	figures.push(...(await againstLerobot(3)));
	return figures;
}
