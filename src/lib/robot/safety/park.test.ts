import { expect, it } from 'vitest';
import { createRandom } from '$lib/core';
import { SO101 } from '$lib/contracts';
import { createGate } from './gate';
import { drive, scene } from './testing/gate-run';
import { isAtRest, parkWish, SO101_REST_POSE } from './park';
import { createSpringArm } from './testing/spring-arm';
import { handPoints } from './testing/tip-speed';

it('brings the arm to rest from anywhere, slowly, without the page', () => {
	const random = createRandom(3);
	for (let run = 0; run < 8; run++) {
		const start = SO101.joints.map((joint) => random.between(joint.min * 0.8, joint.max * 0.8));
		const arm = createSpringArm(start);
		const gate = createGate();
		const input = scene(start);
		input.pageBeatAgeMs = Infinity;
		const from = arm.read();
		let ticks = 0;
		while (!isAtRest(arm.read()) && ticks++ < 6000)
			drive(gate, input, arm, parkWish(arm.read(), from, input.nowMs, 1).q, 1, 'park');
		expect(isAtRest(arm.read()), `run ${run}, start ${start.join(' ')}`).toBe(true);
	}
}, 60_000);

it('rests above the table, with what it held still in its hand', () => {
	const tip = handPoints(SO101_REST_POSE.q)[11] ?? NaN;
	expect(tip).toBeGreaterThan(0.005);
	expect(tip).toBeLessThan(0.08);
	const wish = parkWish([0, 0, 0, 0, 0, 35], [0, 0, 0, 0, 0, 35], 0, 1);
	expect([...wish.q]).toEqual([0, -98, 0, 0, 0, 35]);
	expect(isAtRest([0, -98, 94, 50, 0, 90])).toBe(true);
	expect(isAtRest([0, NaN, 94, 50, 0, 90])).toBe(false);
});
