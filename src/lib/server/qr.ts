// A link as a QR picture: the path data of its dark squares, one unit each, for an SVG with the given view box. Drawn on the
// server, so that no page carries an encoder.

import { encode } from 'uqr';

export interface QrPath {
	/** Width and height in squares, the quiet zone of four included. */
	readonly size: number;
	readonly path: string;
}

const QUIET = 4;

export function qrPath(text: string): QrPath {
	const { data, size } = encode(text, { ecc: 'M', border: QUIET });
	const rows = data.map((row, y) => {
		let path = '';
		for (let x = 0; x < row.length; x++) {
			if (row[x] !== true) continue;
			const from = x;
			while (row[x + 1] === true) x++;
			path += `M${from} ${y}h${x - from + 1}v1H${from}z`;
		}
		return path;
	});
	return { size, path: rows.join('') };
}
