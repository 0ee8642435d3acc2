// The plan against LeRobot's own temporal ensemble (fixtures/make_ensemble.py), and what it does between actions.
import { describe, expect, it } from 'vitest';
import golden from './fixtures/lerobot-ensemble.json';
import { Plan } from './plan';

const FPS = 10;
/** LeRobot averages as a 32 bit running mean. */
const TOLERANCE = 1e-4;

describe('temporal ensembling', () => {
	it.each(golden.cases)('as LeRobot does it, coefficient $coefficient', (given) => {
		const options = { joints: 2, fps: FPS, chunkSize: given.chunk_size, ensemble: given.coefficient };
		const plan = new Plan(options);
		const out = new Float64Array(2);
		let worst = 0;
		let compared = 0;
		for (const [k, actions] of given.chunks.entries()) {
			plan.add({ fromS: k / FPS, actions: Float32Array.from(actions) });
			plan.update(k / FPS);
			plan.targets(k / FPS, out);
			if (plan.overlap < 3) continue;
			compared += 1;
			for (let j = 0; j < 2; j++)
				worst = Math.max(worst, Math.abs((out[j] ?? 0) - (given.actions[k]?.[j] ?? 0)));
		}
		expect(compared).toBe(given.chunks.length - 2);
		expect(worst).toBeLessThan(TOLERANCE);
	});

	it('waits until three chunks overlap: before that the newest one counts', () => {
		const plan = new Plan({ joints: 1, fps: FPS, chunkSize: 4, ensemble: 0.01 });
		const out = new Float64Array(1);
		const said: number[] = [];
		for (const k of [0, 1, 2]) {
			plan.add({ fromS: k / FPS, actions: new Float32Array(4).fill(k) });
			plan.update(k / FPS);
			plan.targets(k / FPS, out);
			said.push(out[0] ?? Number.NaN);
		}
		expect(said[0]).toBe(0);
		expect(said[1]).toBe(1);
		expect(said[2]).toBeCloseTo(0.99, 2);
	});
});

describe('the newest chunk alone', () => {
	it('is interpolated, and its last action holds for its own period', () => {
		const plan = new Plan({ joints: 1, fps: FPS, chunkSize: 3, ensemble: null });
		plan.add({ fromS: 5, actions: Float32Array.of(0, 10, 40) });
		plan.update(5);
		const at = (atS: number): number => {
			const out = new Float64Array(1);
			plan.targets(atS, out);
			return out[0] ?? Number.NaN;
		};
		expect(at(5)).toBe(0);
		expect(at(5.05)).toBeCloseTo(5, 9);
		expect(at(5.15)).toBeCloseTo(25, 9);
		expect(at(5.29)).toBe(40);
		expect(plan.endS).toBeCloseTo(5.3, 9);
	});
});
