import { describe, expect, it } from 'vitest';
import { LIMITED_BY, SO101 } from '$lib/contracts';
import { createGate } from './gate';
import { drive, scene, tick, wish } from './testing/gate-run';
import { HEALTH } from './health';
import { createSpringArm } from './testing/spring-arm';
import { fastestPoint, handPoints, tipDistanceMm } from './testing/tip-speed';

const HOME = [0, -60, 60, 30, 0, 20];
const CAREFUL = 250.0001;

/** A gate with an arm that has already met its sliders at `start`. */
function running(start: readonly number[] = HOME) {
	const gate = createGate();
	const arm = createSpringArm(start);
	const input = scene(start);
	drive(gate, input, arm, start, 100);
	return { gate, arm, input };
}

describe('refusal', () => {
	const bad: [string, (now: number) => ReturnType<typeof wish>, number][] = [
		['NaN in one joint', (now) => wish([0, NaN, 0, 0, 0, 0], now), LIMITED_BY.notFinite],
		['infinity', (now) => wish([0, 0, 0, 0, 0, -Infinity], now), LIMITED_BY.notFinite],
		['too short', (now) => wish([0, 0, 0, 0, 0], now), LIMITED_BY.wrongLength],
		['too long', (now) => wish([0, 0, 0, 0, 0, 0, 0], now), LIMITED_BY.wrongLength],
		['empty', (now) => wish([], now), LIMITED_BY.wrongLength],
		['older than 100 ms', (now) => wish(HOME, now - 101), LIMITED_BY.stale],
		['from a clock that runs ahead', (now) => wish(HOME, now + 1000), LIMITED_BY.stale],
		['without a time', () => wish(HOME, NaN), LIMITED_BY.stale],
		['of an older epoch', (now) => wish(HOME, now, 'sliders', 0), LIMITED_BY.stale],
		['of a later epoch', (now) => wish(HOME, now, 'sliders', 2), LIMITED_BY.stale],
		['absurdly far', (now) => wish([1e9, 0, 0, 0, 0, 0], now), LIMITED_BY.joint]
	];
	it.each(bad)('%s', (_, make, bit) => {
		const { gate, input } = running();
		const before = [...tick(gate, { ...input, setpoint: wish(HOME, input.nowMs) }).goal];
		input.nowMs += 10;
		input.setpoint = make(input.nowMs + 5);
		const out = tick(gate, input);
		expect(out.refused).toBe(true);
		expect(out.limitedBy & bit).toBe(bit);
		expect(out.limitedBy & LIMITED_BY.hold).toBe(LIMITED_BY.hold);
		out.goal.forEach((value, j) => expect(value).toBeCloseTo(before[j] ?? NaN, 1));
	});

	it('is not what happens to a wish that is 100 ms old', () => {
		const { gate, input } = running();
		input.setpoint = wish(HOME, input.nowMs + 5 - 100);
		expect(tick(gate, input).refused).toBe(false);
	});
});

describe('limits', () => {
	it('clamps to the joint limits and says so', () => {
		const { gate, arm, input } = running([100, -60, 60, 30, 0, 20]);
		const out = drive(gate, input, arm, [140, -60, 60, 30, 0, 20], 400);
		expect(out?.goal[0]).toBe(110);
		expect((out?.limitedBy ?? 0) & LIMITED_BY.joint).toBe(LIMITED_BY.joint);
	});

	it('never asks a hand point for more than 250 mm/s, and stretches instead of clipping', () => {
		const { gate, arm, input } = running();
		const target = [60, 20, -20, -30, 90, 80];
		let previous = Float32Array.from(arm.q);
		let fastest = 0;
		const offLine: number[] = [];
		const from: number[] = [];
		drive(gate, input, arm, target, 1500, 'sliders', (out, i) => {
			if (i === 0) from.push(...out.goal);
			else fastest = Math.max(fastest, fastestPoint(previous, out.goal, 0.005));
			previous = out.goal.slice();
			// Joints 0..4 keep their proportions: the path is the straight line of the joint space.
			const way = target
				.slice(0, 5)
				.map((t, j) => ((out.goal[j] ?? NaN) - (from[j] ?? NaN)) / (t - (from[j] ?? NaN)));
			offLine.push(Math.max(...way) - Math.min(...way));
		});
		expect(fastest).toBeLessThanOrEqual(CAREFUL);
		expect(fastest).toBeGreaterThan(60);
		expect(Math.max(...offLine)).toBeLessThan(0.1);
		target.forEach((t, j) => expect(previous[j]).toBeCloseTo(t, 3));
	});

	it('is slower for a new policy during its first minute of driving', () => {
		const { gate, arm, input } = running();
		const speedIn = (ticks: number): number => {
			let previous: Float32Array | null = null;
			let fastest = 0;
			for (let i = 0; i < ticks; i++) {
				const q = [60 * Math.sin(i / 100), -40, 40, 30, 0, 20];
				drive(gate, input, arm, q, 1, 'policy', (out) => {
					if (previous) fastest = Math.max(fastest, fastestPoint(previous, out.goal, 0.005));
					previous = out.goal.slice();
				});
			}
			return fastest;
		};
		expect(speedIn(11_900)).toBeLessThanOrEqual(100.0001);
		speedIn(200);
		expect(speedIn(2000)).toBeGreaterThan(105);
		gate.introducePolicy();
		expect(speedIn(2000)).toBeLessThanOrEqual(100.0001);
	});

	it('bounds joints that do not move the tip by their own speed', () => {
		const { gate, arm, input } = running();
		let previous = NaN;
		let fastest = 0;
		drive(gate, input, arm, [0, -60, 60, 30, 150, 20], 600, 'sliders', (out) => {
			fastest = Math.max(fastest, Math.abs((out.goal[4] ?? NaN) - previous) / 0.005 || 0);
			previous = out.goal[4] ?? NaN;
		});
		expect(fastest).toBeLessThanOrEqual(180.01);
		expect(fastest).toBeGreaterThan(50);
	});
});

describe('handover', () => {
	it('meets a source slowly, then follows it', () => {
		const gate = createGate();
		const arm = createSpringArm(HOME);
		const input = scene(HOME);
		const far = [45, -60, 60, 30, 0, 20];
		let met = -1;
		let previous = NaN;
		drive(gate, input, arm, far, 1200, 'leader', (out, i) => {
			const speed = Math.abs((out.goal[0] ?? NaN) - previous) / 0.005;
			if (i > 0 && out.handover) expect(speed).toBeLessThanOrEqual(15.01);
			if (!out.handover && met < 0) met = i;
			previous = out.goal[0] ?? NaN;
		});
		// 45 degrees less the 1.5 that count as met, at 15 degrees a second.
		expect(met * 0.005).toBeGreaterThan(2.8);
		expect(met * 0.005).toBeLessThan(4);
	});

	it('starts anew when the source changes, and not for the same one', () => {
		const { gate, arm, input } = running();
		expect(drive(gate, input, arm, [30, -60, 60, 30, 0, 20], 2)?.handover).toBe(false);
		expect(drive(gate, input, arm, [30, -60, 60, 30, 0, 20], 2, 'replay')?.handover).toBe(true);
	});

	it('does not wait for a hand that holds something', () => {
		const { gate, arm, input } = running();
		// The jaw is blocked at 20 %: closing to 0 never gets there.
		const stuck = {
			...arm,
			read: () => {
				arm.q[5] = 20;
				arm.qd[5] = 0;
				return arm.read();
			}
		};
		drive(gate, input, stuck, [0, -60, 60, 30, 0, 0], 200);
		const out = drive(gate, input, stuck, [0, -60, 60, 30, 0, 0], 400, 'replay');
		expect(out?.handover).toBe(false);
		expect(drive(gate, input, stuck, [40, -60, 60, 30, 0, 0], 400, 'replay')?.goal[0]).toBeCloseTo(40, 0);
	});
});

describe('hold', () => {
	it('stops within the page silence of 100 ms and moves less than by freezing', () => {
		const travel = (freeze: boolean): number => {
			const { gate, arm, input } = running();
			drive(gate, input, arm, [60, -20, 20, 30, 0, 20], 150);
			const from = [...arm.q];
			input.pageBeatAgeMs = 101;
			const frozen = freeze
				? Float32Array.from(
						tick(gate, { ...input, pageBeatAgeMs: 0, setpoint: wish(from, input.nowMs) }).goal
					)
				: null;
			for (let i = 0; i < 200; i++) {
				if (frozen) arm.advance(frozen, 0.005);
				else {
					const out = drive(gate, input, arm, [60, -20, 20, 30, 0, 20], 1);
					expect((out?.limitedBy ?? 0) & LIMITED_BY.hold).toBe(LIMITED_BY.hold);
				}
			}
			return tipDistanceMm(from, arm.q);
		};
		expect(travel(false)).toBeLessThan(travel(true));
		expect(travel(false)).toBeLessThan(5);
	});

	it('keeps the goal of an arm that stands: nothing moves at all', () => {
		const { gate, arm, input } = running([0, 20, 20, 10, 0, 20]);
		const before = [...arm.q];
		input.stopped = true;
		const out = drive(gate, input, arm, HOME, 2000);
		expect((out?.limitedBy ?? 0) & LIMITED_BY.stopped).toBe(LIMITED_BY.stopped);
		expect(tipDistanceMm(before, arm.q)).toBeLessThan(0.5);
	});

	it('lets go of nothing when the state cannot be read, and comes back slowly after a long hold', () => {
		const { gate, arm, input } = running();
		input.stateAgeMs = 500;
		const goal = [...(drive(gate, input, arm, [60, -60, 60, 30, 0, 20], 50)?.goal ?? [])];
		expect(goal[0]).toBeCloseTo(0, 1);
		input.stateAgeMs = 1;
		expect(drive(gate, input, arm, [60, -60, 60, 30, 0, 20], 5)?.handover).toBe(true);
	});

	it('does not let a parking arm wait for the page, and keeps it slow', () => {
		const { gate, arm, input } = running();
		input.pageBeatAgeMs = 5000;
		let previous: Float32Array | null = null;
		drive(gate, input, arm, [0, -90, 90, 60, 0, 20], 1500, 'park', (out) => {
			if (previous) expect(fastestPoint(previous, out.goal, 0.005)).toBeLessThanOrEqual(60.001);
			previous = out.goal.slice();
		});
		expect(arm.q[1]).toBeLessThan(-85);
	});

	it('does not park through a stop', () => {
		const { gate, arm, input } = running();
		input.stopped = true;
		drive(gate, input, arm, [0, -90, 90, 60, 0, 20], 500, 'park');
		expect(arm.q[1]).toBeGreaterThan(-64);
	});
});

describe('start', () => {
	it('sends nothing before the arm is armed and its state was read', () => {
		const gate = createGate();
		const input = scene(HOME);
		input.setpoint = wish(HOME, 1005);
		expect(tick(gate, { ...input, armed: false }).send).toBe(false);
		expect(tick(gate, { ...input, state: null }).send).toBe(false);
		expect(tick(gate, { ...input, state: new Float32Array(5) }).send).toBe(false);
		const out = tick(gate, { ...input, state: Float32Array.of(0, NaN, 0, 0, 0, 0) });
		expect(out.send).toBe(false);
		expect(out.goal.every(Number.isNaN)).toBe(true);
	});

	it('begins with the goal that carries the weight where the arm stands', () => {
		const gate = createGate();
		const arm = createSpringArm([0, 10, 10, 10, 0, 20]);
		const before = [...arm.q];
		drive(gate, scene(before), arm, null, 400);
		expect(tipDistanceMm(before, arm.q)).toBeLessThan(1);
	});

	it('lets an arm that lies outside its limits move inwards only', () => {
		const gate = createGate();
		const arm = createSpringArm([0, -108, 60, 30, 0, 20]);
		const input = scene(arm.q);
		let lowest = 0;
		drive(gate, input, arm, [0, -104, 60, 30, 0, 20], 300, 'sliders', (out) => {
			lowest = Math.min(lowest, out.goal[1] ?? NaN);
		});
		expect(lowest).toBeGreaterThanOrEqual(-108.1);
		expect(drive(gate, input, arm, [0, -104, 60, 30, 0, 20], 1500)?.goal[1]).toBe(-100);
	});

	it('begins anew after a gap of half a second, whoever was wishing', () => {
		const { gate, arm, input } = running();
		drive(gate, input, arm, [60, -60, 60, 30, 0, 20], 100);
		arm.q.set([-20, -60, 60, 30, 0, 20]);
		input.nowMs += 600;
		const out = drive(gate, input, arm, [60, -60, 60, 30, 0, 20], 1);
		expect(out?.handover).toBe(true);
		expect(out?.goal[0]).toBeCloseTo(-20, 0);
	});
});

describe('ahead budget', () => {
	it('lifts itself and 50 g in the heaviest pose', () => {
		const { gate, arm, input } = running([0, 60, -30, 0, 0, 20]);
		arm.payloadKg = 0.05;
		drive(gate, input, arm, [0, 60, -30, 0, 0, 20], 100);
		const low = handPoints(arm.q)[11] ?? NaN;
		drive(gate, input, arm, [0, 20, -10, 0, 0, 20], 2000);
		expect((handPoints(arm.q)[11] ?? NaN) - low).toBeGreaterThan(0.1);
		expect(arm.q[1]).toBeLessThan(28);
	});

	it('gives way to a hand that pushes, and does not spring back', () => {
		const { gate, arm, input } = running();
		arm.hand[0] = 1.2;
		drive(gate, input, arm, HOME, 400);
		const pushed = arm.q[0] ?? NaN;
		expect(pushed).toBeGreaterThan(20);
		input.pageBeatAgeMs = 500;
		drive(gate, input, arm, HOME, 100);
		const there = arm.q[0] ?? NaN;
		arm.hand[0] = 0;
		drive(gate, input, arm, HOME, 400);
		expect(Math.abs((arm.q[0] ?? NaN) - there)).toBeLessThan(4);
	});

	it('still turns the arm while the hand holds something', () => {
		const { gate, arm, input } = running();
		const stuck = {
			...arm,
			read: () => {
				arm.q[5] = 30;
				arm.qd[5] = 0;
				return arm.read();
			}
		};
		const out = drive(gate, input, stuck, [30, -60, 60, 30, 0, 0], 1000);
		expect(out?.goal[0]).toBeCloseTo(30, 1);
		expect(out?.goal[5]).toBeGreaterThan(26);
		expect((out?.limitedBy ?? 0) & LIMITED_BY.ahead).toBe(LIMITED_BY.ahead);
	});

	it.each([
		['does not make a source with a clock wait for a hand that holds something', 5, 1],
		['makes it wait for an arm that is held back', 0, 0]
	])('%s', (_, joint, stretch) => {
		const { gate, arm, input } = running();
		const stuck = {
			...arm,
			read: () => {
				arm.q[joint] = HOME[joint] ?? NaN;
				arm.qd[joint] = 0;
				return arm.read();
			}
		};
		const wanted = HOME.map((value, j) => (j === joint ? value - 15 : value));
		const out = drive(gate, input, stuck, wanted, 600, 'policy');
		expect((out?.limitedBy ?? 0) & LIMITED_BY.ahead).toBe(LIMITED_BY.ahead);
		expect(out?.stretch).toBeCloseTo(stretch, 1);
	});
});

describe('health', () => {
	const with6 = (value: number): Float32Array => new Float32Array(6).fill(value);

	it('warns at 55, slows at 60, asks to park at 65 degrees Celsius', () => {
		const { gate, arm, input } = running();
		const at = (t: number) => {
			input.temperature = with6(t);
			return drive(gate, input, arm, HOME, 1)?.health ?? 0;
		};
		expect(at(54)).toBe(0);
		expect(at(55)).toBe(HEALTH.warm);
		expect(at(60)).toBe(HEALTH.warm | HEALTH.hot);
		expect(drive(gate, input, arm, HOME, 1)?.limitedBy).toBe(LIMITED_BY.backoff);
		expect(at(65)).toBe(HEALTH.warm | HEALTH.hot | HEALTH.park);
		expect(at(63) & HEALTH.park).toBe(HEALTH.park);
		expect(at(61)).toBe(HEALTH.warm | HEALTH.hot);
		expect(at(20)).toBe(0);
	});

	it('slows when the supply sags and holds before it browns out', () => {
		const { gate, arm, input } = running();
		input.voltage = with6(7.4);
		drive(gate, input, arm, HOME, 20);
		input.voltage = with6(6.2);
		expect((drive(gate, input, arm, HOME, 50)?.health ?? 0) & HEALTH.lowVoltage).toBe(HEALTH.lowVoltage);
		input.voltage = with6(5.2);
		const out = drive(gate, input, arm, HOME, 50);
		expect((out?.limitedBy ?? 0) & (LIMITED_BY.hold | LIMITED_BY.backoff)).toBe(
			LIMITED_BY.hold | LIMITED_BY.backoff
		);
		input.voltage = with6(7.4);
		expect(drive(gate, input, arm, HOME, 50)?.health).toBe(0);
	});

	it('presses less within 100 ms of a stall, until the load is gone', () => {
		const { gate, arm, input } = running();
		input.load = Float32Array.of(0, 0, 0, 0, 0, 75);
		const out = drive(gate, input, arm, HOME, 20);
		expect((out?.health ?? 0) & HEALTH.stall).toBe(HEALTH.stall);
		expect((out?.limitedBy ?? 0) & LIMITED_BY.backoff).toBe(LIMITED_BY.backoff);
		input.load = with6(5);
		expect(drive(gate, input, arm, HOME, 1)?.health).toBe(0);
	});

	it('takes silence for no reading', () => {
		const { gate, arm, input } = running();
		expect(drive(gate, input, arm, HOME, 10)?.health).toBe(0);
	});
});

it('refuses a description of another robot', () => {
	expect(() => createGate({ spec: { ...SO101, joints: SO101.joints.slice(1) } })).toThrow(RangeError);
});
