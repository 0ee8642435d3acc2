import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskPicture, type MaskRect } from './frame-mask';
import { i420Size, planesOf } from './i420';

const WIDTH = 32;
const HEIGHT = 24;

function masked(mask: readonly MaskRect[], fill = 99) {
	const picture = { width: WIDTH, height: HEIGHT, data: new Uint8Array(i420Size(WIDTH, HEIGHT)).fill(fill) };
	maskPicture(picture, mask);
	return planesOf(picture);
}

describe('mask', () => {
	it('leaves no pixel that a rectangle touches, and no colour of it', () => {
		const share = fc.double({ min: 0, max: 1, noNaN: true });
		fc.assert(
			fc.property(share, share, share, share, (x, y, width, height) => {
				const planes = masked([{ x, y, width, height }]);
				for (let row = 0; row < HEIGHT; row++)
					for (let column = 0; column < WIDTH; column++) {
						const inside =
							column + 1 > x * WIDTH + 1e-3 &&
							column < (x + width) * WIDTH - 1e-3 &&
							row + 1 > y * HEIGHT + 1e-3 &&
							row < (y + height) * HEIGHT - 1e-3;
						if (!inside) continue;
						const chroma = (row >> 1) * (WIDTH / 2) + (column >> 1);
						expect([planes.y[row * WIDTH + column], planes.u[chroma], planes.v[chroma]]).toEqual([
							16, 128, 128
						]);
					}
			}),
			{ seed: 41, numRuns: 200 }
		);
	});

	it('leaves everything else as it was', () => {
		const { y, u } = masked([{ x: 0, y: 0, width: 0.5, height: 1 }]);
		expect(y.filter((value) => value === 99)).toHaveLength((WIDTH * HEIGHT) / 2);
		expect(u.filter((value) => value === 99)).toHaveLength((WIDTH * HEIGHT) / 8);
		expect(masked([{ x: 0.5, y: 0.5, width: 0, height: 0 }]).y.every((value) => value === 99)).toBe(true);
	});

	it('may reach beyond the picture', () => {
		const { y } = masked([{ x: 0.9, y: -0.5, width: 5, height: 9 }]);
		expect(y[WIDTH * HEIGHT - 1]).toBe(16);
		expect(y[0]).toBe(99);
	});
});
