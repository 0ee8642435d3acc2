// Whatever INFER sends and in whatever order things happen: no target that is no number, none that no valid chunk asked for,
// and never a target after a hold from what was seen before it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActionChunk } from '$lib/contracts';
import { createChunkPlayer } from '.';

const TICK_S = 1 / 210;
const JOINTS = 2;
const SIZE = 6;
const FACTS = {
	joints: JOINTS,
	fps: 10,
	chunkSize: SIZE,
	actionSteps: 3,
	least: [-100, -100],
	most: [100, 100]
};
/** Chunks of one run lie between these; a blend overshoots by what the plan moves while it lasts. */
const SPAN = 60;

const good = fc.array(fc.double({ min: -SPAN, max: SPAN, noNaN: true }), {
	minLength: JOINTS * SIZE,
	maxLength: JOINTS * SIZE
});
const bad = fc.array(
	fc.oneof(fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e9, -1001), fc.double({ min: -1e6, max: 1e6 })),
	{ maxLength: 2 * JOINTS * SIZE }
);

const passing = fc.record({
	do: fc.constant('pass' as const),
	ticks: fc.integer({ min: 1, max: 300 }),
	stretch: fc.constantFrom(1, 1, 1, 0.5, 0, -1, 2, Number.NaN),
	handover: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true))
});
const answering = fc.record({
	do: fc.constant('answer' as const),
	/** An observation of now comes first. */
	asks: fc.boolean(),
	actions: fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: bad }),
	behind: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -3, max: 5 })),
	joints: fc.oneof({ weight: 6, arbitrary: fc.constant(JOINTS) }, fc.integer({ min: -1, max: 4 }))
});
const happening = fc.oneof(
	{ weight: 5, arbitrary: passing },
	{ weight: 4, arbitrary: answering },
	{ weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const) }) },
	fc.record({ do: fc.constantFrom('hold' as const, 'forget' as const, 'unanswered' as const) })
);

const isValid = ({ actions, joints }: ActionChunk): boolean =>
	joints === JOINTS &&
	actions.length === JOINTS * SIZE &&
	actions.every((value) => Number.isFinite(value) && Math.abs(value) <= 100);

describe('a player under anything', () => {
	it('gives targets only of valid, fresh chunks', () => {
		let dry = 0;
		let taken = 0;
		fc.assert(
			fc.property(fc.array(happening, { minLength: 20, maxLength: 60 }), (story) => {
				const player = createChunkPlayer(FACTS, { stepS: TICK_S });
				let newest = -1;
				/** Observations made after the last hold. */
				let fresh = new Set<number>();
				let playable = false;
				for (const step of story) {
					if (step.do === 'ask') {
						newest = player.observe();
						fresh.add(newest);
					} else if (step.do === 'hold') {
						player.hold();
						fresh = new Set();
						playable = false;
					} else if (step.do === 'forget') player.forget();
					else if (step.do === 'unanswered') player.unanswered(newest);
					else if (step.do === 'answer') {
						if (step.asks) {
							newest = player.observe();
							fresh.add(newest);
						}
						const observationTick = newest - step.behind;
						const actions = Float32Array.from(step.actions);
						const chunk = { observationTick, fps: 10, joints: step.joints, actions };
						const fate = player.answer(chunk);
						if (fate === 'taken') {
							expect(isValid(chunk)).toBe(true);
							expect(fresh.has(observationTick)).toBe(true);
							playable = true;
							taken += 1;
						}
					} else if ('ticks' in step)
						for (let n = 0; n < step.ticks; n++) {
							const before = player.counters.dry;
							const wish = player.advance(TICK_S, step);
							if (player.counters.dry > before) {
								dry += 1;
								fresh = new Set();
								playable = false;
							}
							if (wish === null) continue;
							if (!playable) expect.unreachable('a target without a valid, fresh chunk');
							if (!wish.every((value) => Math.abs(value) <= 5 * SPAN))
								expect.unreachable(`target ${wish.join()}`);
						}
				}
			}),
			{ numRuns: 150, seed: 7 }
		);
		// The stories are about something.
		expect(taken).toBeGreaterThan(300);
		expect(dry).toBeGreaterThan(30);
	});
});
