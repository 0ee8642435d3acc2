// A device camera over pictures made by hand, a second of them at once, for the contract: in Node with planar bytes as a
// VideoFrame would hold them, in a browser with VideoFrames themselves.

import type { CameraHarness } from '../camera.contract';
import { createDeviceCamera, type DeviceCamera } from '../device-camera';
import type { RawFrame } from '../frame-reader';
import { i420Size } from '../i420';

const FPS = 30;
const SIZE = { width: 64, height: 48 };

export interface HandFed {
	readonly camera: DeviceCamera;
	/** Hands one picture over and waits until it was taken. */
	readonly feed: (frame: RawFrame, arrivalMs: number) => Promise<void>;
	/** The device is gone. */
	readonly end: () => Promise<void>;
}

export interface HandFedOptions {
	readonly width?: number;
	readonly height?: number;
	readonly localOnly?: boolean;
}

/** A camera whose pictures come when `feed` says so. */
export function handFedCamera(options: HandFedOptions = {}): HandFed {
	const { port1, port2 } = new MessageChannel();
	let nowMs = 0;
	let controller: ReadableStreamDefaultController<RawFrame> | null = null;
	let asked: () => void = () => undefined;
	const frames = new ReadableStream<RawFrame>(
		{
			start: (given) => void (controller = given),
			pull: () => asked()
		},
		{ highWaterMark: 0 }
	);
	const camera = createDeviceCamera({
		name: 'top',
		...SIZE,
		fps: FPS,
		deviceId: 'hand',
		localOnly: false,
		...options,
		frames,
		now: () => nowMs
	});
	/** The next picture is asked for only when the one before was taken. */
	const idle = (): Promise<void> => new Promise((resolve) => (asked = resolve));
	/** Lets the reader, which waits already, come to rest. */
	const turn = (): Promise<void> =>
		new Promise((resolve) => {
			port1.onmessage = () => resolve();
			port2.postMessage(null);
		});
	return {
		camera,
		async feed(frame, arrivalMs) {
			nowMs = arrivalMs;
			const taken = idle();
			controller?.enqueue(frame);
			await taken;
		},
		async end() {
			controller?.close();
			await turn();
			port1.close();
		}
	};
}

/** Planar bytes that behave as an I420 VideoFrame of their size. */
export function planarFrame(
	width: number,
	height: number,
	timestamp: number,
	paint: (data: Uint8Array) => void
): RawFrame & { readonly closed: () => boolean } {
	const data = new Uint8Array(i420Size(width, height));
	paint(data);
	let open = true;
	return {
		format: 'I420',
		timestamp,
		get visibleRect() {
			return open ? { x: 0, y: 0, width, height } : null;
		},
		colorSpace: { matrix: 'smpte170m', fullRange: false },
		copyTo(destination, { rect, layout }) {
			let base = 0;
			for (const [plane, place] of layout.entries()) {
				const part = plane === 0 ? 1 : 2;
				const stride = width / part;
				for (let row = 0; row < rect.height / part; row++) {
					const at = base + (rect.y / part + row) * stride + rect.x / part;
					destination.set(data.subarray(at, at + rect.width / part), place.offset + row * place.stride);
				}
				base += (width * height) / (part * part);
			}
			return Promise.resolve(layout);
		},
		close: () => (open = false),
		closed: () => !open
	};
}

const grey = (k: number) => (data: Uint8Array) => data.fill(60 + (k % 100));

/** `makeFrame`: picture number k, timestamp in microseconds. */
export function deviceCameraHarness(
	makeFrame: (k: number, timestamp: number) => RawFrame = (k, timestamp) =>
		planarFrame(128, 96, timestamp, grey(k))
): CameraHarness {
	const { camera, feed, end } = handFedCamera();
	let nowMs = 0;
	let k = 0;
	return {
		camera,
		async advance(ms) {
			nowMs += ms;
			for (; (k * 1000) / FPS < nowMs; k++) {
				const atMs = (k * 1000) / FPS;
				// As a device does: its own time base, journeys of different length.
				await feed(makeFrame(k, Math.round(1e3 * (atMs + 77_000))), atMs + 5 + (k % 3));
			}
		},
		dispose: end
	};
}
