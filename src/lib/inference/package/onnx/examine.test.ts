// Shapes and costs against other programs: onnx's own inference and torch's counter (fixtures/make_fixtures.py).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import net from '../fixtures/net.json';
import operators from '../fixtures/operators.json';
import random from '../fixtures/random-graphs.json';
import { readZip } from '../zip';
import { examineOnnx, inferValues } from './examine';

type Shapes = Readonly<Record<string, { readonly shape: readonly number[]; readonly type: number }>>;

type Judged = Readonly<Record<string, { shape: number[]; type: number; ints?: number[] }>>;

async function fixture(path: string): Promise<Uint8Array> {
	const zip = new Blob([readFileSync(join(import.meta.dirname, '..', 'fixtures', 'policy.zip'))]);
	const entries = await readZip(zip);
	const entry = entries.get(path);
	if (entry === undefined) throw new RangeError(path);
	return new Uint8Array(await zip.slice(entry.start, entry.end).arrayBuffer());
}

function expectShapes(bytes: Uint8Array, expected: Shapes): void {
	const values = inferValues(bytes);
	if (!values.ok) throw new RangeError(`${values.error.part}: ${values.error.reason}`);
	const found = Object.fromEntries(
		Object.keys(expected).map((name) => {
			const { shape, type } = values.value.get(name) ?? { shape: [], type: 0 };
			return [name, { shape, type }];
		})
	);
	expect(found).toEqual(expected);
}

describe('shapes, as onnx works them out', () => {
	it.each(operators)('$name', ({ onnx, shapes }) => {
		const bytes = Uint8Array.from(Buffer.from(onnx, 'base64'));
		expect(Object.keys(shapes).length).toBeGreaterThan(0);
		expectShapes(bytes, shapes);
		const facts = examineOnnx(bytes);
		const types = Object.values(shapes as unknown as Shapes).map(({ type }) => type);
		// A policy answers in float32; anything else was worked out but is refused.
		expect(facts.ok).toBe(types.at(-1) === 1);
	});

	it('of a net that torch wrote', async () => {
		const shapes = net.shapes as unknown as Shapes;
		expect(Object.keys(shapes).length).toBeGreaterThan(60);
		expectShapes(await fixture('policy.fp32.onnx'), shapes);
	});

	it('of its 16-bit form, whose nodes are in no order', async () => {
		expectShapes(await fixture('policy.fp16.onnx'), net.halfShapes);
	});
});

describe('graphs put together at random', () => {
	it('hold what ONNX Runtime makes of them, value by value', () => {
		let known = 0;
		for (const { onnx, values } of random) {
			const found = inferValues(Uint8Array.from(Buffer.from(onnx, 'base64')));
			if (!found.ok) throw new RangeError(`${found.error.part}: ${found.error.reason}`);
			for (const [name, expected] of Object.entries(values as Judged)) {
				const value = found.value.get(name);
				expect({ name, shape: value?.shape, type: value?.type }).toEqual({
					name,
					shape: expected.shape,
					type: expected.type
				});
				if (expected.ints === undefined || value?.ints == null) continue;
				expect(value.ints).toEqual(expected.ints);
				known++;
			}
		}
		expect(random.length).toBeGreaterThan(30);
		expect(known).toBeGreaterThan(5);
	});
});

describe('facts', () => {
	it('are those of torch and onnx', async () => {
		const bytes = await fixture('policy.fp32.onnx');
		const facts = examineOnnx(bytes);
		if (!facts.ok) throw new RangeError(facts.error.reason);
		expect(facts.value.multiplyAdds).toBe(net.multiplyAdds);
		expect(facts.value.nodes).toBe(net.nodes);
		expect(facts.value.modelBytes).toBe(bytes.byteLength);
		expect(facts.value.opset).toBe(17);
		expect(facts.value.inputs).toEqual([
			{ name: 'observation.state', shape: [1, 6] },
			{ name: 'observation.images.top', shape: [1, 3, 16, 24] },
			{ name: 'observation.images.wrist', shape: [1, 3, 16, 24] }
		]);
		expect(facts.value.outputs).toEqual([{ name: 'action', shape: [1, 5, 6] }]);
		expect(facts.value.weightBytes).toBeGreaterThanOrEqual(net.initialiserBytes);
		expect(facts.value.operators['Conv']).toBe(2);
	});

	it('count what lies in memory at one time', async () => {
		const facts = examineOnnx(await fixture('policy.fp32.onnx'));
		if (!facts.ok) throw new RangeError(facts.error.reason);
		const sizes = Object.values(net.shapes as unknown as Shapes).map(
			({ shape }) => shape.reduce((a, b) => a * b, 1) * 4
		);
		expect(facts.value.peakActivationBytes).toBeGreaterThanOrEqual(Math.max(...sizes));
		expect(facts.value.peakActivationBytes).toBeLessThan(sizes.reduce((a, b) => a + b, 0));
	});
});
