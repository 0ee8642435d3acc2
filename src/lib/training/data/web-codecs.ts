// Packets to pictures by the browser's own decoder. Knows WebCodecs; knows no store and no policy.

import { createFrameReader } from '$lib/camera';
import type { PictureDecoder } from './from-episodes';

/** Packets handed in and not yet decoded. */
const MOST_QUEUED = 16;
/** WebCodecs wants microseconds; the number of the frame comes back in them. */
const US_PER_FRAME = 1000;

export const decodeWithWebCodecs: PictureDecoder = async (track, packets, onPicture, wanted) => {
	const { codec, width, height, description } = track;
	const reader = createFrameReader(width, height);
	let failed: unknown = null;
	let wake: () => void = () => undefined;
	const waiting: VideoFrame[] = [];
	const decoder = new VideoDecoder({
		output: (frame) => {
			if (wanted(frame.timestamp / US_PER_FRAME)) waiting.push(frame);
			else frame.close();
			wake();
		},
		error: (error) => {
			failed = error;
			wake();
		}
	});
	const drain = async (): Promise<void> => {
		for (let frame = waiting.shift(); frame !== undefined; frame = waiting.shift())
			try {
				onPicture(frame.timestamp / US_PER_FRAME, { width, height, data: await reader.read(frame) });
			} finally {
				frame.close();
			}
	};
	const broken = (): Error => new Error(`${codec} cannot be decoded here: ${String(failed)}`);
	try {
		decoder.configure({
			codec,
			codedWidth: width,
			codedHeight: height,
			hardwareAcceleration: 'prefer-software',
			...(description.length > 0 ? { description } : {})
		});
		for (const { frameIndex, key, bytes } of packets) {
			while (decoder.decodeQueueSize > MOST_QUEUED && failed === null)
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			if (failed !== null) throw broken();
			await drain();
			const type = key ? 'key' : 'delta';
			decoder.decode(new EncodedVideoChunk({ type, timestamp: frameIndex * US_PER_FRAME, data: bytes }));
		}
		await decoder.flush();
		await drain();
		if (failed !== null) throw broken();
	} finally {
		for (const frame of waiting.splice(0)) frame.close();
		if (decoder.state !== 'closed') decoder.close();
	}
};
