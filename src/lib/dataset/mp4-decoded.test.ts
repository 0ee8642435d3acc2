// FFmpeg encodes numbered pictures, we put the packets into an mp4, FFmpeg decodes it again: the pictures must carry their
// numbers. Also shows how the committed clips were made.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mp4Header } from './mp4-header';
import { encodeClip } from './testing/encode-clip';
import type { Clip } from './testing/fake-episode';
import { HAS_FFMPEG, ffmpeg } from './testing/ffmpeg';
import { readPattern } from './testing/pattern-frames';
import { patternClip } from './testing/pattern-clips';

const CODECS = ['avc', 'av1', 'vp9'] as const;

async function decodedNumbers(clip: Clip, fps: number): Promise<(number | null)[]> {
	const sizes = Uint32Array.from(clip.packets, (packet) => packet.bytes.length);
	const keyRows = clip.packets.flatMap((packet, row) => (packet.key ? [row] : []));
	const header = await mp4Header(clip.track, { sizes, keyRows }, fps);
	const folder = await mkdtemp(join(tmpdir(), 'mp4-'));
	try {
		const path = join(folder, 'clip.mp4');
		await writeFile(path, Buffer.concat([header, ...clip.packets.map((packet) => packet.bytes)]));
		const { width, height } = clip.track;
		const raw = await ffmpeg(['-i', path, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-']);
		const frameBytes = (width * height * 3) / 2;
		return Array.from({ length: raw.length / frameBytes }, (_, n) =>
			readPattern(raw.subarray(n * frameBytes, (n + 1) * frameBytes), { width, height })
		);
	} finally {
		await rm(folder, { recursive: true });
	}
}

describe.skipIf(!HAS_FFMPEG)(
	'pictures through an mp4 of ours, decoded by FFmpeg (skipped without ffmpeg)',
	() => {
		it.each(CODECS)('%s: every picture of the committed clip shows its number', async (codec) => {
			const clip = patternClip(codec);
			expect(await decodedNumbers(clip, 30)).toEqual(clip.packets.map((_, number) => number));
		});

		it('any numbers, at another rate', async () => {
			const numbers = [65535, 0, 1, 2, 40000, 40001, 21845, 43690];
			expect(await decodedNumbers(await encodeClip({ width: 320, height: 240 }, numbers, 25), 25)).toEqual(
				numbers
			);
		});
	}
);
