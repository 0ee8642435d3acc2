// Everything of an episode's mp4 that comes before the pictures: ftyp, moov and the head of mdat. mediabunny builds the
// boxes; it is given packets of the right size without their bytes, so the pictures go from the store to the file
// without a copy. Frame n is shown at exactly n/fps, the index comes first, and no time of writing is kept.

import {
	EncodedPacket,
	EncodedVideoPacketSource,
	Mp4OutputFormat,
	NullTarget,
	Output,
	type VideoCodec as MuxCodec
} from 'mediabunny';
import type { TrackConfig } from '$lib/contracts';
import { clearTimes } from './mp4-boxes';
import { codecOf } from './shape';

/** A 32-bit mdat ends here; one episode of one camera is three orders of magnitude smaller. */
const MDAT_LIMIT = 2 ** 32 - 1;

/** Ticks per second FFmpeg would choose (and so what LeRobot's own files have): fps doubled until at least 10000. */
export function timescaleFor(fps: number): number {
	let timescale = fps;
	while (timescale < 10_000) timescale *= 2;
	return timescale;
}

function decoderConfig(track: TrackConfig): VideoDecoderConfig {
	const { primaries, transfer, matrix, fullRange } = track.colorSpace;
	const named = (value: string): string | null => (value === '' ? null : value);
	return {
		codec: track.codec,
		codedWidth: track.width,
		codedHeight: track.height,
		colorSpace: {
			primaries: named(primaries) as VideoColorPrimaries | null,
			transfer: named(transfer) as VideoTransferCharacteristics | null,
			matrix: named(matrix) as VideoMatrixCoefficients | null,
			fullRange
		},
		...(track.description.length > 0 ? { description: track.description } : {})
	};
}

function mdatHead(payloadBytes: number): Uint8Array {
	const head = new Uint8Array(8);
	new DataView(head.buffer).setUint32(0, payloadBytes + 8);
	head.set([0x6d, 0x64, 0x61, 0x74], 4);
	return head;
}

export interface PacketSizes {
	/** Byte length of each packet, in the order shown. No packet is reordered. */
	readonly sizes: Uint32Array;
	readonly keyRows: readonly number[];
}

/**
 * The bytes before the first packet. The file is this followed by every packet in order.
 * Throws RangeError for a codec that cannot go into an mp4 and for a file over 4 GiB.
 */
export async function mp4Header(
	track: TrackConfig,
	{ sizes, keyRows }: PacketSizes,
	fps: number
): Promise<Uint8Array> {
	const codec: MuxCodec | null = codecOf(track.codec);
	if (!codec) throw new RangeError(`cannot mux ${track.codec}`);
	const parts: Uint8Array[] = [];
	const format = new Mp4OutputFormat({
		fastStart: 'in-memory',
		onFtyp: (data) => void parts.push(data),
		onMoov: (data) => void parts.push(data)
	});
	const output = new Output({ format, target: new NullTarget() });
	const source = new EncodedVideoPacketSource(codec);
	output.addVideoTrack(source, { frameRate: timescaleFor(fps) });
	await output.start();
	const blank = new Uint8Array(sizes.reduce((most, size) => Math.max(most, size), 0));
	const keys = new Set(keyRows);
	const metadata = { decoderConfig: decoderConfig(track) };
	for (const [row, size] of sizes.entries()) {
		const type = keys.has(row) ? 'key' : 'delta';
		await source.add(new EncodedPacket(blank.subarray(0, size), type, row / fps, 1 / fps), metadata);
	}
	await output.finalize();
	const [ftyp, moov] = parts;
	if (!ftyp || !moov) throw new RangeError('the muxer made no header');
	clearTimes(moov);
	const payloadBytes = sizes.reduce((sum, size) => sum + size, 0);
	if (ftyp.length + moov.length + 8 + payloadBytes > MDAT_LIMIT)
		throw new RangeError('over 4 GiB in one video');
	return joined([ftyp, moov, mdatHead(payloadBytes)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}
