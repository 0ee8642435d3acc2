// The browser's video encoder: H.264 where there is one, else AV1, else VP9 (W3C WebCodecs and its codec registrations).
// Asks for what a LeRobot dataset and its readers need: baseline H.264 without reordering, length-prefixed NAL units with
// their parameter sets in the description, and pictures tagged BT.601 limited range, which the encoder writes into the
// stream so that PyAV, torchcodec and this product undo the same matrix.

import type { TrackConfig } from '$lib/contracts';
import { CodedError } from '$lib/core';
import {
	videoBitrate,
	type EncoderListener,
	type EncoderSettings,
	type VideoEncoderFactory,
	type VideoEncoderLike
} from './video-encoder';

export type VideoCodecName = 'avc' | 'av1' | 'vp9';

const LADDER: readonly { readonly name: VideoCodecName; readonly codecs: readonly string[] }[] = [
	// Baseline and constrained baseline, level 3.1: no B pictures, enough for 1280x720 at 30.
	{ name: 'avc', codecs: ['avc1.42001f', 'avc1.42e01f'] },
	{ name: 'av1', codecs: ['av01.0.04M.08'] },
	{ name: 'vp9', codecs: ['vp09.00.31.08'] }
];

const COLOR_SPACE = {
	primaries: 'smpte170m',
	transfer: 'smpte170m',
	matrix: 'smpte170m',
	fullRange: false
} as const satisfies VideoColorSpaceInit;

function configOf(settings: EncoderSettings, codec: string): VideoEncoderConfig {
	return {
		codec,
		width: settings.width,
		height: settings.height,
		framerate: settings.fps,
		bitrate: videoBitrate(settings),
		bitrateMode: 'variable',
		latencyMode: 'realtime',
		...(codec.startsWith('avc1') ? { avc: { format: 'avc' } } : {})
	};
}

export interface ChosenCodec {
	readonly name: VideoCodecName;
	readonly config: VideoEncoderConfig;
}

/** First rung this browser encodes at that size; null when none, or without WebCodecs. `only` forces a rung in tests. */
export async function chooseVideoCodec(
	settings: EncoderSettings,
	only?: VideoCodecName
): Promise<ChosenCodec | null> {
	if (typeof VideoEncoder === 'undefined') return null;
	for (const { name, codecs } of LADDER) {
		if (only !== undefined && name !== only) continue;
		for (const codec of codecs) {
			const config = configOf(settings, codec);
			const answer = await VideoEncoder.isConfigSupported(config).catch(() => null);
			if (answer?.supported) return { name, config };
		}
	}
	return null;
}

/** One factory per recorder. `only` as above. */
export function createWebCodecsFactory(only?: VideoCodecName): VideoEncoderFactory {
	return async (settings, listener) => {
		const chosen = await chooseVideoCodec(settings, only);
		if (!chosen)
			throw new CodedError('no_webcodecs', 'no video encoder for this size', {
				details: { width: settings.width, height: settings.height }
			});
		return openEncoder(settings, chosen.config, listener);
	};
}

function openEncoder(
	settings: EncoderSettings,
	config: VideoEncoderConfig,
	listener: EncoderListener
): VideoEncoderLike {
	const { width, height, fps } = settings;
	let track: TrackConfig | null = null;
	let failed = false;

	const fail = (message: string, cause?: unknown): void => {
		if (failed) return;
		failed = true;
		listener.failed(new CodedError('encoder_failed', message, { cause, details: { codec: config.codec } }));
	};

	const announce = (decoder: VideoDecoderConfig): void => {
		const config = trackOf(settings, decoder);
		if (!track) listener.track(config);
		// One track of an mp4 has one description; packets for another would not decode.
		else if (!sameBytes(track.description, config.description)) fail('the encoder changed its parameters');
		track ??= config;
	};

	const encoder = new VideoEncoder({
		output(chunk, metadata) {
			if (metadata?.decoderConfig) announce(metadata.decoderConfig);
			if (failed) return;
			const bytes = new Uint8Array(chunk.byteLength);
			chunk.copyTo(bytes);
			listener.packet(Math.round((chunk.timestamp * fps) / 1e6), chunk.type === 'key', bytes);
		},
		error: (error) => fail(error.message, error)
	});
	encoder.configure(config);
	encoder.addEventListener('dequeue', () => listener.dequeued());

	return {
		get queueSize() {
			return encoder.encodeQueueSize;
		},
		encode(frame, sequence, key) {
			if (failed) return;
			if (frame.width !== width || frame.height !== height) {
				fail(`picture of ${frame.width}x${frame.height} in a track of ${width}x${height}`);
				return;
			}
			const picture = new VideoFrame(frame.data, {
				format: 'I420',
				codedWidth: width,
				codedHeight: height,
				timestamp: Math.round((sequence * 1e6) / fps),
				duration: Math.round(1e6 / fps),
				colorSpace: COLOR_SPACE
			});
			try {
				encoder.encode(picture, { keyFrame: key });
			} catch (error) {
				fail('the encoder is closed', error);
			} finally {
				picture.close();
			}
		},
		async flush() {
			if (failed) return;
			await encoder.flush().catch((error: unknown) => fail('flush', error));
		},
		close() {
			if (encoder.state !== 'closed') encoder.close();
		}
	};
}

function trackOf({ width, height }: EncoderSettings, decoder: VideoDecoderConfig): TrackConfig {
	const { primaries, transfer, matrix, fullRange } = decoder.colorSpace ?? {};
	return {
		codec: decoder.codec,
		width,
		height,
		description: decoder.description ? bytesOf(decoder.description) : new Uint8Array(0),
		colorSpace: {
			primaries: primaries ?? COLOR_SPACE.primaries,
			transfer: transfer ?? COLOR_SPACE.transfer,
			matrix: matrix ?? COLOR_SPACE.matrix,
			fullRange: fullRange ?? COLOR_SPACE.fullRange
		}
	};
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
	return ArrayBuffer.isView(source)
		? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
		: new Uint8Array(source).slice();
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
	a.length === b.length && a.every((byte, i) => byte === b[i]);
