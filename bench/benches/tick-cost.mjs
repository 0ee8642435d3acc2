// Tick: what one control tick costs the host, beside the fixed reference loop, and what it leaves in memory.
import { bundleForNode } from '../lib/bundle.mjs';
import { figure, median, round, timedVerdict, verdict } from '../lib/figures.mjs';
import { watchPressure } from '../lib/machine.mjs';
import { runInNode } from '../lib/node-child.mjs';

const GOAL_US = 60;
const GOAL_RATIO = 3;
/** What V8 itself moves about between two forced collections; a leak of one object a tick would be megabytes. */
const NOISE_BYTES = 32 * 1024;

/** Growth per quarter by least squares. @param {readonly number[]} values */
function slope(values) {
	const middle = (values.length - 1) / 2;
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	const above = values.reduce((sum, value, k) => sum + (k - middle) * (value - mean), 0);
	return above / values.reduce((sum, _, k) => sum + (k - middle) ** 2, 0);
}

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
	const module = await bundleForNode('tick-cost.node.ts');
	const pressure = watchPressure();
	const cost = await runInNode(module, { mode: 'cost', batches: 9 });
	const busy = pressure();
	const alloc = await runInNode(module, { mode: 'alloc' }, [
		'--expose-gc',
		'--max-semi-space-size=256',
		'--min-semi-space-size=256'
	]);
	const hour = await runInNode(module, { mode: 'hour', minutes: quick ? 4 : 60 }, ['--expose-gc']);
	const best = Math.min(...cost.oursUs);
	const bestReference = Math.min(...cost.referenceUs);
	const ticks = hour.counters.ticks;
	const growth = slope(hour.heldBytes);
	return [
		figure({
			id: 'tick.cost',
			what: 'host cost of a control tick (parse, gate, encode, record), CPU time',
			ours: `${round(best, 1)} us best batch, ${round(median(cost.oursUs), 1)} us median batch`,
			goal: `median <= ${GOAL_US} us`,
			n: `${cost.oursUs.length} x ${cost.batchTicks} ticks`,
			verdict: timedVerdict(median(cost.oursUs) <= GOAL_US, busy),
			detail: cost
		}),
		figure({
			id: 'tick.reference',
			what: 'the same beside the reference loop (same bytes and geometry in straight-line code), best of the batches',
			ratio: best / bestReference,
			ours: `${round(best, 1)} us`,
			peer: `${round(bestReference, 2)} us`,
			goal: `<= ${GOAL_RATIO}x`,
			n: `${cost.oursUs.length} batches each, interleaved`,
			verdict: verdict(best / bestReference <= GOAL_RATIO)
		}),
		figure({
			id: 'tick.allocation',
			what: 'bytes allocated per tick (collected again)',
			ours: `${Math.round(alloc.bytesPerTick)} heap, ${Math.round(alloc.bufferBytesPerTick)} in buffers`,
			n: `${alloc.ticks} ticks`,
			detail: alloc
		}),
		figure({
			id: 'tick.retained',
			what: `kept after ${hour.minutes} lockstep minutes of loop, bus, gate and chain (forced collection, slope over quarters)`,
			ours: `${round(growth / 1024, 1)} KB a quarter; held ${round((hour.heldBytes.at(-1) ?? 0) / 2 ** 20, 2)} MB`,
			goal: `0 (noise <= ${NOISE_BYTES / 1024} KB)`,
			n: `${ticks} ticks`,
			verdict: verdict(growth <= NOISE_BYTES && hour.counters.missedTicks === 0),
			counts: true,
			detail: hour
		})
	];
}
