// The FRAMES worker's work: pictures of real cameras, from the streams that the page has handed over to whoever records
// them, in RENDER's words and with RENDER's limit on pictures under way; previews; and a watch that tells the page what is
// wrong with a camera. A stream keeps flowing while the page is blocked. Knows no device: opening them is the page's work
// (lab/page/device-cameras).

import {
	CAMERA_ROLES,
	createCameraWatch,
	createDeviceCamera,
	createFrameOutlet,
	createSwapWatch,
	pictureGist,
	type CameraCondition,
	type CameraRole,
	type CameraWatch,
	type DeviceCamera,
	type FrameOutlet,
	type MaskRect,
	type SwapWatch
} from '$lib/camera';
import { PROTOCOL_VERSION } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import type { WorkerHello } from './api';
import type { CameraReport, CamerasMessage, FramesPorts, OpenFrames } from './frames-api';
import { createFramesPreviews } from './frames-previews';

const LOOK_EVERY_MS = 100;
/** Views are compared this many looks apart: four in a row make a swap certain, within a second. */
const COMPARE_EVERY = 2;
const REPORT_EVERY_MS = 500;

interface OpenCamera {
	readonly device: DeviceCamera;
	readonly watch: CameraWatch;
	newestMs: number | null;
	view: Float32Array | null;
	pictures: number;
	skipped: number;
}

export class FramesHost {
	readonly #hello: WorkerHello;
	readonly #scheduler: Scheduler;
	/** Where this worker's clock starts, ms since 1970. */
	readonly #originMs: number;
	readonly #cameras = new Map<CameraRole, OpenCamera>();
	readonly #previews = createFramesPreviews();
	#swap: SwapWatch = createSwapWatch(new Map());
	#clockOriginMs: number;
	#outlets: FrameOutlet[] = [];
	#page: MessagePort | null = null;
	#looking = false;
	#looks = 0;
	#seq = 0;
	#told = '';
	#toldMs = -Infinity;

	/** `originMs`: `performance.timeOrigin` of this worker. */
	constructor(hello: WorkerHello, scheduler: Scheduler, originMs: number) {
		this.#hello = hello;
		this.#scheduler = scheduler;
		this.#originMs = originMs;
		this.#clockOriginMs = originMs;
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	/**
	 * New ends for pictures and reports; open cameras stay open.
	 * @param clockOriginMs ROBOT's `performance.timeOrigin`: its clock stamps the ticks that pictures are matched to
	 */
	attach(ports: FramesPorts, { clockOriginMs }: { readonly clockOriginMs: number }): void {
		for (const outlet of this.#outlets) outlet.close();
		this.#page?.close();
		this.#clockOriginMs = clockOriginMs;
		const options = { stampNumbers: false, lossless: false, onDropped: () => undefined };
		this.#outlets = ports.consumers.map((port) => createFrameOutlet(port, CAMERA_ROLES, options));
		this.#page = ports.page;
		this.#told = '';
		if (this.#looking) return;
		this.#looking = true;
		this.#scheduler.at(this.#scheduler.now(), this.#look);
	}

	/** Takes the stream over and reads it until `close`; replaces the camera that played this role. */
	async open(role: CameraRole, frames: ReadableStream<VideoFrame>, options: OpenFrames): Promise<void> {
		await this.close(role);
		const { width, height, deviceFps: fps, deviceId, localOnly, mask, usual } = options;
		const device = createDeviceCamera({
			name: role,
			width,
			height,
			fps,
			deviceId,
			localOnly,
			mask,
			frames,
			now: () => this.#labMs()
		});
		const camera: OpenCamera = {
			device,
			watch: createCameraWatch(fps),
			newestMs: null,
			view: null,
			pictures: 0,
			skipped: 0
		};
		this.#expect(role, usual);
		this.#cameras.set(role, camera);
		device.onLost(() => camera.watch.ended());
		device.seen.on(({ picture, gist }) => {
			camera.watch.frame({ ...gist, tMs: picture.tMs });
			camera.newestMs = picture.tMs;
			// Of the masked picture: it is remembered, and what is masked is not.
			camera.view = pictureGist(picture).thumb;
			camera.pictures++;
			for (const outlet of this.#outlets) if (!outlet.offer(role, picture, picture.tMs)) camera.skipped++;
			this.#previews.show(role, picture, this.#scheduler.now());
		});
	}

	/** Gives the device free as far as this worker holds it; the page stops its track. */
	async close(role: CameraRole): Promise<void> {
		const camera = this.#cameras.get(role);
		this.#cameras.delete(role);
		await camera?.device.close();
	}

	/** The page heard that the device is gone (its stream may take longer to say so). */
	ended(role: CameraRole): void {
		this.#cameras.get(role)?.watch.ended();
	}

	/** From the next picture on. */
	setMask(role: CameraRole, mask: readonly MaskRect[]): void {
		this.#cameras.get(role)?.device.setMask(mask);
	}

	/**
	 * Shows a camera on a canvas handed over by the page, one per place; null forgets it.
	 * @returns false when this canvas cannot be drawn on
	 */
	preview(role: CameraRole, place: string, canvas: OffscreenCanvas | null): boolean {
		return this.#previews.attach(role, place, canvas);
	}

	/** A person says that every camera stands where it should: what they show now is usual. */
	trustViews(): void {
		this.#swap.forget();
	}

	/** What each role usually shows, to be remembered. */
	usualViews(): Partial<Record<CameraRole, readonly number[]>> {
		return Object.fromEntries([...this.#swap.usual].map(([role, view]) => [role, [...view]]));
	}

	#labMs(): number {
		return this.#scheduler.now() + this.#originMs - this.#clockOriginMs;
	}

	/** What `role` should show; empty: that is learned anew. */
	#expect(role: CameraRole, usual: readonly number[]): void {
		const views = new Map(this.#swap.usual);
		if (usual.length > 0) views.set(role, Float32Array.from(usual));
		else views.delete(role);
		this.#swap = createSwapWatch(views);
	}

	readonly #look = (): void => {
		const now = this.#scheduler.now();
		this.#scheduler.at(now + LOOK_EVERY_MS, this.#look);
		for (const { watch } of this.#cameras.values()) watch.check(now);
		if (this.#looks++ % COMPARE_EVERY === 0) this.#compare();
		const cameras = [...this.#cameras].map(([role, camera]) => this.#reportOf(role, camera));
		const conditions = cameras.map(({ role, condition }) => `${role} ${condition}`).join();
		if (conditions === this.#told && now - this.#toldMs < REPORT_EVERY_MS) return;
		this.#told = conditions;
		this.#toldMs = now;
		const message: CamerasMessage = {
			v: PROTOCOL_VERSION,
			ch: 'cameras',
			seq: this.#seq++,
			t: this.#labMs(),
			body: { cameras }
		};
		this.#page?.postMessage(message);
	};

	/** Only views of cameras that are well: a covered one resembles anything. */
	#compare(): void {
		const views = new Map<string, Float32Array>();
		for (const [role, { view, watch }] of this.#cameras)
			if (view && (watch.condition === 'live' || watch.condition === 'starting')) views.set(role, view);
		if (views.size > 0) this.#swap.look(views);
	}

	#reportOf(role: CameraRole, camera: OpenCamera): CameraReport {
		const { watch, device, newestMs, pictures, skipped } = camera;
		return {
			role,
			condition: this.#conditionOf(role, watch.condition),
			fps: watch.fps,
			dark: watch.dark,
			newestMs,
			pictures,
			skipped,
			unread: device.unread
		};
	}

	#conditionOf(role: CameraRole, own: CameraCondition): CameraCondition {
		const mixedUp = this.#swap.swapped?.includes(role) ?? false;
		return mixedUp && (own === 'live' || own === 'slow' || own === 'dim') ? 'swapped' : own;
	}
}
