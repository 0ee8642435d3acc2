// RENDER with a hand on its ports and its clock, and the cameras a consumer makes of it: for tests, in Node and in the browser.

import { createRenderedCamera } from '$lib/camera';
import type { CameraHarness } from '$lib/camera/camera.contract';
import { PROTOCOL_VERSION, type I420Frame, type RenderStats, type SceneDescription } from '$lib/contracts';
import { createVirtualScheduler, millis, type Scheduler } from '$lib/core';
import { RenderHost, type RenderOptions } from '../render-host';

const SCENE: SceneDescription = {
	bodies: ['world', 'thing'],
	primitives: [
		{
			name: 'thing',
			body: 'thing',
			shape: 'box',
			sizeM: [0.1, 0.1, 0.1],
			positionM: [0, 0, 0],
			quat: [1, 0, 0, 0],
			rgba: [0.9, 0.1, 0.1, 1],
			contact: 'none'
		}
	],
	cameras: ['left', 'right'].map((name, i) => ({
		name,
		body: 'world',
		positionM: [i - 0.5, 0, 1],
		quat: [1, 0, 0, 0],
		fovyDegrees: 60
	}))
};
export const OPTIONS: RenderOptions = {
	scene: SCENE,
	cameras: ['left', 'right'],
	width: 40,
	height: 20,
	fps: 30,
	clock: 'wall',
	stampNumbers: true
};

export const posesAt = (x: number): Float64Array => Float64Array.of(0, 0, 0, 1, 0, 0, 0, x, 0, 0, 1, 0, 0, 0);

/** Resolves when `to` has heard everything that was posted into `from` before. */
function crossing(from: MessagePort, to: MessagePort): Promise<void> {
	return new Promise((resolve) => {
		const hear = (event: MessageEvent): void => {
			if (event.data !== 'flush') return;
			to.removeEventListener('message', hear);
			resolve();
		};
		to.addEventListener('message', hear);
		to.start();
		from.postMessage('flush');
	});
}

export interface Rig {
	readonly host: RenderHost;
	readonly consumer: MessagePort;
	readonly stats: RenderStats[];
	readonly answers: unknown[];
	readonly scheduler: Scheduler;
	/** Lets time pass, timers firing on time; or stands still for so long, timers firing late. */
	pass(ms: number): void;
	block(ms: number): void;
	/** Lets the lab's time pass: fresh poses every 10 ms unless PLANT is silent. */
	advance(ms: number, plantSpeaks?: boolean): Promise<void>;
	toHost(ch: string, t: number, body: unknown): Promise<void>;
	settle(): Promise<void>;
}

export function rig(change: Partial<RenderOptions> = {}): Rig {
	const [plant, consumer, page] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
	const virtual = createVirtualScheduler(1000);
	let lateMs = 0;
	const scheduler: Scheduler = {
		now: () => millis(virtual.now() + lateMs),
		at: (atMs, run) => virtual.at(atMs - lateMs, run)
	};
	const host = new RenderHost({ build: 'b1', isolated: false }, scheduler);
	host.attach(
		{ plant: plant.port2, consumers: [consumer.port2], page: page.port2 },
		{ ...OPTIONS, ...change }
	);
	const stats: RenderStats[] = [];
	page.port1.onmessage = (event: MessageEvent<{ body: RenderStats }>) => stats.push(event.data.body);
	const answers: unknown[] = [];
	plant.port1.onmessage = (event: MessageEvent<unknown>) => {
		if (event.data !== 'flush') answers.push(event.data);
	};
	const settle = async (): Promise<void> => {
		await crossing(consumer.port1, consumer.port2);
		await crossing(consumer.port2, consumer.port1);
		await crossing(consumer.port1, consumer.port2);
		await crossing(plant.port2, plant.port1);
	};
	const toHost = async (ch: string, t: number, body: unknown): Promise<void> => {
		plant.port1.postMessage({ v: PROTOCOL_VERSION, ch, seq: 0, t, body });
		await crossing(plant.port1, plant.port2);
	};
	const pass = (ms: number): void => virtual.advanceTo(virtual.now() + ms);
	return {
		host,
		pass,
		block: (ms) => (lateMs += ms),
		consumer: consumer.port1,
		stats,
		answers,
		scheduler,
		settle,
		toHost,
		async advance(ms, plantSpeaks = true) {
			const end = scheduler.now() + ms;
			await settle();
			while (scheduler.now() < end) {
				if (plantSpeaks) await toHost('poses', scheduler.now(), { poses: posesAt(scheduler.now() / 1e5) });
				pass(Math.min(10, end - scheduler.now()));
				await settle();
			}
		}
	};
}

export function openCamera({ consumer, scheduler }: Rig, name = 'left', watched = true) {
	const camera = createRenderedCamera({
		name,
		width: 40,
		height: 20,
		fps: 30,
		port: consumer,
		watch: watched ? scheduler : null
	});
	const frames: I420Frame[] = [];
	camera.onFrame((frame) => frames.push(frame));
	return { camera, frames };
}

/** A camera of RENDER over real ports, in this thread. */
export function renderedCameraHarness(): CameraHarness {
	const r = rig();
	return { camera: openCamera(r).camera, advance: (ms) => r.advance(ms), dispose: () => r.host.detach() };
}
