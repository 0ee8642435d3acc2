/**
 * The RENDER worker's work: newest poses in, pictures of the virtual cameras out, at a steady rate (wall clock) or
 * exactly once per request (lockstep). Knows ports, pacing and counting; drawing is in `camera-renderer`, the messages in
 * `contracts/render-protocol`. Runs in Node as well: nothing here needs a browser but the previews.
 *
 * [Note: capture time] Poses carry the lab clock's time, and a picture is stamped with the time of the poses it shows. If
 * none came since the last picture, the time since their arrival is added. Poses must keep coming while nothing moves:
 * after STALE_MS without any, pictures stop, so that a dead PLANT is seen as a frozen camera and not as a quiet arm.
 */
import {
	createFrameOutlet,
	createPreviewSurface,
	i420Size,
	rgbaToI420,
	type FrameOutlet,
	type PreviewSurface
} from '$lib/camera';
import {
	POSE_STRIDE,
	PROTOCOL_VERSION,
	readPlantToRender,
	type RenderStats,
	type RenderedMessage,
	type RenderStatsMessage,
	type SceneDescription
} from '$lib/contracts';
import type { Scheduler, Timer } from '$lib/core';
import { createCameraRenderer, type CameraRenderer, type Picture } from './camera-renderer';

export const STALE_MS = 500;
const STATS_EVERY_MS = 1000;
const PREVIEW_FPS = 15;

export interface RenderPorts {
	/** Poses come in; in lockstep, answers go out. */
	readonly plant: MessagePort;
	/** One port per consumer of pictures (RECORDER, later INFER). */
	readonly consumers: readonly MessagePort[];
	/** Figures for the page. */
	readonly page: MessagePort;
}

export interface RenderOptions {
	readonly scene: SceneDescription;
	/** Cameras of the scene to draw. */
	readonly cameras: readonly string[];
	/** Even numbers: 4:2:0 has no odd ones. */
	readonly width: number;
	readonly height: number;
	readonly fps: number;
	readonly clock: 'wall' | 'lockstep';
	/** Paints each picture's number into it (proofs of alignment only). */
	readonly stampNumbers: boolean;
}

interface Setup extends RenderOptions {
	readonly renderer: CameraRenderer;
	readonly outlets: readonly FrameOutlet[];
	readonly ports: RenderPorts;
	readonly bytes: Uint8Array;
}

export class RenderHost {
	readonly #hello: { readonly build: string; readonly isolated: boolean };
	readonly #scheduler: Scheduler;
	readonly #previews = new Map<string, PreviewSurface>();
	readonly #counts = { missed: 0, withheld: 0, skipped: 0, dropped: 0 };
	#window = { drawings: 0, drawMs: 0, pictures: 0, sinceMs: 0 };
	#setup: Setup | null = null;
	#newest: { poses: Float64Array; tMs: number; arrivedMs: number } | null = null;
	#stampMs = -Infinity;
	#previewFps = PREVIEW_FPS;
	#previewedMs = -Infinity;
	#startMs = 0;
	#slot = 0;
	/** Number of the next moment that somebody takes pictures of. */
	#shot = 0;
	#seq = 0;
	#timers = new Set<Timer>();

	constructor(hello: { readonly build: string; readonly isolated: boolean }, scheduler: Scheduler) {
		this.#hello = hello;
		this.#scheduler = scheduler;
	}

	hello(): { readonly build: string; readonly isolated: boolean } {
		return this.#hello;
	}

	/** Begins (or begins anew). Throws a RangeError for an unknown camera, odd sizes or a broken description. */
	attach(ports: RenderPorts, options: RenderOptions): void {
		this.detach();
		const { scene, cameras, width, height, clock, stampNumbers } = options;
		const renderer = createCameraRenderer(scene, { width, height }, cameras);
		const onDropped = (): void => {
			this.#counts.dropped++;
		};
		const outlet = { stampNumbers, lossless: clock === 'lockstep', onDropped };
		const outlets = ports.consumers.map((port) => createFrameOutlet(port, cameras, outlet));
		const bytes = new Uint8Array(i420Size(width, height));
		this.#setup = { ...options, renderer, outlets, ports, bytes };
		ports.plant.addEventListener('message', this.#fromPlant);
		ports.plant.start();
		this.#startMs = this.#scheduler.now();
		this.#slot = 0;
		this.#shot = 0;
		this.#window = { drawings: 0, drawMs: 0, pictures: 0, sinceMs: this.#startMs };
		if (clock === 'wall') this.#later(this.#startMs, this.#due);
		this.#later(this.#startMs + STATS_EVERY_MS, this.#report);
	}

	/** Ends all ports and timers; previews keep their last picture. */
	detach(): void {
		for (const timer of this.#timers) timer.cancel();
		this.#timers.clear();
		const setup = this.#setup;
		this.#setup = null;
		this.#newest = null;
		this.#stampMs = -Infinity;
		if (!setup) return;
		setup.ports.plant.removeEventListener('message', this.#fromPlant);
		setup.ports.plant.close();
		setup.ports.page.close();
		for (const outlet of setup.outlets) outlet.close();
	}

	/** Shows a camera on a canvas handed over by the page; null forgets it. False: this canvas cannot be drawn on. */
	preview(camera: string, canvas: OffscreenCanvas | null): boolean {
		this.#previews.delete(camera);
		const surface = canvas && createPreviewSurface(canvas);
		if (surface) this.#previews.set(camera, surface);
		return canvas === null || surface !== null;
	}

	/** Pictures per second on the previews; 0 while nobody looks. */
	previewRate(fps: number): void {
		this.#previewFps = Math.max(0, fps);
	}

	readonly #fromPlant = (event: MessageEvent): void => {
		const message = readPlantToRender(event.data);
		const setup = this.#setup;
		const enough = message && setup && message.body.poses.length >= POSE_STRIDE * setup.scene.bodies.length;
		if (!enough) {
			this.#counts.dropped++;
			return;
		}
		this.#newest = { poses: message.body.poses, tMs: message.t, arrivedMs: this.#scheduler.now() };
		if (message.ch === 'poses') return;
		this.#shoot(setup, message.body.poses, message.t);
		const done: RenderedMessage = {
			v: PROTOCOL_VERSION,
			ch: 'rendered',
			seq: this.#seq++,
			t: message.t,
			body: { tick: message.body.tick }
		};
		setup.ports.plant.postMessage(done);
	};

	/** One due picture of each camera. A late one is not made up for: the slots it missed are counted. */
	readonly #due = (): void => {
		const setup = this.#setup;
		if (!setup) return;
		const now = this.#scheduler.now();
		const reached = Math.floor(((now - this.#startMs) * setup.fps) / 1000 + 1e-6);
		this.#counts.missed += Math.max(0, reached - this.#slot);
		this.#slot = reached + 1;
		this.#later(this.#startMs + (this.#slot * 1000) / setup.fps, this.#due);
		const newest = this.#newest;
		if (!newest) return;
		if (now - newest.arrivedMs > STALE_MS) {
			this.#counts.withheld++;
			return;
		}
		const since = newest.tMs > this.#stampMs ? 0 : now - newest.arrivedMs;
		this.#shoot(setup, newest.poses, newest.tMs + since);
	};

	#shoot(setup: Setup, poses: Float64Array, tMs: number): void {
		const { renderer, outlets, bytes, width, height } = setup;
		const start = performance.now();
		const previews = this.#previewsDue(start);
		// Time never stands still or runs back for a consumer, whatever PLANT's stamps do.
		this.#stampMs = Math.max(tMs, this.#stampMs + 0.001);
		let drawn = 0;
		let taken = false;
		for (const camera of renderer.cameraNames) {
			const takers = outlets.filter((outlet) => outlet.wants(camera));
			const preview = previews?.get(camera);
			if (takers.length === 0 && !preview) continue;
			const picture: Picture = renderer.render(camera, poses);
			drawn++;
			preview?.show(picture);
			if (takers.length === 0) continue;
			taken = true;
			rgbaToI420(picture.pixels, width, height, { out: bytes });
			for (const outlet of takers)
				if (!outlet.offer(camera, { width, height, data: bytes }, this.#stampMs, this.#shot))
					this.#counts.skipped++;
		}
		if (taken) this.#shot++;
		if (drawn === 0) return;
		this.#window.drawings++;
		this.#window.pictures += drawn / renderer.cameraNames.length;
		this.#window.drawMs += performance.now() - start;
	}

	/** By this machine's own clock, not the lab's: in lockstep an hour may pass between two glances of a person. */
	#previewsDue(nowMs: number): ReadonlyMap<string, PreviewSurface> | null {
		if (this.#previews.size === 0 || this.#previewFps === 0) return null;
		// A tenth early is on time: the pictures' own beat would otherwise round 15 a second down to 10.
		if (nowMs - this.#previewedMs < 900 / this.#previewFps) return null;
		this.#previewedMs = nowMs;
		return this.#previews;
	}

	readonly #report = (): void => {
		const setup = this.#setup;
		if (!setup) return;
		const now = this.#scheduler.now();
		const { drawings, drawMs, pictures, sinceMs } = this.#window;
		const body: RenderStats = {
			fps: setup.clock === 'wall' ? (pictures * 1000) / Math.max(1, now - sinceMs) : null,
			drawMs: drawings > 0 ? drawMs / drawings : null,
			...this.#counts
		};
		this.#window = { drawings: 0, drawMs: 0, pictures: 0, sinceMs: now };
		const message: RenderStatsMessage = {
			v: PROTOCOL_VERSION,
			ch: 'render-stats',
			seq: this.#seq++,
			t: now,
			body
		};
		setup.ports.page.postMessage(message);
		this.#later(now + STATS_EVERY_MS, this.#report);
	};

	#later(atMs: number, run: () => void): void {
		const timer = this.#scheduler.at(atMs, () => {
			this.#timers.delete(timer);
			run();
		});
		this.#timers.add(timer);
	}
}
