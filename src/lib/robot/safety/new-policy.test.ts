// The first minute of a new policy: how much of it is left is told by the gate and may be brought back after a reload.
import { describe, expect, it } from 'vitest';
import { createGate } from './gate';
import { drive, scene } from './testing/gate-run';
import { createSpringArm } from './testing/spring-arm';
import { fastestPoint } from './testing/tip-speed';

const HOME = [0, -60, 60, 30, 0, 20];

function run(slowMs: number | undefined, ticks: number) {
	const gate = createGate();
	const arm = createSpringArm(HOME);
	const input = scene(HOME);
	drive(gate, input, arm, HOME, 100);
	gate.introducePolicy(slowMs);
	let previous: Float32Array | null = null;
	let fastest = 0;
	let left = Number.NaN;
	for (let i = 0; i < ticks; i++)
		drive(gate, input, arm, [60 * Math.sin(i / 100), -40, 40, 30, 0, 20], 1, 'policy', (out) => {
			if (previous) fastest = Math.max(fastest, fastestPoint(previous, out.goal, 0.005));
			previous = out.goal.slice();
			left = out.policySlowMs;
		});
	return { fastest, left };
}

describe('the first minute of a policy', () => {
	it('runs only while it drives, and is told', () => {
		expect(run(undefined, 400).left).toBeCloseTo(58_000, 6);
	});

	it('goes on after a reload where it was', () => {
		const slow = run(9000, 1800);
		expect(slow.fastest).toBeLessThanOrEqual(100.0001);
		expect(slow.left).toBeCloseTo(0, 6);
		expect(run(2000, 2400).fastest).toBeGreaterThan(105);
	});

	it('is over for a policy that has had it', () => {
		const known = run(0, 1800);
		expect(known.fastest).toBeGreaterThan(105);
		expect(known.left).toBe(0);
	});

	it.each([Number.NaN, -1, 60_001, Infinity])('is whole when %d is said to be left', (slowMs) => {
		const odd = run(slowMs, 1800);
		expect(odd.fastest).toBeLessThanOrEqual(100.0001);
		expect(odd.left).toBeCloseTo(51_000, 6);
	});
});
