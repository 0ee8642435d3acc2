// What the recorder needs of a video encoder, and how much it asks of one. WebCodecs and a fake for tests implement it.

import type { I420Frame, TrackConfig } from '$lib/contracts';

export interface EncoderSettings {
	readonly width: number;
	readonly height: number;
	readonly fps: number;
}

/** Called in the order of encoding, never before the factory has resolved. */
export interface EncoderListener {
	/** Once, before the first packet. */
	track(config: TrackConfig): void;
	/** One per picture, in order; a picture may be missing when the encoder let it go. `bytes` are the listener's. */
	packet(sequence: number, key: boolean, bytes: Uint8Array): void;
	/** The queue became shorter. */
	dequeued(): void;
	/** Once; nothing comes after it. */
	failed(error: Error): void;
}

export interface VideoEncoderLike {
	/** Pictures handed over and not yet begun. */
	readonly queueSize: number;
	/** `sequence` rises by at least 1 per call and comes back with the packet. */
	encode(frame: I420Frame, sequence: number, key: boolean): void;
	/** Resolves when every packet was delivered. */
	flush(): Promise<void>;
	close(): void;
}

/** Rejects with `no_webcodecs` or `encoder_failed`. */
export type VideoEncoderFactory = (
	settings: EncoderSettings,
	listener: EncoderListener
) => Promise<VideoEncoderLike>;

/**
 * Bits per second asked for. With a key picture every second frame encoders overshoot what long groups would need; these
 * give a mean error below one step of 255 on the pattern camera.
 */
export function videoBitrate({ width, height, fps }: EncoderSettings): number {
	const pixels = width * height;
	const bitsPerPixel = pixels <= 100_000 ? 0.65 : 0.43;
	return Math.round(pixels * fps * bitsPerPixel);
}
