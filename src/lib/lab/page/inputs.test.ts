import { describe, expect, it } from 'vitest';
import { createInputs } from './inputs';

const NO_GAMEPAD = (): null => null;

describe('sliders', () => {
	it('wish for nothing until it is known what the servos hold, then for that', () => {
		const inputs = createInputs(3);
		expect(inputs.wish(NO_GAMEPAD)).toBeNull();
		inputs.startFrom([1, 2, 3]);
		expect(inputs.wish(NO_GAMEPAD)).toEqual({ source: 'sliders', q: Float32Array.of(1, 2, 3) });
		expect(inputs.moved).toBe(false);
	});

	it('a joint that was moved before the start was known is not forgotten', () => {
		const inputs = createInputs(3);
		inputs.startFrom(null);
		inputs.setJoint(1, 20);
		inputs.startFrom([1, 2, 3]);
		expect(inputs.targets).toEqual(Float32Array.of(1, 20, 3));
		expect(inputs.moved).toBe(true);
	});

	it('what was asked of an arm that was locked since is forgotten', () => {
		const inputs = createInputs(3);
		inputs.setJoint(1, 20);
		inputs.startFrom(null);
		inputs.startFrom([1, 2, 3]);
		expect(inputs.targets).toEqual(Float32Array.of(1, 2, 3));
		expect(inputs.moved).toBe(false);
	});

	it.each([
		['no such joint', 3, 1],
		['a negative joint', -1, 1],
		['no number', 0, Number.NaN],
		['no end', 0, Number.POSITIVE_INFINITY]
	])('%s changes nothing', (_what, index, value) => {
		const inputs = createInputs(3);
		inputs.startFrom([1, 2, 3]);
		inputs.setJoint(index, value);
		expect(inputs.targets).toEqual(Float32Array.of(1, 2, 3));
	});
});
