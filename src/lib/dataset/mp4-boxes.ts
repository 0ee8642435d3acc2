// Walks the boxes of an ISO base media file (ISO/IEC 14496-12) in memory. Knows sizes, types and nesting, and the fields
// of the few boxes this room reads or rewrites; decodes no video.

export interface Mp4Box {
	readonly type: string;
	/** Offset of the box's first byte and of its payload, from the start of the bytes walked. */
	readonly start: number;
	readonly body: number;
	/** One past the last byte. */
	readonly end: number;
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Boxes lying side by side in `bytes[from, to)`. Throws RangeError when a box runs over its parent. */
export function boxesIn(bytes: Uint8Array, from = 0, to = bytes.length): Mp4Box[] {
	const view = viewOf(bytes);
	const boxes: Mp4Box[] = [];
	let start = from;
	while (start < to) {
		if (start + 8 > to) throw new RangeError(`box header cut off at ${start}`);
		const type = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
		const size32 = view.getUint32(start);
		const large = size32 === 1;
		const size = large ? Number(view.getBigUint64(start + 8)) : size32 === 0 ? to - start : size32;
		const body = start + (large ? 16 : 8);
		if (size < body - start || start + size > to)
			throw new RangeError(`box ${type} at ${start} has size ${size}`);
		boxes.push({ type, start, body, end: start + size });
		start += size;
	}
	return boxes;
}

/** The first box at `path` (types from the outside in), or null. */
export function findBox(bytes: Uint8Array, path: readonly string[], within?: Mp4Box): Mp4Box | null {
	const [type, ...rest] = path;
	const found = boxesIn(bytes, within?.body, within?.end).find((box) => box.type === type);
	if (!found) return null;
	return rest.length === 0 ? found : findBox(bytes, rest, found);
}

/**
 * Writes zero (midnight, 1 January 1904) as creation and modification time of movie, tracks and media, so that the time
 * of writing leaves no trace. `moov` is one whole moov box and is changed in place.
 */
export function clearTimes(moov: Uint8Array): void {
	const clear = (box: Mp4Box | null): void => {
		if (!box) return;
		const wide = moov[box.body] === 1;
		moov.fill(0, box.body + 4, box.body + 4 + (wide ? 16 : 8));
	};
	const root = boxesIn(moov)[0];
	if (root?.type !== 'moov') throw new RangeError('not a moov box');
	clear(findBox(moov, ['mvhd'], root));
	for (const track of boxesIn(moov, root.body, root.end).filter((box) => box.type === 'trak')) {
		clear(findBox(moov, ['tkhd'], track));
		clear(findBox(moov, ['mdia', 'mdhd'], track));
	}
}

export interface Mp4Facts {
	/** Sample entry: `avc1`, `av01`, `vp09`. */
	readonly codec: string;
	readonly width: number;
	readonly height: number;
	readonly timescale: number;
	readonly sampleCount: number;
	/** Ticks between samples when all are the same, else null. */
	readonly sampleDelta: number | null;
	/** Bytes of all samples together, and of the mdat payload. */
	readonly sampleBytes: number;
	readonly mediaBytes: number;
	/** Rows (from 0) that can be decoded on their own. */
	readonly keyRows: readonly number[];
	/** The index comes before the media. */
	readonly fastStart: boolean;
	/** No edit list and no composition offsets: sample n is shown at n * sampleDelta. */
	readonly plainTimes: boolean;
	/** The first sample begins where the media begins. */
	readonly startsAtMedia: boolean;
	readonly tracks: number;
}

function sampleDelta(view: DataView, stts: Mp4Box): number | null {
	return view.getUint32(stts.body + 4) === 1 ? view.getUint32(stts.body + 12) : null;
}

function keyRows(view: DataView, stss: Mp4Box | null, count: number): number[] {
	if (!stss) return Array.from({ length: count }, (_, row) => row);
	const keys = view.getUint32(stss.body + 4);
	return Array.from({ length: keys }, (_, k) => view.getUint32(stss.body + 8 + 4 * k) - 1);
}

/** Facts about the first track of a whole mp4 file. Throws RangeError for anything that is not one. */
export function mp4Facts(bytes: Uint8Array): Mp4Facts {
	const view = viewOf(bytes);
	const top = boxesIn(bytes);
	const need = (box: Mp4Box | null | undefined, name: string): Mp4Box => {
		if (!box) throw new RangeError(`no ${name} box`);
		return box;
	};
	const moov = need(
		top.find((box) => box.type === 'moov'),
		'moov'
	);
	const mdat = need(
		top.find((box) => box.type === 'mdat'),
		'mdat'
	);
	const tracks = boxesIn(bytes, moov.body, moov.end).filter((box) => box.type === 'trak');
	const trak = need(tracks[0], 'trak');
	const mdhd = need(findBox(bytes, ['mdia', 'mdhd'], trak), 'mdhd');
	const stbl = need(findBox(bytes, ['mdia', 'minf', 'stbl'], trak), 'stbl');
	const part = (name: string): Mp4Box => need(findBox(bytes, [name], stbl), name);
	const [stsd, stsz, stco] = [part('stsd'), part('stsz'), part('stco')];
	const sampleCount = view.getUint32(stsz.body + 8);
	const fixedSize = view.getUint32(stsz.body + 4);
	let sampleBytes = fixedSize * sampleCount;
	if (fixedSize === 0)
		for (let k = 0; k < sampleCount; k++) sampleBytes += view.getUint32(stsz.body + 12 + 4 * k);
	return {
		codec: String.fromCharCode(...bytes.subarray(stsd.body + 12, stsd.body + 16)),
		width: view.getUint16(stsd.body + 8 + 32),
		height: view.getUint16(stsd.body + 8 + 34),
		timescale: view.getUint32(mdhd.body + (bytes[mdhd.body] === 1 ? 20 : 12)),
		sampleCount,
		sampleDelta: sampleDelta(view, part('stts')),
		sampleBytes,
		mediaBytes: mdat.end - mdat.body,
		keyRows: keyRows(view, findBox(bytes, ['stss'], stbl), sampleCount),
		fastStart: moov.start < mdat.start,
		plainTimes: !findBox(bytes, ['edts'], trak) && !findBox(bytes, ['ctts'], stbl),
		startsAtMedia: view.getUint32(stco.body + 8) === mdat.body,
		tracks: tracks.length
	};
}
