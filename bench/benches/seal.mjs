// Stop -> sealed: from the person's stop to the acknowledged strict transaction, beside the bare floor of the browser.
import { withChromium } from '../lib/chromium.mjs';
import { figure, quantile, round, timedVerdict } from '../lib/figures.mjs';
import { watchPressure } from '../lib/machine.mjs';

const GOAL_MS = 80;

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
	const episodes = quick ? 5 : 60;
	// Ends fall at any point between two blocks: 0.8 s to 2.3 s in uneven steps.
	const lengthsMs = Array.from({ length: episodes }, (_, k) => 800 + ((k * 377) % 1500));
	const pressure = watchPressure();
	const found = await withChromium((browser) =>
		browser.recorder('seal', { seat: 'bench-seal', lengthsMs, width: 320, height: 240 })
	);
	if ('missing' in found)
		return [figure({ id: 'seal', what: `stop to sealed: ${found.missing}`, verdict: 'skipped' })];
	const p99 = quantile(found.sealMs, 0.99);
	const floor = quantile(found.floorMs, 0.99);
	return [
		figure({
			id: 'seal.p99',
			what: 'stop to sealed, p99, two 320x240 pattern cameras into IndexedDB',
			ratio: p99 / floor,
			ours: `${round(p99, 1)} ms (median ${round(quantile(found.sealMs, 0.5), 1)})`,
			peer: `bare flush + one strict transaction ${round(floor, 1)} ms (median ${round(quantile(found.floorMs, 0.5), 1)})`,
			goal: `<= ${GOAL_MS} ms`,
			n: `${episodes} recordings, ${found.frames} rows`,
			verdict: timedVerdict(p99 <= GOAL_MS, pressure()),
			detail: found
		})
	];
}
