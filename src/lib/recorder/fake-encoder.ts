// A video encoder for tests: its packets name the picture they were made of, so a test can tell which picture became
// which row. Deterministic; can lag, drop pictures and fail on demand.

import type { I420Frame } from '$lib/contracts';
import { CodedError, crc32, type Scheduler } from '$lib/core';
import type { EncoderListener, VideoEncoderFactory, VideoEncoderLike } from './video-encoder';

export interface FakeEncoderOptions {
	/** Time per picture on this scheduler; without one, packets come in microtasks. */
	readonly scheduler?: Scheduler;
	readonly encodeMs?: number;
	/** True: the encoder swallows this picture. */
	readonly swallows?: (sequence: number) => boolean;
	/** Fails instead of encoding this picture. */
	readonly failsAt?: number;
}

export interface FakePacket {
	readonly sequence: number;
	/** Running number of the camera's picture. */
	readonly picture: number;
	readonly key: boolean;
	readonly crc32: number;
}

const LENGTH = 16;

function fakePacketBytes(frame: I420Frame, sequence: number, key: boolean): Uint8Array {
	const bytes = new Uint8Array(LENGTH);
	const view = new DataView(bytes.buffer);
	[sequence, frame.sequence, key ? 1 : 0, crc32(frame.data)].forEach((word, i) =>
		view.setUint32(4 * i, word, true)
	);
	return bytes;
}

export function readFakePacket(bytes: Uint8Array): FakePacket {
	const view = new DataView(bytes.buffer, bytes.byteOffset, LENGTH);
	const word = (i: number): number => view.getUint32(4 * i, true);
	return { sequence: word(0), picture: word(1), key: word(2) === 1, crc32: word(3) };
}

export function createFakeEncoderFactory(options: FakeEncoderOptions = {}): VideoEncoderFactory {
	return (settings, listener) => Promise.resolve(createFakeEncoder(settings, listener, options));
}

function createFakeEncoder(
	{ width, height }: { readonly width: number; readonly height: number },
	listener: EncoderListener,
	options: FakeEncoderOptions
): VideoEncoderLike {
	const queue: (() => void)[] = [];
	let waiters: (() => void)[] = [];
	let busy = false;
	let open = true;
	let announced = false;

	const later = (run: () => void): void => {
		const { scheduler, encodeMs = 0 } = options;
		if (scheduler) scheduler.at(scheduler.now() + encodeMs, run);
		else queueMicrotask(run);
	};

	const next = (): void => {
		const job = queue.shift();
		busy = job !== undefined;
		if (!job) {
			for (const done of waiters) done();
			waiters = [];
			return;
		}
		listener.dequeued();
		later(() => {
			if (open) job();
			next();
		});
	};

	return {
		get queueSize() {
			return queue.length;
		},
		encode(frame, sequence, key) {
			queue.push(() => {
				if (sequence === options.failsAt) {
					open = false;
					listener.failed(new CodedError('encoder_failed', 'the fake encoder was told to fail'));
					return;
				}
				if (options.swallows?.(sequence)) return;
				if (!announced) {
					const colorSpace = {
						primaries: 'smpte170m',
						transfer: 'smpte170m',
						matrix: 'smpte170m',
						fullRange: false
					};
					listener.track({ codec: 'fake', width, height, description: Uint8Array.of(1, 2, 3), colorSpace });
				}
				announced = true;
				listener.packet(sequence, key, fakePacketBytes(frame, sequence, key));
			});
			if (!busy) next();
		},
		flush: () => (busy ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve()),
		close() {
			open = false;
		}
	};
}
