// The committed clips: a few numbered frames of 160x120 per codec, encoded by FFmpeg (x264, libaom, libvpx) through
// `encode-clip.ts`. Real packets where no FFmpeg is.

import clips from '../fixtures/pattern-clips.json';
import type { VideoCodec } from '../shape';
import type { Clip } from './fake-episode';
import { patternStats } from './pattern-frames';

function bytesOf(base64: string): Uint8Array {
	return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** 20 frames of H.264 or 10 of AV1 and VP9; frame n shows the number n; a key frame every five. */
export function patternClip(codec: VideoCodec): Clip {
	const { codec: name, width, height, description, packets } = clips[codec];
	return {
		track: {
			codec: name,
			width,
			height,
			description: bytesOf(description),
			colorSpace: { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false }
		},
		packets: packets.map(([key, base64]) => ({ key: key === 1, bytes: bytesOf(String(base64)) })),
		stats: patternStats(
			{ width, height },
			packets.map((_, number) => number)
		)
	};
}
