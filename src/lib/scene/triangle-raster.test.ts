import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	clearPicture,
	createPicture,
	fillTriangle,
	halve,
	packColour,
	type Picture
} from './triangle-raster';

const WHITE: [number, number, number] = [255, 255, 255];

function corners(points: readonly (readonly [number, number, number])[], rgb = WHITE): Float64Array {
	return Float64Array.from(points.flatMap(([x, y, z]) => [x, y, z, ...rgb]));
}

function covered(picture: Picture): Set<number> {
	return new Set([...picture.depth.keys()].filter((i) => (picture.depth[i] ?? 0) > 0));
}

describe('filling triangles', () => {
	it('covers the pixels whose centres lie inside, and no other', () => {
		const picture = createPicture(8, 8);
		fillTriangle(
			picture,
			corners([
				[0, 0, 1],
				[4, 0, 1],
				[0, 4, 1]
			]),
			0,
			6,
			12
		);
		const seen = [...covered(picture)].map((i) => [i % 8, Math.floor(i / 8)]);
		expect(seen.every(([x = 9, y = 9]) => x + 0.5 + y + 0.5 <= 4)).toBe(true);
		expect(seen).toHaveLength(6);
	});

	it('gives every pixel on a shared edge to exactly one neighbour', () => {
		// Eighths of a pixel: often enough an edge runs exactly through a centre.
		const coordinate = fc.integer({ min: -160, max: 416 }).map((eighths) => eighths / 8);
		const corner = fc.tuple(coordinate, coordinate, fc.constant(1));
		fc.assert(
			fc.property(corner, corner, corner, corner, (a, b, c, d) => {
				// b and d on opposite sides of the edge a-c, so that the two triangles do not overlap by design.
				const side = (p: readonly number[]): number =>
					(c[0] - a[0]) * ((p[1] ?? 0) - a[1]) - (c[1] - a[1]) * ((p[0] ?? 0) - a[0]);
				fc.pre(side(b) * side(d) < 0);
				const [one, two] = [createPicture(32, 32), createPicture(32, 32)];
				fillTriangle(one, corners([a, b, c]), 0, 6, 12);
				fillTriangle(two, corners([a, c, d]), 0, 6, 12);
				const second = covered(two);
				expect([...covered(one)].filter((i) => second.has(i))).toEqual([]);
			})
		);
	});

	it('leaves no gap: two halves of a square cover it all', () => {
		const picture = createPicture(16, 16);
		const square = corners([
			[0, 0, 1],
			[16, 0, 1],
			[16, 16, 1],
			[0, 16, 1]
		]);
		fillTriangle(picture, square, 0, 6, 12);
		fillTriangle(picture, square, 0, 12, 18);
		expect(covered(picture).size).toBe(256);
	});

	it('keeps what is nearer, whatever comes first', () => {
		const near = corners(
			[
				[0, 0, 2],
				[8, 0, 2],
				[0, 8, 2]
			],
			[255, 0, 0]
		);
		const far = corners(
			[
				[0, 0, 1],
				[8, 0, 1],
				[0, 8, 1]
			],
			[0, 255, 0]
		);
		for (const order of [
			[near, far],
			[far, near]
		]) {
			const picture = createPicture(8, 8);
			for (const triangle of order) fillTriangle(picture, triangle, 0, 6, 12);
			expect([...picture.pixels.subarray(0, 3)]).toEqual([255, 0, 0]);
		}
	});

	it('mixes a translucent triangle and leaves the depth alone', () => {
		const picture = createPicture(4, 4);
		clearPicture(picture, packColour(100, 100, 100));
		fillTriangle(
			picture,
			corners(
				[
					[0, 0, 1],
					[4, 0, 1],
					[0, 4, 1]
				],
				[200, 0, 100]
			),
			0,
			6,
			12,
			'blend',
			0.5
		);
		expect([...picture.pixels.subarray(0, 4)]).toEqual([150, 50, 100, 255]);
		expect(picture.depth[0]).toBe(0);
	});

	it('survives any corners, also absurd ones', () => {
		const wild = fc.oneof(
			fc.double(),
			fc.constantFrom(NaN, Infinity, -Infinity, 0),
			fc.double({ min: -1e9, max: 1e9 })
		);
		fc.assert(
			fc.property(fc.array(fc.tuple(wild, wild, wild), { minLength: 3, maxLength: 3 }), (points) => {
				const picture = createPicture(8, 8);
				fillTriangle(picture, corners(points), 0, 6, 12);
			})
		);
	});
});

it('halves a picture by the mean of four pixels, rounded', () => {
	const fine = createPicture(2, 2);
	[packColour(0, 255, 1), packColour(1, 255, 2), packColour(2, 255, 3), packColour(4, 254, 0)].forEach(
		(word, i) => (fine.words[i] = word)
	);
	const out = createPicture(1, 1);
	halve(fine, out);
	expect([...out.pixels]).toEqual([2, 255, 2, 255]);
});
