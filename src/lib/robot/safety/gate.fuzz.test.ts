/**
 * No bad action leaves the gate: a million seeded ticks of everything that can go wrong, judged by what was sent and by a
 * second set of matrices. SOAK_GATE_ACTIONS and SOAK_SEED make it the long run (docs/testing.md has its figures).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITED_BY, SO101 } from '$lib/contracts';
import { SO101_AHEAD_BUDGET, totalOf } from './ahead-budget';
import { createGate } from './gate';
import type { SafetyGateOutput } from './gate-types';
import { createFuzz, type Fuzz } from './testing/gate-fuzz';
import { scene, tick, wish } from './testing/gate-run';
import { fastest, handPoints } from './testing/tip-speed';

const ACTIONS = Number(process.env.SOAK_GATE_ACTIONS ?? 1_000_000);
const SEED = Number(process.env.SOAK_SEED ?? 20261122);
const TOTAL = SO101_AHEAD_BUDGET.map(totalOf);
const MAX = SO101.joints.map((joint) => joint.max);
const MIN = SO101.joints.map((joint) => joint.min);

/** What the servos know: the last goal, and whether the gate had a reason to start anew. */
interface Wire {
	readonly goal: Float32Array;
	readonly points: Float64Array<ArrayBuffer>;
	readonly spare: Float64Array<ArrayBuffer>;
	sent: boolean;
	lastMs: number;
	/** A policy was introduced so short ago that it cannot have driven for a minute. */
	newPolicy: boolean;
}

const value = (values: ArrayLike<number>, j: number): number => values[j] ?? NaN;

function voided(fuzz: Fuzz, wire: Wire): boolean {
	const { nowMs, dtS } = fuzz.input;
	return !wire.sent || nowMs < wire.lastMs || nowMs - wire.lastMs > 500 || dtS > 0.5;
}

/** Whether the gate had a state to measure "ahead" from: fresh, whole, and where an arm can be. */
function believed({ input }: Fuzz): boolean {
	const { state } = input;
	if (!state || state.length !== 6 || input.stateAgeMs > 100) return false;
	return state.every((x, j) => x >= value(MIN, j) - 20 && x <= value(MAX, j) + 20);
}

/** Why this output must not have left the gate; '' when it may. */
function badness(out: SafetyGateOutput, fuzz: Fuzz, wire: Wire): string {
	const { input } = fuzz;
	const { goal } = out;
	if (goal.length !== 6) return 'length';
	if (!out.send) return goal.every(Number.isNaN) ? '' : 'a goal although nothing is sent';
	if (!input.armed) return 'sent while disarmed';
	const fresh = voided(fuzz, wire);
	const state = input.state ?? new Float32Array(0);
	const seen = believed(fuzz);
	for (let j = 0; j < 6; j++) {
		const g = value(goal, j);
		// A fresh start stands on the state, or on the goal that is still in force.
		const held = value(wire.goal, j);
		const x = fresh ? value(state, j) : held;
		const high = Math.max(value(MAX, j), x, Number.isNaN(held) ? x : held);
		const low = Math.min(value(MIN, j), x, Number.isNaN(held) ? x : held);
		if (!Number.isFinite(g)) return `joint ${j}: not finite`;
		if (g > high || g < low) return `joint ${j}: outside limits`;
		if (!seen) continue;
		const far = Math.abs(g - value(state, j));
		const farBefore = Number.isNaN(held) ? 0 : Math.abs(held - value(state, j));
		if (far > Math.max(value(TOTAL, j), farBefore) + 1e-4)
			return `joint ${j}: ${far} ahead, was ${farBefore}`;
	}
	if (fresh) return '';
	handPoints(goal, wire.spare);
	const still = goal.every((g, j) => g === wire.goal[j]);
	if (still) return '';
	const speed = fastest(wire.points, wire.spare, input.dtS);
	const following = (out.limitedBy & LIMITED_BY.hold) === 0;
	const limit = following && input.setpoint?.source === 'policy' && wire.newPolicy ? 100 : 250;
	return speed <= limit ? '' : `${speed} mm/s, allowed ${limit}`;
}

function remember(out: SafetyGateOutput, fuzz: Fuzz, wire: Wire): void {
	wire.sent = out.send;
	wire.lastMs = fuzz.input.nowMs;
	// Disarmed servos hold no goal of ours.
	if (!fuzz.input.armed) wire.goal.fill(NaN);
	if (!out.send) return;
	wire.goal.set(out.goal);
	handPoints(out.goal, wire.points);
}

it(
	`lets none of ${ACTIONS} fuzzed actions through that is not finite, in range, slow and near (seed ${SEED})`,
	() => {
		const gate = createGate();
		const fuzz = createFuzz(SEED);
		const wire: Wire = {
			goal: new Float32Array(6).fill(NaN),
			points: new Float64Array(15),
			spare: new Float64Array(15),
			sent: false,
			lastMs: -Infinity,
			newPolicy: true
		};
		let sent = 0;
		let moved = 0;
		let refused = 0;
		for (let i = 0; i < ACTIONS; i++) {
			fuzz.next(wire.goal);
			// 6000 ticks of at most 20 ms: below a minute for the first half.
			if (i % 6000 === 0) gate.introducePolicy();
			wire.newPolicy = i % 6000 < 3000;
			const out = gate.step(fuzz.input);
			const bad = badness(out, fuzz, wire);
			if (bad !== '') expect.fail(`action ${i}, seed ${SEED}: ${bad}; ${fuzz.describe()}`);
			sent += out.send ? 1 : 0;
			refused += out.refused ? 1 : 0;
			moved += out.send && !out.goal.every((g, j) => g === wire.goal[j]) ? 1 : 0;
			remember(out, fuzz, wire);
		}
		process.stdout.write(
			`gate: ${ACTIONS} actions, seed ${SEED}: ${sent} sent, ${moved} moved, ${refused} refused, 0 bad\n`
		);
		// A gate that sends nothing would pass everything above.
		expect(moved / ACTIONS).toBeGreaterThan(0.2);
		expect(refused / ACTIONS).toBeGreaterThan(0.1);
	},
	Math.max(120_000, ACTIONS / 5)
);

describe('edge values', () => {
	const edge = fc.oneof(
		fc.constantFrom(1e9, -1e9, NaN, Infinity, -Infinity, 5e-324, -5e-324, 1e-310, -0, 3.4028235e38),
		fc.double(),
		fc.float(),
		fc.integer()
	);
	const action = fc.oneof(
		fc.array(edge, { minLength: 6, maxLength: 6 }),
		fc.constantFrom(0, 5, 7, 1_000_000).map((length) => new Float32Array(length)),
		fc.array(edge, { maxLength: 12 })
	);
	const stamp = fc.oneof(fc.integer({ min: -150, max: 150 }), edge);

	it('never move an arm by more than a tick may, whatever the wish, its stamp and the clock', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(action, stamp, stamp), { minLength: 1, maxLength: 20 }), (wishes) => {
				const gate = createGate();
				const state = [0, -60, 60, 30, 0, 20];
				const input = scene(state);
				let before = [...tick(gate, input).goal];
				for (const [q, age, jump] of wishes) {
					input.setpoint = wish(q, input.nowMs + age);
					const now = input.nowMs;
					input.nowMs += jump;
					const out = tick(gate, input);
					if (!Number.isFinite(input.nowMs) || Math.abs(input.nowMs - now) > 1e6) input.nowMs = now;
					expect(out.goal.length).toBe(6);
					expect(out.goal.every(Number.isFinite)).toBe(true);
					expect(Math.max(...before.map((g, j) => Math.abs(g - value(out.goal, j))))).toBeLessThan(5);
					before = [...out.goal];
				}
			}),
			{ seed: SEED, numRuns: 400 }
		);
	});
});
