import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/core';
import { SO101 } from '$lib/contracts';
import {
	LOOP_LAG_S,
	marginOf,
	RATED_LOAD_KG,
	SERVO_MODEL,
	SO101_AHEAD_BUDGET,
	totalOf
} from './ahead-budget';
import { createArmGeometry } from './arm-geometry';
import { SO101_GATE_LIMITS } from './gate-limits';

const TICK = 360 / 4096;

/** Largest holding torque per joint over the reachable poses, N·m. */
function heaviest(): { own: number[]; load: number[] } {
	const geometry = createArmGeometry();
	const random = createRandom(1);
	const own = [0, 0, 0, 0, 0, 0];
	const load = [0, 0, 0, 0, 0, 0];
	const torque = new Float64Array(6);
	const keep = (max: number[]): void =>
		torque.forEach((value, j) => (max[j] = Math.max(max[j] ?? 0, Math.abs(value))));
	for (let i = 0; i < 100_000; i++) {
		geometry.solve(SO101.joints.map((joint) => random.between(joint.min, joint.max)));
		geometry.ownWeight(torque);
		keep(own);
		geometry.tipWeight(RATED_LOAD_KG, torque);
		keep(load);
	}
	return { own, load };
}

describe('ahead budget', () => {
	const { own, load } = heaviest();
	const scale = createArmGeometry().scale;
	const units = (torque: number, j: number): number =>
		torque / SERVO_MODEL.stiffnessNmPerRad / (scale[j] ?? NaN);

	it.each(SO101_AHEAD_BUDGET.map((row, j) => [row.joint, row, j] as const))(
		'%s follows from the model',
		(_, row, j) => {
			expect(row.joint).toBe(SO101.joints[j]?.name);
			const near = (value: number, model: number): void => {
				expect(value).toBeGreaterThanOrEqual(model - 0.005);
				expect(value).toBeLessThan(model + 0.05);
			};
			near(row.gravity.value, units(own[j] ?? NaN, j));
			near(row.load.value, units(load[j] ?? NaN, j));
			near(row.stiction.value, units(SERVO_MODEL.frictionNm, j));
			const step = j === 5 ? 100 / (1.919862 / ((2 * Math.PI) / 4096)) : TICK;
			near(row.gain.value, 0.1 * (row.gravity.value + row.load.value) + step);
			const followed = (SO101_GATE_LIMITS.jointPerS[j] ?? NaN) * (SERVO_MODEL.lagS + LOOP_LAG_S);
			// The hand is the exception: what it may lag is what it may press.
			if (j < 5) near(row.lag.value, followed);
			else expect(row.lag.value).toBeLessThan(followed);
		}
	);

	it('lets a closed hand press with half of the stall torque at most', () => {
		const hand = SO101_AHEAD_BUDGET[5];
		if (!hand) throw new Error('no gripper');
		expect(marginOf(hand) * (scale[5] ?? NaN) * SERVO_MODEL.stiffnessNmPerRad).toBeLessThan(0.5 * 1.9);
	});

	it('is the table that docs/hardware.md prints', () => {
		const doc = readFileSync(new URL('../../../../docs/hardware.md', import.meta.url), 'utf8');
		const rows = doc.split('\n').filter((line) => line.startsWith('| `'));
		for (const row of SO101_AHEAD_BUDGET) {
			const line = rows.find((candidate) => candidate.startsWith(`| \`${row.joint}\``));
			const numbers = (line ?? '')
				.split('|')
				.slice(2, -1)
				.map((cell) => parseFloat(cell));
			const parts = [row.gravity, row.load, row.stiction, row.gain, row.lag];
			expect([row.joint, ...numbers]).toEqual([
				row.joint,
				...parts.map((part) => part.value),
				Number(totalOf(row).toFixed(2))
			]);
			const cells = (line ?? '').split('|').slice(2, 7);
			parts.forEach((part, i) => expect(cells[i]).toContain(part.origin === 'computed' ? ' c' : ' m'));
		}
	});
});
