// A package that Python wrote (fixtures/make_fixtures.py: torch, onnxruntime, safetensors, zipfile) is believed, whole.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPackage } from './read-package';
import type { PolicyPackage } from './types';

const zip = () => new Blob([readFileSync(join(import.meta.dirname, 'fixtures', 'policy.zip'))]);

async function read(): Promise<PolicyPackage> {
	const found = await readPackage(zip());
	if (!found.ok) throw new RangeError(`${found.error.code} ${found.error.part}: ${found.error.reason}`);
	return found.value;
}

describe('a package from Python', () => {
	it('is believed', async () => {
		const policy = await read();
		expect(policy.id).toMatch(/^[0-9a-f]{64}$/);
		expect(policy.manifest.joints.map(({ name }) => name).at(-1)).toBe('gripper');
		expect(policy.card).toBe('# Fixture\nRandom weights.\n');
		expect(policy.precisions).toEqual(['fp32', 'fp16']);
		expect(policy.facts.fp32?.nodes).toBeLessThan(policy.facts.fp16?.nodes ?? 0);
		expect(policy.packageBytes).toBe(zip().size);
	});

	it('gives its models, its reference and its pictures', async () => {
		const policy = await read();
		for (const precision of policy.precisions) {
			const model = await policy.model(precision);
			expect(model.ok && model.value.byteLength).toBe(policy.manifest.files[precision]?.bytes);
		}
		const reference = await policy.reference();
		if (!reference.ok) throw new RangeError(reference.error.reason);
		expect(reference.value.observations.map(({ state, images }) => [state.length, images.length])).toEqual([
			[6, 2],
			[6, 2]
		]);
		expect(reference.value.observations[1]?.images[0]?.length).toBe(3 * 16 * 24);
		expect(reference.value.actions.map(({ length }) => length)).toEqual([30, 30]);
		// The same places as Python's safetensors reads them.
		const last = reference.value.actions[1]?.slice(24);
		expect([...(last ?? [])]).toEqual([
			-13.82337474822998, -8.826295852661133, -6.076568126678467, -5.563117027282715, 31.704395294189453,
			-22.36163330078125
		]);
		const [first, second] = reference.value.observations;
		expect(first?.state[5]).toBe(-19.86732292175293);
		expect(first?.images[0]?.[0]).toBe(0.6290145516395569);
		expect(second?.images[1]?.at(-1)).toBe(0.44823145866394043);
		expect(reference.value.actions[0]).not.toEqual(reference.value.actions[1]);
		const pictures = await policy.pictures();
		expect(pictures.ok && pictures.value.map(({ type }) => type)).toEqual(['image/png', 'image/png']);
	});
});
