// The loop's period on the wall clock, as a ratio to a loop that does nothing, in alternating windows of the same worker.
// A window pair counts only if the machine was quiet: the no-op's own p99 within 1.5x of its best, and in no window did
// anybody wait for a CPU for more than a fifth of the time.
import { withChromium } from '../lib/chromium.mjs';
import { figure, PRESSURE_LIMIT, quantile, round } from '../lib/figures.mjs';
import { watchPressure } from '../lib/machine.mjs';

const GOAL = 1.3;
const PERIOD_MS = 5;
const NOISE_LIMIT = 1.5;

/** @param {readonly number[]} times */
const periods = (times) => times.slice(1).map((time, k) => time - (times[k] ?? NaN));

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
	const pairs = quick ? 2 : 12;
	const windowMs = quick ? 2000 : 6000;
	const found = await withChromium(async (browser) => {
		await browser.openLoop();
		await browser.window('loop', 2000);
		await browser.window('nothing', 2000);
		const all = [];
		for (let pair = 0; pair < pairs; pair++) {
			const pressure = watchPressure();
			const order =
				pair % 2 === 0
					? /** @type {const} */ (['loop', 'nothing'])
					: /** @type {const} */ (['nothing', 'loop']);
			const windows = {
				loop: await browser.window(order[0], windowMs),
				nothing: await browser.window(order[1], windowMs)
			};
			const sorted = order[0] === 'loop' ? windows : { loop: windows.nothing, nothing: windows.loop };
			all.push({ ...sorted, pressure: pressure() });
		}
		return { all };
	});
	if ('missing' in found)
		return [figure({ id: 'loop-wall', what: `wall period: ${found.missing}`, verdict: 'skipped' })];
	const noise = found.all.map(({ nothing }) => quantile(periods(nothing.beganMs), 0.99));
	const best = Math.min(...noise);
	const kept = found.all.filter(
		({ pressure }, k) => !(pressure > PRESSURE_LIMIT) && (noise[k] ?? Infinity) <= NOISE_LIMIT * best
	);
	const quiet = kept.length * 2 >= pairs;
	const judged = quiet ? kept : found.all;
	const ours = judged.flatMap(({ loop }) => periods(loop.beganMs));
	const theirs = judged.flatMap(({ nothing }) => periods(nothing.beganMs));
	const ratio = quantile(ours, 0.999) / quantile(theirs, 0.999);
	const late = (/** @type {readonly number[]} */ values) =>
		values.filter((value) => value > 2 * PERIOD_MS).length;
	const sum = (/** @type {'missed' | 'failed'} */ what) =>
		judged.reduce((total, { loop }) => total + loop[what], 0);
	const line = (/** @type {readonly number[]} */ values) =>
		`p99.9 ${round(quantile(values, 0.999), 1)} ms (p50 ${round(quantile(values, 0.5))}, p99 ${round(quantile(values, 0.99), 1)}), ${late(values)} over 2 periods`;
	return [
		figure({
			id: 'loop-wall.p999',
			what: 'period of the 200 Hz loop with the virtual arm in its own worker, wall clock',
			ratio,
			ours: `${line(ours)}; ${sum('missed')} missed, ${sum('failed')} failed`,
			peer: `no-op loop: ${line(theirs)}`,
			goal: `<= ${GOAL}x`,
			n: `${judged.length} window pairs of ${windowMs / 1000} s, ${pairs - kept.length} of ${pairs} too noisy${quiet ? '' : ' (all shown, none judged)'}`,
			verdict: quiet ? (ratio <= GOAL ? 'ok' : 'missed') : 'not judged',
			detail: {
				pressure: found.all.map(({ pressure }) => round(pressure, 1)),
				noopP99: noise.map((value) => round(value)),
				loopP99: found.all.map(({ loop }) => round(quantile(periods(loop.beganMs), 0.99))),
				loopP999: found.all.map(({ loop }) => round(quantile(periods(loop.beganMs), 0.999))),
				noopP999: found.all.map(({ nothing }) => round(quantile(periods(nothing.beganMs), 0.999)))
			}
		})
	];
}
