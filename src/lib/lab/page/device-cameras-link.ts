// The page's end of FRAMES: starts it, joins it to RECORDER and to ROBOT's clock, hands over canvases. FRAMES outlives a
// new RECORDER (only the link is made anew); a new FRAMES needs new canvases, because a canvas can be handed over once.

import { transfer, type Remote } from 'comlink';
import type { CameraRole } from '$lib/camera';
import { readCamerasMessage, type CamerasReport, type FramesApi } from '../hosts/frames-api';

export interface FramesLinkOptions {
	/** Starts FRAMES; asked once, and again after `gone`. */
	readonly startFrames: () => Promise<Remote<FramesApi>>;
	/** Gives RECORDER the other end of the pictures' port. */
	readonly giveRecorder: (port: MessagePort) => Promise<void>;
	/** ROBOT's `performance.timeOrigin`: its clock is the lab's. */
	readonly clockOriginMs: () => Promise<number>;
	/** Ports of further consumers, asked for at every join. */
	readonly more?: () => readonly MessagePort[];
}

/** A camera's picture may be shown in its tile and on the screen of the cameras. */
export type CanvasPlace = 'tile' | 'panel';

interface WaitingCanvas {
	readonly role: CameraRole;
	readonly place: CanvasPlace;
	readonly canvas: OffscreenCanvas;
}

export class FramesLink {
	readonly #options: FramesLinkOptions;
	readonly #onReport: (report: CamerasReport) => void;
	#frames: Remote<FramesApi> | null = null;
	#reportPort: MessagePort | null = null;
	/** Waiting for FRAMES. */
	#canvases: WaitingCanvas[] = [];
	#generation = 0;

	constructor(options: FramesLinkOptions, onReport: (report: CamerasReport) => void) {
		this.#options = options;
		this.#onReport = onReport;
	}

	/** Null while it does not run. */
	get api(): Remote<FramesApi> | null {
		return this.#frames;
	}

	/** Grows with every new FRAMES: canvases made for an older one stay as they are. */
	get generation(): number {
		return this.#generation;
	}

	/** Starts it where there is none. */
	async running(): Promise<Remote<FramesApi>> {
		if (this.#frames !== null) return this.#frames;
		const frames = await this.#options.startFrames();
		this.#frames = frames;
		await this.join();
		this.#giveCanvases();
		return frames;
	}

	/** Joins FRAMES to RECORDER and to ROBOT's clock; again whenever one of them is new. */
	async join(): Promise<void> {
		const frames = this.#frames;
		if (frames === null) return;
		const pictures = new MessageChannel();
		const reports = new MessageChannel();
		const clockOriginMs = await this.#options.clockOriginMs();
		this.#reportPort?.close();
		this.#reportPort = reports.port1;
		reports.port1.onmessage = ({ data }: MessageEvent<unknown>) => {
			const message = readCamerasMessage(data);
			if (message !== null) this.#onReport(message.body);
		};
		const consumers = [pictures.port1, ...(this.#options.more?.() ?? [])];
		const ports = { consumers, page: reports.port2 };
		await frames.attach(transfer(ports, [...consumers, reports.port2]), { clockOriginMs });
		await this.#options.giveRecorder(pictures.port2);
	}

	/** One canvas per role and place. */
	attachCanvas(role: CameraRole, canvas: OffscreenCanvas, place: CanvasPlace): void {
		this.#forgetCanvas(role, place);
		this.#canvases.push({ role, place, canvas });
		this.#giveCanvases();
	}

	/** The canvas of this place is gone. */
	releaseCanvas(role: CameraRole, place: CanvasPlace): void {
		this.#forgetCanvas(role, place);
		void this.#frames?.preview(role, place, null).catch(() => false);
	}

	/** FRAMES died. */
	gone(): void {
		this.#frames = null;
		this.#canvases = [];
		this.#generation += 1;
	}

	#forgetCanvas(role: CameraRole, place: CanvasPlace): void {
		this.#canvases = this.#canvases.filter((waiting) => waiting.role !== role || waiting.place !== place);
	}

	#giveCanvases(): void {
		const frames = this.#frames;
		if (frames === null) return;
		for (const { role, place, canvas } of this.#canvases.splice(0))
			void frames.preview(role, place, transfer(canvas, [canvas])).catch(() => false);
	}
}
