import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { homingFor, intoTurn } from '../so101/turn';
import { followSweep, startSweep, sweepResult, type JointSweep } from './joint-sweep';

const READ_MS = 20;

/** A hand that goes through `path` (raw steps, any turn) and is read at LeRobot's pace. */
function sweepAlong(path: readonly number[], everyMs = READ_MS): JointSweep {
	const [start = 0, ...rest] = path;
	return rest.reduce(
		(sweep, raw, k) => followSweep(sweep, intoTurn(raw), (k + 1) * everyMs),
		startSweep(intoTurn(start), 0)
	);
}

/** Joins corners by steps no hand would exceed. */
function walk(corners: readonly number[], step = 90): number[] {
	const path = [corners[0] ?? 0];
	for (const corner of corners)
		for (let at = path.at(-1) ?? 0; at !== corner;) {
			at += Math.sign(corner - at) * Math.min(step, Math.abs(corner - at));
			path.push(at);
		}
	return path;
}

/** LeRobot 0.6.1: homing from one reading, then the smallest and largest of what the servo shows. */
function lerobot(path: readonly number[]): { homing: number; min: number; max: number } {
	const homing = intoTurn(path[0] ?? 0) - 2047;
	const shown = path.map((raw) => intoTurn(raw - homing));
	return { homing, min: Math.min(...shown), max: Math.max(...shown) };
}

const travels = fc.record({
	start: fc.integer({ min: 0, max: 4095 }),
	below: fc.integer({ min: 0, max: 2047 }),
	above: fc.integer({ min: 0, max: 2047 })
});

describe('a joint moved by hand', () => {
	it("gives LeRobot's offset and range wherever LeRobot's are right", () => {
		fc.assert(
			fc.property(travels, ({ start, below, above }) => {
				fc.pre(start !== 4095);
				const path = walk([start, start - below, start + above, start]);
				const { homing, min, max, wrapped } = sweepResult(sweepAlong(path));
				expect({ homing, min, max }).toEqual(lerobot(path));
				expect(wrapped).toBe(false);
			})
		);
	});

	it('wherever it starts: storable, within one turn, and the servo shows what is said', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 0, max: 4095 }),
				fc.integer({ min: 200, max: 3700 }),
				fc.double({ min: 0, max: 1, noNaN: true }),
				(start, travel, share) => {
					const low = start - Math.round(travel * share);
					const sweep = sweepAlong(walk([start, low, low + travel, start]));
					const { homing, min, max, ticks, wrapped } = sweepResult(sweep);
					expect(Math.abs(homing)).toBeLessThanOrEqual(2047);
					expect([min, max]).toEqual([intoTurn(low - homing), intoTurn(low + travel - homing)]);
					expect(max - min).toBe(travel);
					expect(ticks).toBe(intoTurn(start - homing));
					// Mended exactly where LeRobot would note a range over the end of the count.
					expect(wrapped).toBe(
						intoTurn(start - homingFor(start)) - (start - low) < 0 ||
							low + travel - start > 4095 - intoTurn(start - homingFor(start))
					);
				}
			)
		);
	});

	it('one wrong reading far away does not widen the range; a place where it stays does', () => {
		const sweep = sweepAlong(walk([2000, 1000, 3000, 2000]));
		const at = sweep.atMs;
		const glitch = followSweep(sweep, 300, at + READ_MS);
		expect(sweepResult(glitch)).toEqual(sweepResult(sweep));
		expect(sweepResult(followSweep(glitch, 2010, at + 2 * READ_MS))).toMatchObject({ min: 1047, max: 3047 });
		expect(sweepResult(followSweep(glitch, 310, at + 2 * READ_MS)).min).toBe(357);
	});

	it('after a silence the joint is looked for near where it has been', () => {
		const sweep = sweepAlong(walk([4000, 2500, 4600, 4000]));
		// Read at raw 250 after a second: one turn up (4346) lies inside what was swept, 250 itself far outside.
		const later = followSweep(sweep, 250, sweep.atMs + 1000);
		expect([later.raw, later.min, later.max]).toEqual([4346, 2500, 4600]);
	});
});
