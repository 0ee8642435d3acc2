// One camera's part of a recording: its picker, its encoder, its statistics and its counters.

import type { CameraCounters, CameraInfo, I420Frame, ImageStats, TrackConfig } from '$lib/contracts';
import { createFramePicker, type FramePicker } from './frame-picker';
import { createImageStats } from './image-stats';
import type { RowPacket } from './row-assembler';
import type { VideoEncoderFactory, VideoEncoderLike } from './video-encoder';

export interface CameraTrackListener {
	readonly picked: (tickIndex: number, picture: I420Frame | null) => void;
	readonly packet: (sequence: number, packet: RowPacket) => void;
	readonly dequeued: () => void;
	readonly failed: (error: Error) => void;
}

export interface CameraTrack {
	readonly picker: FramePicker;
	/** How long a tick waits for a younger picture before it takes what is there. */
	readonly patienceMs: number;
	readonly queueSize: number;
	open(createEncoder: VideoEncoderFactory): Promise<void>;
	encode(picture: I420Frame, sequence: number, key: boolean): void;
	countDrop(): void;
	counters(): CameraCounters;
	/** `freshStats` false gives the statistics computed last, which is free. */
	progress(freshStats: boolean): {
		track: TrackConfig | null;
		counters: CameraCounters;
		stats: ImageStats | null;
	};
	flush(): Promise<void>;
	close(): void;
}

const LEAST_PATIENCE_MS = 100;

export function createCameraTrack(info: CameraInfo, fps: number, listener: CameraTrackListener): CameraTrack {
	const picker = createFramePicker(listener.picked);
	const statistics = createImageStats();
	let encoder: VideoEncoderLike | null = null;
	let track: TrackConfig | null = null;
	let stats: ImageStats | null = null;
	let encoderDrop = 0;

	const counters = (): CameraCounters => ({ dup: picker.dup, skip: picker.skip, encoderDrop });

	return {
		picker,
		patienceMs: Math.max(LEAST_PATIENCE_MS, 2000 / info.fps),
		get queueSize() {
			return encoder?.queueSize ?? 0;
		},
		async open(createEncoder) {
			const { width, height } = info;
			encoder = await createEncoder(
				{ width, height, fps },
				{
					track: (config) => (track = config),
					packet: (sequence, key, bytes) => listener.packet(sequence, { key, bytes }),
					dequeued: listener.dequeued,
					failed: listener.failed
				}
			);
		},
		encode(picture, sequence, key) {
			statistics.add(picture);
			encoder?.encode(picture, sequence, key);
		},
		countDrop: () => (encoderDrop += 1),
		counters,
		progress(freshStats) {
			if (freshStats || !stats) stats = statistics.stats();
			return { track, counters: counters(), stats };
		},
		flush: async () => encoder?.flush(),
		close: () => encoder?.close()
	};
}
