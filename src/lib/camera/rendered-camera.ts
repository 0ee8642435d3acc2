// A virtual camera as its consumer sees it: pictures that the RENDER worker posts over a message port
// (contracts/render-protocol). Several cameras may share one port. Knows no scene and no renderer.

import {
	PROTOCOL_VERSION,
	readRenderToConsumer,
	type Camera,
	type CameraInfo,
	type ConsumerToRender,
	type I420Frame
} from '$lib/contracts';
import { createSignal, type Scheduler, type Timer } from '$lib/core';
import { i420Size } from './i420';

/** A camera without a picture for this long is frozen. */
const FROZEN_AFTER_MS = 1000;
/** A worker that was busy itself finds the pictures waiting: it looks a second time before it calls a camera frozen. */
const SECOND_LOOK_MS = 50;

export interface RenderedCameraOptions {
	readonly name: string;
	readonly width: number;
	readonly height: number;
	readonly fps: number;
	readonly port: MessagePort;
	/** Clock of the watch over silence; null in lockstep, where silence means only that nobody asked for a step. */
	readonly watch: Scheduler | null;
}

/** Lost with `camera_frozen` when pictures stop, with `camera_lost` when the port closes (where the browser tells). */
export function createRenderedCamera(options: RenderedCameraOptions): Camera {
	const { name, width, height, fps, port, watch } = options;
	i420Size(width, height);
	const info: CameraInfo = { name, width, height, fps, kind: 'rendered', deviceId: '' };
	const frames = createSignal<I420Frame>();
	const lost = createSignal<string>();
	let running = false;
	let isLost = false;
	let seq = 0;
	let received = 0;
	let timer: Timer | null = null;
	let lastTMs = 0;

	const post = (ch: ConsumerToRender['ch'], body: ConsumerToRender['body']): void =>
		port.postMessage({ v: PROTOCOL_VERSION, ch, seq: seq++, t: lastTMs, body });

	const lose = (reason: string): void => {
		if (isLost || !running) return;
		isLost = true;
		halt();
		lost.emit(reason);
	};

	const halt = (): void => {
		running = false;
		timer?.cancel();
		timer = null;
	};

	const lookAfter = (ms: number, secondTime: boolean): void => {
		if (!watch) return;
		const before = received;
		timer = watch.at(watch.now() + ms, () => {
			if (received !== before) lookAfter(FROZEN_AFTER_MS - SECOND_LOOK_MS, false);
			else if (secondTime) lose('camera_frozen');
			else lookAfter(SECOND_LOOK_MS, true);
		});
	};

	port.addEventListener('message', (event: MessageEvent) => {
		const message = readRenderToConsumer(event.data);
		if (message?.ch !== 'frame' || message.body.camera !== name) return;
		const { frame } = message.body;
		lastTMs = frame.tMs;
		// Taken also when it comes too late to be wanted: RENDER must not believe it is still under way.
		post('frame-taken', { camera: name, sequence: frame.sequence });
		if (!running || frame.width !== width || frame.height !== height) return;
		received++;
		frames.emit(frame);
	});
	port.addEventListener('close', () => lose('camera_lost'));
	port.start();

	return {
		info,
		start() {
			if (running || isLost) return Promise.resolve();
			running = true;
			post('want-frames', { camera: name, wanted: true });
			lookAfter(FROZEN_AFTER_MS, false);
			return Promise.resolve();
		},
		onFrame: (listener) => frames.on(listener),
		onLost: (listener) => lost.on(listener),
		stop() {
			if (!running) return Promise.resolve();
			halt();
			post('want-frames', { camera: name, wanted: false });
			return Promise.resolve();
		}
	};
}
