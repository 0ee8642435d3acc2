// The picture of a link, square by square as another program (segno) makes it.
import { expect, it } from 'vitest';
import golden from './fixtures/qr-segno.json';
import { qrPath } from './qr';

/** Squares that the path paints, as rows of 0 and 1. */
function painted(path: string, size: number): string[] {
	const rows = Array.from({ length: size }, () => Array<string>(size).fill('0'));
	for (const [, x, y, width, back] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H(\d+)z/g)) {
		expect(back).toBe(x);
		for (let n = 0; n < Number(width); n++) {
			const row = rows[Number(y)];
			if (row !== undefined) row[Number(x) + n] = '1';
		}
	}
	return rows.map((row) => row.join(''));
}

it('paints the squares segno paints, with a quiet zone of four around them', () => {
	const { size, path } = qrPath(golden.text);
	const inner = golden.rows.length;
	expect(size).toBe(inner + 8);
	const rows = painted(path, size);
	expect(rows.slice(4, -4).map((row) => row.slice(4, -4))).toEqual(golden.rows);
	const edge = '0'.repeat(size);
	expect([...rows.slice(0, 4), ...rows.slice(-4)]).toEqual(Array.from({ length: 8 }, () => edge));
	expect(rows.every((row) => row.startsWith('0000') && row.endsWith('0000'))).toBe(true);
});
