// Stored packets of one camera back to pictures, with WebCodecs, in this product's one colour (camera/frame-reader). Knows
// VideoDecoder; knows no episode.

import { createFrameReader, type I420Planes } from '$lib/camera';
import type { TrackConfig } from '$lib/contracts';
import { CodedError } from '$lib/core';

export interface PacketToDecode {
	/** Comes back with the picture. */
	readonly index: number;
	readonly key: boolean;
	readonly bytes: Uint8Array;
}

/** Decodes a run of packets that begins with a key picture; the pictures of the wanted indices, in their order. */
export type DecodePackets = (
	packets: readonly PacketToDecode[],
	wanted: ReadonlySet<number>
) => Promise<readonly I420Planes[]>;

export interface PacketDecoder {
	readonly decode: DecodePackets;
	close(): void;
}

export type OpenPacketDecoder = (track: TrackConfig) => Promise<PacketDecoder>;

const unreadable = (codec: string, cause?: unknown): CodedError =>
	new CodedError('episode_not_decodable', `cannot decode ${codec}`, { details: { codec }, cause });

/** Rejects with `episode_not_decodable` where this browser cannot. */
export const openWebCodecsDecoder: OpenPacketDecoder = async (track) => {
	const { codec, width, height, description } = track;
	const config: VideoDecoderConfig = {
		codec,
		codedWidth: width,
		codedHeight: height,
		optimizeForLatency: true,
		...(description.length > 0 ? { description } : {})
	};
	if (!('VideoDecoder' in globalThis)) throw unreadable(codec);
	const { supported } = await VideoDecoder.isConfigSupported(config).catch(() => ({ supported: false }));
	if (supported !== true) throw unreadable(codec);
	const reader = createFrameReader(width, height);
	let take: (frame: VideoFrame) => void = (frame) => frame.close();
	let failure: unknown = null;
	const decoder = new VideoDecoder({
		output: (frame) => take(frame),
		error: (error) => (failure = error)
	});
	decoder.configure(config);
	return {
		async decode(packets, wanted) {
			const found: I420Planes[] = [];
			// One after the other: the reader works in one buffer.
			let reading: Promise<void> = Promise.resolve();
			take = (frame) => {
				if (!wanted.has(frame.timestamp)) {
					frame.close();
					return;
				}
				reading = reading.then(async () => {
					try {
						found.push({ width, height, data: await reader.read(frame) });
					} finally {
						frame.close();
					}
				});
			};
			try {
				for (const { index, key, bytes } of packets)
					decoder.decode(
						new EncodedVideoChunk({ type: key ? 'key' : 'delta', timestamp: index, data: bytes })
					);
				await decoder.flush();
				await reading;
			} catch (error) {
				throw unreadable(codec, failure ?? error);
			}
			if (found.length !== wanted.size) throw unreadable(codec, failure);
			return found;
		},
		close() {
			if (decoder.state !== 'closed') decoder.close();
		}
	};
};
