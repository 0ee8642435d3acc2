// A real camera as its consumers see it, in the worker that owns its pictures: reads the stream that the page has handed
// over (`web-camera` makes it), turns each picture into the recorded size, blackens the mask, stamps it on the lab's
// clock. Reads on while nobody records: the preview and the watch want pictures too, and a full stream holds the
// device's own buffers. Knows no browser API but ReadableStream.

import type { Camera, CameraInfo, I420Frame } from '$lib/contracts';
import { createSignal, type Signal } from '$lib/core';
import { createCaptureClock } from './capture-clock';
import { maskPicture, type MaskRect } from './frame-mask';
import { createFrameReader, type RawFrame } from './frame-reader';
import { pictureGist, type PictureGist } from './picture-gist';

/** One picture on its way: masked pixels, and what the whole picture was like before. */
export interface SeenPicture {
	/** Not to be kept: a consumer of `onFrame` may own the bytes. */
	readonly picture: I420Frame;
	readonly gist: PictureGist;
}

export interface DeviceCamera extends Camera {
	/** Every picture, whether started or not. */
	readonly seen: Signal<SeenPicture>;
	setMask(mask: readonly MaskRect[]): void;
	/** Pictures that could not be read (a format the browser does not convert). */
	readonly unread: number;
	/** Ends the stream and with it the device's use. */
	close(): Promise<void>;
}

export interface DeviceCameraOptions {
	readonly name: string;
	/** Of the recorded picture; the device may run at another size. */
	readonly width: number;
	readonly height: number;
	/** Of the device. */
	readonly fps: number;
	readonly deviceId: string;
	readonly localOnly: boolean;
	readonly frames: ReadableStream<RawFrame>;
	/** The lab's clock, ms. */
	readonly now: () => number;
	readonly mask?: readonly MaskRect[];
}

/** Begins to read at once. Lost with `camera_lost` when the stream ends by itself. */
export function createDeviceCamera(options: DeviceCameraOptions): DeviceCamera {
	const { name, width, height, fps, deviceId, localOnly, now } = options;
	const info: CameraInfo = {
		name,
		width,
		height,
		fps,
		kind: 'device',
		deviceId,
		...(localOnly ? { localOnly } : {})
	};
	const frames = createSignal<I420Frame>();
	const lost = createSignal<string>();
	const seen = createSignal<SeenPicture>();
	const source = createFrameReader(width, height);
	const clock = createCaptureClock();
	const reader = options.frames.getReader();
	let mask = options.mask ?? [];
	let running = false;
	let closed = false;
	let sequence = 0;
	let unread = 0;

	const take = async (frame: RawFrame): Promise<void> => {
		const tMs = clock.stamp(frame.timestamp / 1000, now());
		try {
			const data = await source.read(frame);
			const gist = pictureGist({ width, height, data });
			maskPicture({ width, height, data }, mask);
			const picture: I420Frame = { width, height, data, tMs, sequence: running ? sequence++ : sequence };
			seen.emit({ picture, gist });
			if (running) frames.emit(picture);
		} catch {
			unread++;
		} finally {
			frame.close();
		}
	};

	const readAll = async (): Promise<void> => {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			await take(value);
		}
	};

	const ended = (): void => {
		if (closed) return;
		closed = true;
		running = false;
		lost.emit('camera_lost');
	};
	void readAll().then(ended, ended);

	return {
		info,
		seen,
		get unread() {
			return unread;
		},
		setMask: (next) => (mask = next),
		start() {
			running = !closed;
			return Promise.resolve();
		},
		onFrame: (listener) => frames.on(listener),
		onLost: (listener) => lost.on(listener),
		stop() {
			running = false;
			return Promise.resolve();
		},
		async close() {
			if (closed) return;
			closed = true;
			running = false;
			await reader.cancel().catch(() => undefined);
		}
	};
}
