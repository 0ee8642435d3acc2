// The judge is the model that Python wrote: the template filled with the tensors of the bundled policy has to be the bundled
// policy, byte for byte.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPackage } from '$lib/inference/package';
import { PATCH_KEYPOINT, sizeOf, trainedTensors } from '../net/shape';
import { fillTemplate, readInitialisers } from './fill-template';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const read = (...path: string[]): Uint8Array<ArrayBuffer> =>
	new Uint8Array(readFileSync(join(ROOT, 'static', ...path)));
const STATISTICS = ['state_mean', 'state_std', 'action_mean', 'action_std'];

async function bundledModel(): Promise<Uint8Array> {
	const opened = await readPackage(new Blob([read('policies', 'pick-place.zip')]));
	if (!opened.ok) throw new Error(opened.error.reason);
	const model = await opened.value.model('fp32');
	if (!model.ok) throw new Error(model.error.reason);
	return model.value;
}

const namesFor = (cameras: readonly string[]): string[] => [
	...trainedTensors({ ...PATCH_KEYPOINT, cameras }).map(({ name }) => name),
	...STATISTICS
];

function valuesFor(cameras: readonly string[]): Map<string, Float32Array> {
	const tensors = trainedTensors({ ...PATCH_KEYPOINT, cameras });
	const sizes = [...tensors.map(({ name, dims }) => [name, sizeOf(dims)] as const)];
	return new Map([
		...sizes.map(([name, size]) => [name, new Float32Array(size)] as const),
		...STATISTICS.map((name) => [name, new Float32Array(PATCH_KEYPOINT.joints)] as const)
	]);
}

describe('filling a template', () => {
	it('with the weights of the bundled policy gives the bundled policy', async () => {
		const model = await bundledModel();
		const all = readInitialisers(model);
		const wanted = namesFor(['top', 'wrist']);
		const values = new Map(wanted.map((name) => [name, all.get(name) ?? new Float32Array()]));
		const filled = fillTemplate(read('training', 'patch-keypoint-2.onnx'), ['top', 'wrist'], values);
		expect(Buffer.compare(filled, model)).toBe(0);
	});

	it.each([[['front']], [['left', 'right']], [['top', 'wrist', 'side']], [['state']]])(
		'names the cameras %j',
		(cameras) => {
			const template = read('training', `patch-keypoint-${cameras.length}.onnx`);
			const prefixed = cameras.map((name) => (name === 'state' ? 'state_camera' : name));
			const filled = fillTemplate(template, cameras, valuesFor(prefixed));
			const text = Buffer.from(filled).toString('latin1');
			for (const name of cameras) expect(text).toContain(`observation.images.${name}`);
			expect(text).not.toMatch(/camera\d/);
		}
	);

	it('refuses a value that is missing, of another size, or not of this graph', () => {
		const template = read('training', 'patch-keypoint-1.onnx');
		const fill = (change: (values: Map<string, Float32Array>) => void) => () => {
			const values = valuesFor(['top']);
			change(values);
			return fillTemplate(template, ['top'], values);
		};
		expect(fill((values) => values.delete('plan.1.bias'))).toThrow('plan.1.bias wants 256 values');
		expect(fill((values) => values.set('state_std', new Float32Array(5)))).toThrow(
			'state_std wants 6 values'
		);
		expect(fill((values) => values.set('more', new Float32Array(1)))).toThrow('the template has no more');
		expect(() => fillTemplate(template.subarray(0, 100), ['top'], valuesFor(['top']))).toThrow(RangeError);
	});
});
