// The policy that the app brings along, as it is served: it is a whole package, it answers as it did in training, and it
// does its task in the lab's own parts from starts it has never seen. The long form is `npm run policy:eval`.
import { statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkReference } from '$lib/inference/run';
import type { PolicyPackage } from '$lib/inference/package';
import { evaluate, openModel, openPackage } from './evaluate';
import type { TrialResult } from './trial';

const FILE = path.join(import.meta.dirname, '..', '..', 'static', 'policies', 'pick-place.zip');
const MOST_BYTES = 2_000_000;
const STARTS = 20;
/** Chance of fewer, at the 95 of 100 that are promised: 1.6 %. */
const LEAST_PLACED = 17;

let policy: PolicyPackage;
beforeAll(async () => {
	policy = await openPackage(FILE);
});

describe('the bundled policy', () => {
	it('is small enough to come along', () => expect(statSync(FILE).size).toBeLessThanOrEqual(MOST_BYTES));

	it('answers as PyTorch did', async () => {
		const reference = await policy.reference();
		if (!reference.ok) throw new Error(reference.error.reason);
		const runtime = await openModel(policy);
		const checked = await checkReference(runtime, reference.value);
		expect(checked.ok, JSON.stringify(checked)).toBe(true);
		await runtime.close();
	});

	it('names counted successes of at least 95 in 100 at both speeds', () => {
		const { success } = policy.manifest;
		expect(success.map((entry) => entry.speed).sort()).toEqual(['first_minute', 'normal']);
		for (const { trials, successes } of success) expect(successes / trials).toBeGreaterThanOrEqual(0.95);
	});

	it(`places the cube in at least ${LEAST_PLACED} of ${STARTS} starts`, async () => {
		const runtime = await openModel(policy);
		const trials: TrialResult[] = [];
		const seeds = Array.from({ length: STARTS }, (_, i) => 5000 + i);
		const options = { speed: 'normal', limitS: 30, arm: 'task', latencyTicks: 1, cameraMovedM: 0 } as const;
		await evaluate(runtime, { ...options, seeds, onTrial: (trial) => trials.push(trial) });
		await runtime.close();
		const failed = trials.filter((trial) => !trial.success).map((trial) => trial.seed);
		expect(STARTS - failed.length, `failed: seeds ${failed.join(', ')}`).toBeGreaterThanOrEqual(LEAST_PLACED);
	});
});
