import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rectAfterKey, rectBetween } from './mask-shapes';

const point = fc.record({
	x: fc.double({ min: -0.5, max: 1.5, noNaN: true }),
	y: fc.double({ min: -0.5, max: 1.5, noNaN: true })
});
const keys = fc.array(
	fc.record({
		key: fc.constantFrom('ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'),
		shiftKey: fc.boolean()
	}),
	{ maxLength: 80 }
);

it('rectangles stay inside the picture, whatever is drawn and pressed', () => {
	fc.assert(
		fc.property(point, point, keys, (a, b, presses) => {
			let rect = rectBetween(a, b);
			if (rect === null) return;
			for (const press of presses) rect = rectAfterKey(rect, press) ?? rect;
			expect(rect.x).toBeGreaterThanOrEqual(0);
			expect(rect.y).toBeGreaterThanOrEqual(0);
			expect(rect.x + rect.width).toBeLessThanOrEqual(1 + 1e-9);
			expect(rect.y + rect.height).toBeLessThanOrEqual(1 + 1e-9);
			expect(Math.min(rect.width, rect.height)).toBeGreaterThanOrEqual(0.02 - 1e-9);
		}),
		{ seed: 19, numRuns: 300 }
	);
});

it('a slip of the mouse draws nothing; Delete removes, other keys are not ours', () => {
	expect(rectBetween({ x: 0.5, y: 0.5 }, { x: 0.51, y: 0.9 })).toBeNull();
	const rect = { x: 0.1, y: 0.1, width: 0.2, height: 0.2 };
	expect(rectAfterKey(rect, { key: 'Delete', shiftKey: false })).toBeNull();
	expect(rectAfterKey(rect, { key: 'Tab', shiftKey: false })).toBeUndefined();
});
