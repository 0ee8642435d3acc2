import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from './fixtures/lerobot-0.6.1-golden.json';
import { PythonFloat, pythonJson, type PythonJson } from './python-json';

describe('JSON as Python writes it', () => {
	it('reproduces an info.json of lerobot byte for byte', () => {
		expect(pythonJson(JSON.parse(golden.infoText) as PythonJson)).toBe(golden.infoText);
	});

	it('writes floats as floats and reads back as the same numbers', () => {
		expect(
			pythonJson([new PythonFloat(0), new PythonFloat(-3), new PythonFloat(0.1), new PythonFloat(1e-10)])
		).toBe('[\n    0.0,\n    -3.0,\n    0.1,\n    1e-10\n]');
		fc.assert(
			fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
				const text = pythonJson(new PythonFloat(value));
				expect(text).toMatch(/[.e]/);
				expect(JSON.parse(text)).toBe(Object.is(value, -0) ? 0 : value);
			}),
			{ seed: 9, numRuns: 500 }
		);
	});

	it('refuses what JSON has no number for', () => {
		for (const value of [NaN, Infinity]) expect(() => pythonJson(new PythonFloat(value))).toThrow(RangeError);
	});

	it('keeps empty containers on one line', () => {
		expect(pythonJson({ a: [], b: {}, c: null })).toBe('{\n    "a": [],\n    "b": {},\n    "c": null\n}');
	});
});
