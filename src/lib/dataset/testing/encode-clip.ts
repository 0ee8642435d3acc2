// Real encoded packets for tests, made by FFmpeg in Node: numbered frames are encoded, and the packets and the decoder's
// configuration are read back out of FFmpeg's file. Never part of the app.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import type { VideoCodec } from '../shape';
import type { Clip } from './fake-episode';
import { ffmpeg } from './ffmpeg';
import { patternFrame, patternStats, type FrameSize } from './pattern-frames';

const ENCODERS: Readonly<Record<VideoCodec, readonly string[]>> = {
	avc: ['-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'veryfast', '-crf', '30'],
	av1: ['-c:v', 'libaom-av1', '-cpu-used', '8', '-crf', '40', '-lag-in-frames', '0'],
	vp9: [
		'-c:v',
		'libvpx-vp9',
		'-deadline',
		'realtime',
		'-cpu-used',
		'8',
		'-crf',
		'40',
		'-b:v',
		'0',
		'-lag-in-frames',
		'0'
	]
};

async function encode(
	size: FrameSize,
	numbers: readonly number[],
	fps: number,
	codec: VideoCodec
): Promise<Uint8Array> {
	const folder = await mkdtemp(join(tmpdir(), 'clip-'));
	try {
		const path = join(folder, 'clip.mp4');
		const input = `-f rawvideo -pix_fmt yuv420p -s ${size.width}x${size.height} -r ${fps} -i -`.split(' ');
		const colours = '-color_range tv -colorspace smpte170m -color_primaries smpte170m -color_trc smpte170m';
		const output = [...`-g 5 -bf 0 ${colours}`.split(' '), path];
		const pictures = numbers.map((number) => patternFrame(size, number));
		await ffmpeg([...input, ...ENCODERS[codec], ...output], pictures);
		return await readFile(path);
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** Encodes one picture per number; key frames every five pictures, none reordered. Needs `ffmpeg`. */
export async function encodeClip(
	size: FrameSize,
	numbers: readonly number[],
	fps: number,
	codec: VideoCodec = 'avc'
): Promise<Clip> {
	const file = await encode(size, numbers, fps, codec);
	const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(file) });
	const video = await input.getPrimaryVideoTrack();
	const config = await video?.getDecoderConfig();
	if (!video || !config) throw new Error('ffmpeg wrote no video');
	const packets: { key: boolean; bytes: Uint8Array }[] = [];
	for await (const packet of new EncodedPacketSink(video).packets())
		packets.push({ key: packet.type === 'key', bytes: packet.data });
	const description = config.description;
	const bytes =
		description === undefined
			? new Uint8Array()
			: new Uint8Array(
					ArrayBuffer.isView(description)
						? description.buffer.slice(
								description.byteOffset,
								description.byteOffset + description.byteLength
							)
						: description
				);
	return {
		track: {
			codec: config.codec,
			width: size.width,
			height: size.height,
			description: codec === 'avc' ? bytes : new Uint8Array(),
			colorSpace: { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false }
		},
		packets,
		stats: patternStats(size, numbers)
	};
}
