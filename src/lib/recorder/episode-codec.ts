// One block of an episode <-> bytes. Layout, version 1, little-endian, lengths in bytes:
//
//   0 u32 magic "EBLK"   4 u16 version   6 u16 cameras C   8 u32 blockIndex   12 u32 firstFrame   16 u32 rows R
//  20 u32 joints N   24 u32 the block before's checksum, 0 in the first   28 u32 header text H   32 u32 total   36 u32 zero
//  40 f64[R] captureMs, f64[C][R] cameraMs, f32[R][N] state, f32[R][N] action,
//     u32[C][R] packet length (bit 31 = key picture), packets camera by camera, H bytes of JSON
//     {episodeId, progress} and, where a person took over from a policy, corrections: [[first row, rows], ...] counted
//     from the block's first row; u32 checksum.
//
// The checksum is the CRC-32 of everything before it, continued from the block before. (A CRC-32 that ran over whole
// blocks with their own checksums inside would hardly depend on their content.)
// Every row has exactly one picture of every camera. Each block names its episode and chains to the one before, so a
// block in the wrong place is seen as well as a torn one. Decoding trusts nothing: checksum first, then every length.

import type { CameraCounters, EncodedPacket, EpisodeBlock, ImageStats, TrackConfig } from '$lib/contracts';
import { crc32, err, ok, type Result } from '$lib/core';
import { parseBlockHeader, printBlockHeader } from './block-header';

export const BLOCK_CODEC_VERSION = 1;

const MAGIC = 0x4b4c4245;
const FIXED = 40;
const KEY_BIT = 0x80000000;
/** Far above anything the recorder writes; keeps a forged header from asking for memory. */
const LIMITS = { cameras: 16, joints: 128, rows: 4096, header: 262_144 } as const;

/** What is known of a running episode beside its rows; every block carries the newest, so that recovery has it. */
export interface EpisodeProgress {
	readonly startedAtEpochMs: number;
	readonly failedTicks: number;
	readonly droppedTicks: number;
	readonly cameras: readonly {
		readonly track: TrackConfig | null;
		readonly counters: CameraCounters;
		readonly stats: ImageStats | null;
	}[];
}

export interface DecodedBlock {
	readonly block: EpisodeBlock;
	readonly progress: EpisodeProgress;
	/** Checksum of the block before as the writer knew it, 0 in the first. */
	readonly previousCrc: number;
	/** This block's checksum: CRC-32 over all blocks so far, each without its own checksum. */
	readonly crc: number;
}

export type BlockError = 'damaged' | 'from_future';

/** Throws a RangeError for a block that breaks the one-picture-per-row rule: that is a defect of the caller. */
export function encodeBlock(
	block: EpisodeBlock,
	progress: EpisodeProgress,
	previousCrc: number
): Uint8Array<ArrayBuffer> {
	const { rows, packets } = block;
	const joints = rows.frameCount ? rows.state.length / rows.frameCount : 0;
	checkShape(block, joints);
	const header = printBlockHeader(block.episodeId, progress, rows.correction);
	const rowBytes = rows.frameCount * (8 + packets.length * 8 + joints * 8 + packets.length * 4);
	const packetBytes = packets.flat().reduce((sum, packet) => sum + packet.bytes.length, 0);
	const total = FIXED + rowBytes + packetBytes + header.length + 4;
	const bytes = new Uint8Array(total);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, MAGIC, true);
	view.setUint16(4, BLOCK_CODEC_VERSION, true);
	view.setUint16(6, packets.length, true);
	const words = [
		block.blockIndex,
		rows.firstFrame,
		rows.frameCount,
		joints,
		previousCrc,
		header.length,
		total
	];
	words.forEach((word, i) => view.setUint32(8 + 4 * i, word, true));
	let at = FIXED;
	const append = (part: Uint8Array | Float64Array | Float32Array): void => {
		bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
		at += part.byteLength;
	};
	append(rows.captureMs);
	rows.cameraMs.forEach(append);
	append(rows.state);
	append(rows.action);
	for (const packet of packets.flat()) {
		view.setUint32(at, packet.key ? packet.bytes.length + KEY_BIT : packet.bytes.length, true);
		at += 4;
	}
	for (const packet of packets.flat()) append(packet.bytes);
	append(header);
	view.setUint32(at, crc32(bytes.subarray(0, at), previousCrc), true);
	return bytes;
}

function checkShape(block: EpisodeBlock, joints: number): void {
	const { rows, packets } = block;
	const n = rows.frameCount;
	const fits =
		Number.isInteger(joints) &&
		rows.captureMs.length === n &&
		rows.state.length === rows.action.length &&
		rows.cameraMs.length === packets.length &&
		rows.cameraMs.every((times) => times.length === n) &&
		(rows.correction?.length ?? n) === n &&
		packets.every((list) => list.length === n && list.every((p, i) => p.frameIndex === rows.firstFrame + i));
	if (!fits) throw new RangeError(`block ${block.blockIndex} does not hold one picture per row and camera`);
}

interface Layout {
	readonly cameras: number;
	readonly blockIndex: number;
	readonly firstFrame: number;
	readonly rows: number;
	readonly joints: number;
	readonly previousCrc: number;
	readonly header: number;
	/** Offset of the first packet's bytes. */
	readonly packetsAt: number;
}

/** Sizes that fit into `bytes`, or null. */
function readLayout(bytes: Uint8Array, view: DataView): Layout | null {
	const word = (i: number): number => view.getUint32(8 + 4 * i, true);
	const layout = {
		cameras: view.getUint16(6, true),
		blockIndex: word(0),
		firstFrame: word(1),
		rows: word(2),
		joints: word(3),
		previousCrc: word(4),
		header: word(5)
	};
	const { cameras, rows, joints, header } = layout;
	const inLimits =
		cameras <= LIMITS.cameras && rows <= LIMITS.rows && joints <= LIMITS.joints && header <= LIMITS.header;
	const packetsAt = FIXED + rows * (8 + cameras * 8 + joints * 8 + cameras * 4);
	if (!inLimits || word(6) !== bytes.length || packetsAt + header + 4 > bytes.length) return null;
	return { ...layout, packetsAt };
}

/** The checksum a block ends with. */
export function blockCrc(bytes: Uint8Array): number {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(bytes.length - 4, true);
}

/** Never throws. Packets of the result are views into `bytes`; rows are copies. */
export function decodeBlock(bytes: Uint8Array): Result<DecodedBlock, BlockError> {
	if (bytes.length < FIXED + 4) return err('damaged');
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (view.getUint32(0, true) !== MAGIC) return err('damaged');
	const end = bytes.length - 4;
	const crc = view.getUint32(end, true);
	if (crc !== crc32(bytes.subarray(0, end), view.getUint32(24, true))) return err('damaged');
	if (view.getUint16(4, true) !== BLOCK_CODEC_VERSION)
		return err(view.getUint16(4, true) > BLOCK_CODEC_VERSION ? 'from_future' : 'damaged');
	const layout = readLayout(bytes, view);
	if (!layout) return err('damaged');
	const packets = readPackets(bytes, view, layout);
	const header = parseBlockHeader(bytes.subarray(end - layout.header, end), layout);
	if (!packets || !header) return err('damaged');
	const { correction } = header;
	const block: EpisodeBlock = {
		schemaVersion: BLOCK_CODEC_VERSION,
		episodeId: header.episodeId,
		blockIndex: layout.blockIndex,
		rows: { ...readRows(bytes, layout), ...(correction === null ? {} : { correction }) },
		packets
	};
	return ok({ block, progress: header.progress, previousCrc: layout.previousCrc, crc });
}

function readRows(bytes: Uint8Array, layout: Layout): EpisodeBlock['rows'] {
	const { rows, cameras, joints } = layout;
	let at = FIXED;
	const take = (length: number): ArrayBuffer => {
		const part = bytes.slice(at, at + length);
		at += length;
		return part.buffer;
	};
	const captureMs = new Float64Array(take(rows * 8));
	const cameraMs = Array.from({ length: cameras }, () => new Float64Array(take(rows * 8)));
	const state = new Float32Array(take(rows * joints * 4));
	const action = new Float32Array(take(rows * joints * 4));
	return { firstFrame: layout.firstFrame, frameCount: rows, state, action, captureMs, cameraMs };
}

function readPackets(bytes: Uint8Array, view: DataView, layout: Layout): EncodedPacket[][] | null {
	const { cameras, rows, packetsAt } = layout;
	const end = bytes.length - 4 - layout.header;
	let at = packetsAt;
	let table = packetsAt - cameras * rows * 4;
	const packets: EncodedPacket[][] = [];
	for (let camera = 0; camera < cameras; camera++) {
		const list: EncodedPacket[] = [];
		for (let row = 0; row < rows; row++, table += 4) {
			const word = view.getUint32(table, true);
			const length = word & ~KEY_BIT;
			if (at + length > end) return null;
			list.push({
				frameIndex: layout.firstFrame + row,
				key: word >= KEY_BIT,
				bytes: bytes.subarray(at, at + length)
			});
			at += length;
		}
		packets.push(list);
	}
	return at === end ? packets : null;
}
