import fc from 'fast-check';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { boxesIn, mp4Facts } from './mp4-boxes';
import { mp4Header, timescaleFor } from './mp4-header';
import { hollowClip, type Clip } from './testing/fake-episode';
import { patternClip } from './testing/pattern-clips';

function sizesOf(clip: Clip) {
	return {
		sizes: Uint32Array.from(clip.packets, (packet) => packet.bytes.length),
		keyRows: clip.packets.flatMap((packet, row) => (packet.key ? [row] : []))
	};
}

async function fileOf(clip: Clip, fps: number): Promise<Uint8Array> {
	const header = await mp4Header(clip.track, sizesOf(clip), fps);
	return new Uint8Array(Buffer.concat([header, ...clip.packets.map((packet) => packet.bytes)]));
}

describe('the head of an mp4', () => {
	afterEach(() => vi.useRealTimers());

	it.each([
		['avc', 'avc1'],
		['av1', 'av01'],
		['vp9', 'vp09']
	] as const)(
		'describes %s packets so that they come back untouched, frame n at n/30 s',
		async (codec, entry) => {
			const clip = patternClip(codec);
			const file = await fileOf(clip, 30);
			expect(mp4Facts(file)).toMatchObject({
				codec: entry,
				width: 160,
				height: 120,
				timescale: 15360,
				sampleDelta: 512,
				sampleCount: clip.packets.length,
				keyRows: clip.packets.flatMap((packet, row) => (packet.key ? [row] : [])),
				fastStart: true,
				plainTimes: true,
				startsAtMedia: true,
				tracks: 1
			});
			const video = await new Input({
				formats: ALL_FORMATS,
				source: new BufferSource(file)
			}).getPrimaryVideoTrack();
			if (!video) throw new Error('no video');
			const config = await video.getDecoderConfig();
			if (codec === 'avc') expect(config?.description).toEqual(clip.track.description);
			expect(config?.codec).toBe(clip.track.codec);
			let row = 0;
			for await (const packet of new EncodedPacketSink(video).packets()) {
				expect(Buffer.compare(packet.data, clip.packets[row]?.bytes ?? new Uint8Array())).toBe(0);
				expect(packet.timestamp).toBeCloseTo(row / 30, 12);
				expect(packet.type === 'key').toBe(clip.packets[row]?.key);
				row++;
			}
			expect(row).toBe(clip.packets.length);
		}
	);

	it('gives every whole frame rate a timescale that is a multiple of it', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 240 }),
				fc.integer({ min: 1, max: 400 }),
				async (fps, frames) => {
					const clip = hollowClip(64, 48, 3, frames);
					const facts = mp4Facts(await fileOf(clip, fps));
					expect(facts.timescale % fps).toBe(0);
					expect(facts.timescale).toBe(timescaleFor(fps));
					expect(facts.sampleDelta).toBe(facts.timescale / fps);
					expect(facts.sampleCount).toBe(frames);
					expect(facts.sampleBytes).toBe(facts.mediaBytes);
					expect(facts.startsAtMedia && facts.plainTimes).toBe(true);
				}
			),
			{ seed: 6, numRuns: 60 }
		);
	});

	it('does not know when it was written', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		vi.setSystemTime('2026-01-02T03:04:05Z');
		const before = await fileOf(patternClip('avc'), 30);
		vi.setSystemTime('2039-12-31T23:59:59Z');
		expect(Buffer.compare(await fileOf(patternClip('avc'), 30), before)).toBe(0);
	});

	it('refuses a codec that LeRobot cannot read from an mp4', async () => {
		const clip = hollowClip();
		await expect(mp4Header({ ...clip.track, codec: 'vp8' }, sizesOf(clip), 30)).rejects.toThrow(RangeError);
	});
});

describe('walking boxes', () => {
	it('never reads past its bytes and ends, whatever the bytes', async () => {
		const whole = await fileOf(patternClip('avc'), 30);
		fc.assert(
			fc.property(
				fc.nat(whole.length - 1),
				fc.integer({ min: 0, max: 255 }),
				fc.nat(whole.length),
				(at, value, cut) => {
					const bytes = whole.slice(0, cut);
					if (at < cut) bytes[at] = value;
					try {
						const facts = mp4Facts(bytes);
						expect(facts.tracks).toBeGreaterThan(0);
					} catch (error) {
						expect(error).toBeInstanceOf(RangeError);
					}
				}
			),
			{ seed: 8, numRuns: 3000 }
		);
	});

	it('names a box that runs over its parent', () => {
		expect(() => boxesIn(Uint8Array.of(0, 0, 0, 99, 0x6d, 0x6f, 0x6f, 0x76))).toThrow(/moov/);
	});
});
