import { describe, expect, it } from 'vitest';
import type { ActionChunk } from '$lib/contracts';
import { createChunkPlayer, type ChunkFate, type ChunkPlayer, type PlayerFacts } from '.';

const TICK_S = 1 / 210;
const FACTS: PlayerFacts = {
	joints: 2,
	fps: 10,
	chunkSize: 10,
	actionSteps: 3,
	least: [-170, -60],
	most: [170, 160]
};

/** Joint 0 rises by `slope` a second from `from`, joint 1 stands at 5. */
function line(observationTick: number, from: number, slope = 0): ActionChunk {
	const actions = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? from + (slope * i) / 20 : 5));
	return { observationTick, fps: 10, joints: 2, actions };
}

function start(options: { ensemble?: number; facts?: Partial<PlayerFacts> } = {}): ChunkPlayer {
	return createChunkPlayer(
		{ ...FACTS, ...options.facts },
		{ stepS: TICK_S, ensemble: options.ensemble ?? null }
	);
}

/** Lets time pass; the last target, or null. */
function pass(player: ChunkPlayer, seconds: number, gate: Parameters<ChunkPlayer['advance']>[1] = null) {
	let wish: Float32Array | null = null;
	for (let n = Math.round(seconds / TICK_S); n > 0; n--) wish = player.advance(TICK_S, gate);
	return wish === null ? null : [...wish];
}

/** A player in the middle of its first chunk at full pace. */
function playing(from = 0, slope = 0): ChunkPlayer {
	const player = start();
	player.answer(line(player.observe(), from, slope));
	pass(player, 0.4);
	return player;
}

describe('the first chunk', () => {
	it('is asked for at once, and played from its first action after the hold', () => {
		const player = start();
		expect(player.wantsObservation).toBe(true);
		expect(player.answer(line(player.observe(), 20, 30))).toBe('taken');
		expect(pass(player, 0.1)).toBeNull();
		expect(pass(player, 0.02)?.[0]).toBeCloseTo(20, 1);
		expect(pass(player, 0.5)?.[0]).toBeGreaterThan(25);
	});

	it('waits at its first action until the arm has met it', () => {
		const player = start();
		player.answer(line(player.observe(), 20, 30));
		expect(pass(player, 2, { handover: true, stretch: 1 })).toEqual([20, 5]);
	});

	it('is interpolated between actions', () => {
		const player = playing(0, 40);
		const before = pass(player, TICK_S)?.[0] ?? Number.NaN;
		expect((pass(player, TICK_S)?.[0] ?? Number.NaN) - before).toBeCloseTo(40 * TICK_S, 4);
	});
});

describe('motion is stretched in time, never cut', () => {
	it.each([
		['speed', 0.5, 1],
		['a gate that lets half of it through', 1, 0.5]
	])('by %s', (_, speed, stretch) => {
		const player = playing(0, 40);
		player.setSpeed(speed);
		const gate = { handover: false, stretch };
		const before = pass(player, TICK_S, gate)?.[0] ?? Number.NaN;
		expect((pass(player, 0.1, gate)?.[0] ?? Number.NaN) - before).toBeCloseTo(2, 1);
	});

	it.each([0, 0.2, 1.01, -1, Number.NaN])('a speed of %d is refused', (speed) => {
		expect(start().setSpeed(speed)).toBe(false);
	});
});

describe('the next chunk', () => {
	it('is asked for after n_action_steps', () => {
		const player = start();
		player.answer(line(player.observe(), 0));
		pass(player, 0.35);
		expect(player.wantsObservation).toBe(false);
		pass(player, 0.2);
		expect(player.wantsObservation).toBe(true);
		player.observe();
		expect(player.wantsObservation).toBe(false);
	});

	it('is asked for when half is left, however many steps the policy would play blindly', () => {
		const player = start({ facts: { actionSteps: 10 } });
		player.answer(line(player.observe(), 0));
		pass(player, 0.75);
		expect(player.wantsObservation).toBe(true);
	});

	it('loses the part that is late', () => {
		const player = playing(0, 0);
		const tick = player.observe();
		pass(player, 0.25);
		player.answer(line(tick, 10, 40));
		expect(player.counters.droppedActions).toBe(2);
		// Two of ten actions are gone; of the rest a fifth of a second was played while the seam was blended.
		const wish = pass(player, 0.2)?.[0] ?? Number.NaN;
		expect(wish).toBeGreaterThan(10 + 40 * 0.2 + 4);
		expect(wish).toBeLessThanOrEqual(10 + 40 * 0.45);
		expect(pass(player, 1.2)).toBeNull();
		expect(player.counters.dry).toBe(1);
	});

	it('is blended in: no step above half a degree, and the end is the new plan', () => {
		const player = playing(0, 0);
		player.answer(line(player.observe(), 30, 0));
		let last = 0;
		let worst = 0;
		for (let n = 0; n < 150; n++) {
			const wish = player.advance(TICK_S, null)?.[0] ?? Number.NaN;
			worst = Math.max(worst, Math.abs(wish - last));
			last = wish;
		}
		expect(worst).toBeLessThanOrEqual(0.5001);
		expect(worst).toBeGreaterThan(0.2);
		expect(last).toBe(30);
	});
});

describe('an arm that cannot follow', () => {
	it.each([
		['is blocked', { handover: false, stretch: 0 }],
		['still has to meet the policy', { handover: true, stretch: 1 }]
	])('%s: a chunk that saw so is heard, although no motion passes', (_, gate) => {
		const player = playing(0, 0);
		player.answer(line(player.observe(), 30, 0));
		expect(pass(player, 1, gate)).toEqual([30, 5]);
	});

	it('is asked about again, although no motion passes', () => {
		const player = playing(0, 0);
		pass(player, 1, { handover: false, stretch: 0 });
		expect(player.wantsObservation).toBe(true);
	});
});

describe('what is no answer', () => {
	const nan = (chunk: ActionChunk): ActionChunk => {
		chunk.actions[7] = Number.NaN;
		return chunk;
	};
	const cases: [string, ChunkFate, (tick: number) => ActionChunk][] = [
		['NaN', 'not-finite', (tick) => nan(line(tick, 0))],
		['ten times the range', 'out-of-range', (tick) => line(tick, 1700)],
		['a joint too many', 'shape', (tick) => ({ ...line(tick, 0), joints: 4 })],
		[
			'a chunk cut short',
			'shape',
			(tick) => ({ ...line(tick, 0), actions: line(tick, 0).actions.slice(0, 18) })
		],
		['another rate', 'rate', (tick) => ({ ...line(tick, 0), fps: 30 })],
		['a rate that is none', 'rate', (tick) => ({ ...line(tick, 0), fps: Number.NaN })],
		['an answer from the future', 'unknown', (tick) => line(tick + 1, 0)],
		['an answer from before the start', 'unknown', () => line(-1, 0)]
	];
	it.each(cases)('%s: the approved part goes on, then the arm holds', (_, fate, make) => {
		const player = playing(0, 0);
		expect(player.answer(make(player.observe()))).toBe(fate);
		expect(pass(player, 0.3)).toEqual([0, 5]);
		expect(pass(player, 2)).toBeNull();
	});

	it('the same answer twice', () => {
		const player = playing();
		const tick = player.observe();
		expect(player.answer(line(tick, 10))).toBe('taken');
		expect(player.answer(line(tick, 50))).toBe('twice');
		expect(pass(player, 0.4)?.[0]).toBe(10);
	});

	it('an answer to what was seen before a hold', () => {
		const player = playing();
		const tick = player.observe();
		player.hold();
		expect(player.answer(line(tick, 10))).toBe('void');
		expect(pass(player, 1)).toBeNull();
		expect(player.wantsObservation).toBe(true);
	});

	it('an answer that is late in whole, while an earlier one is still played', () => {
		const player = start({ facts: { chunkSize: 10, actionSteps: 10 } });
		player.answer(line(player.observe(), 0));
		pass(player, 0.8);
		const late = player.observe();
		pass(player, 4);
		expect(player.counters.dry).toBe(1);
		expect(player.answer(line(late, 10))).toBe('void');
	});
});

describe('running dry', () => {
	it('holds, and goes on only from an observation of after that', () => {
		const player = playing(0, 0);
		const late = player.observe();
		pass(player, 5);
		expect(player.dry).toBe(true);
		expect(player.answer(line(late, 10))).toBe('void');
		const fresh = player.observe();
		expect(player.answer(line(fresh, 20))).toBe('taken');
		expect(player.dry).toBe(false);
		expect(pass(player, 0.2)?.[0]).toBe(20);
	});

	it('a failed answer is asked for anew', () => {
		const player = playing();
		pass(player, 0.3);
		player.unanswered(player.observe());
		expect(player.wantsObservation).toBe(true);
		player.unanswered(12345);
	});

	it('comes about as well when every answer fails at once', () => {
		const player = playing();
		let dryAfterS = 0;
		for (; !player.dry && dryAfterS < 5; dryAfterS += TICK_S) {
			if (player.wantsObservation) player.unanswered(player.observe());
			player.advance(TICK_S, null);
		}
		expect(dryAfterS).toBeLessThan(1.6);
	});

	it('silence is given up after ten seconds', () => {
		const player = start();
		player.observe();
		pass(player, 9);
		expect(player.wantsObservation).toBe(false);
		pass(player, 1.1);
		expect(player.wantsObservation).toBe(true);
	});
});
