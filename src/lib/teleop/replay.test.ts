import { describe, expect, it } from 'vitest';
import { SO101 } from '$lib/contracts';
import { createReplay, nominalTimes } from './replay';

const ROWS = 4;
/** Joint 0 runs 0, 10, 20, 30; the others stand. */
const action = Float32Array.from({ length: ROWS * 6 }, (_, i) => (i % 6 === 0 ? (10 * i) / 6 : 1));
const rows = { frameCount: ROWS, action, captureMs: nominalTimes(ROWS, 10) };
const FOLLOWS = { handover: false, stretch: 1 };

describe('replay', () => {
	it('wishes the rows at their times, and the way between them', () => {
		const replay = createReplay(rows, SO101);
		expect(replay.advance(0.05, null)[0]).toBe(0);
		expect(replay.advance(0.05, FOLLOWS)[0]).toBeCloseTo(5, 5);
		expect(replay.advance(0.05, FOLLOWS)[0]).toBeCloseTo(10, 5);
		expect(replay.progress).toBeCloseTo(1 / 3, 6);
		expect(replay.advance(10, FOLLOWS)[0]).toBe(30);
		expect(replay.done).toBe(true);
		replay.restart();
		expect(replay.advance(0, FOLLOWS)[0]).toBe(0);
	});

	it('waits at the first row until the arm has met it, and slows down with the gate', () => {
		const replay = createReplay(rows, SO101);
		for (let i = 0; i < 100; i++) replay.advance(0.05, { handover: true, stretch: 1 });
		expect(replay.progress).toBe(0);
		expect(replay.advance(0.1, { handover: false, stretch: 0.5 })[0]).toBeCloseTo(5, 5);
		expect(replay.advance(0.1, { handover: false, stretch: 0 })[0]).toBeCloseTo(5, 5);
	});

	it('follows true capture times, also where two rows share one', () => {
		const replay = createReplay({ ...rows, captureMs: [500, 510, 510, 900] }, SO101);
		expect(replay.advance(0.01, FOLLOWS)[0]).toBeCloseTo(20, 5);
		expect(replay.advance(0.195, FOLLOWS)[0]).toBeCloseTo(25, 1);
	});

	it('keeps the joint limits and hands a bad row on as it is, for the gate to refuse', () => {
		const far = Float32Array.from(action);
		far[0] = 400;
		far[6] = NaN;
		const replay = createReplay({ ...rows, action: far }, SO101);
		expect(replay.advance(0, FOLLOWS)[0]).toBeNaN();
		const single = createReplay({ frameCount: 1, action: far.subarray(0, 6), captureMs: [0] }, SO101);
		expect(single.advance(1, FOLLOWS)[0]).toBe(110);
		expect(single.done).toBe(true);
		expect(single.progress).toBe(1);
	});

	it('refuses an episode that does not fit', () => {
		expect(() => createReplay({ frameCount: 0, action: new Float32Array(0), captureMs: [] }, SO101)).toThrow(
			RangeError
		);
		expect(() => createReplay({ ...rows, frameCount: 3 }, SO101)).toThrow(RangeError);
	});
});
