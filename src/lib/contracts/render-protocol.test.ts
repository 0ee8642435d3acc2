import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConsumerToRender, readPlantToRender, readRenderToConsumer } from './render-protocol';

const envelope = { v: 1, seq: 0, t: 12.5 };
const frame = { width: 4, height: 2, data: new Uint8Array(12), tMs: 3, sequence: 0 };

const good: readonly [string, (data: unknown) => unknown, Record<string, unknown>][] = [
	['poses', readPlantToRender, { poses: new Float64Array(7) }],
	['render', readPlantToRender, { tick: 3, poses: new Float64Array(7) }],
	['want-frames', readConsumerToRender, { camera: 'top', wanted: true }],
	['frame-taken', readConsumerToRender, { camera: 'top', sequence: 9 }],
	['frame', readRenderToConsumer, { camera: 'top', frame }],
	['frames-ended', readRenderToConsumer, { camera: 'top' }]
];

describe.each(good)('%s', (ch, read, body) => {
	it('is read', () => {
		expect(read({ ...envelope, ch, body })).not.toBeNull();
	});

	it('is dropped from another version, on another channel, or without its parts', () => {
		expect(read({ ...envelope, v: 2, ch, body })).toBeNull();
		expect(read({ ...envelope, ch: 'tea', body })).toBeNull();
		expect(read({ ...envelope, ch })).toBeNull();
		for (const missing of Object.keys(body)) {
			const rest = Object.fromEntries(Object.entries(body).filter(([key]) => key !== missing));
			expect(read({ ...envelope, ch, body: rest })).toBeNull();
		}
	});

	it('never throws, whatever comes', () => {
		fc.assert(fc.property(fc.anything(), (junk) => read(junk) === null));
		fc.assert(
			fc.property(fc.anything(), (junk) => {
				read({ ...envelope, ch, body: junk });
			})
		);
	});
});

it('does not take poses that are no numbers, nor frames of the wrong length', () => {
	expect(readPlantToRender({ ...envelope, ch: 'poses', body: { poses: Float64Array.of(NaN) } })).toBeNull();
	expect(
		readPlantToRender({ ...envelope, t: NaN, ch: 'poses', body: { poses: Float64Array.of(1) } })
	).toBeNull();
	const short = { ...frame, data: new Uint8Array(11) };
	expect(
		readRenderToConsumer({ ...envelope, ch: 'frame', body: { camera: 'top', frame: short } })
	).toBeNull();
});
