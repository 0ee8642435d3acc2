// The cameras of the lab, whichever kind: rendered ones beside the virtual arm, devices beside a real one. Says which there
// are, what an episode is told of them, and joins them to the store.

import { transfer } from 'comlink';
import type { CameraInfo } from '$lib/contracts';
import { createSignal } from '$lib/core';
import type { CameraRole } from '$lib/camera';
import type { CamerasView, CameraTrouble } from '$lib/ui/cameras';
import type { CameraStatus, CameraView } from '$lib/ui/lab';
import type { PictureSource } from '../hosts/api';
import type { FramesApi } from '../hosts/frames-api';
import { DeviceCameras } from './device-cameras';
import type { CanvasPlace } from './device-cameras-link';
import type { SettingsPlace } from './device-cameras-settings';
import { CAMERA_NAMES, CAMERA_SIZE, renderedCameras } from './episode-description';
import { joinTicks, type ArmKind, type ArmSide, type LinkOptions } from './links';
import { createPictures, type Pictures } from './pictures';
import type { RecorderLink } from './recorder-link';
import type { WorkerSet } from './worker-set';

export interface LabCamerasOptions {
	readonly workers: WorkerSet;
	readonly recorder: RecorderLink;
	readonly links: LinkOptions;
	readonly kind: () => ArmKind;
	/** ROBOT's `performance.timeOrigin`. */
	readonly clockOriginMs: () => Promise<number>;
	/** A recording runs. */
	readonly locked: () => boolean;
	readonly onChange: () => void;
}

/** The picture is there, whatever else is the matter; everything else is no picture. */
const STILL_LIVE: readonly CameraTrouble[] = ['ambiguous', 'changed', 'slow', 'dim', 'swapped', 'black'];

/** Asked for at each use: a browser that keeps nothing may refuse even to hand it out. */
const SETTINGS_PLACE: SettingsPlace = {
	getItem: (key) => localStorage.getItem(key),
	setItem: (key, value) => localStorage.setItem(key, value)
};

function statusOf({ status, trouble }: CamerasView['roles'][number]): CameraStatus {
	if (status === 'live' || status === 'starting') return status;
	if (trouble === 'frozen') return 'frozen';
	return trouble !== null && STILL_LIVE.includes(trouble) ? 'live' : 'lost';
}

export class LabCameras {
	readonly devices: DeviceCameras;
	/** Arm, cameras and store were joined anew: who hands out further ports does so again. */
	readonly joined = createSignal<ArmSide>();
	/** The pictures as they are on the page, by name, for whoever shows them a second time. */
	readonly tiles = new Map<string, HTMLCanvasElement>();
	/** Takes the other end of a further port of pictures at every join: INFER's; null while nobody looks on. */
	onlooker: ((port: MessagePort, source: PictureSource) => void) | null = null;
	readonly #options: LabCamerasOptions;
	readonly #pictures: Pictures;
	#switches = 0;
	#side: ArmSide | null = null;

	constructor(options: LabCamerasOptions) {
		this.#options = options;
		const { workers, recorder, links, locked, clockOriginMs, onChange } = options;
		this.#pictures = createPictures(workers, links, onChange);
		this.devices = new DeviceCameras({
			startFrames: async () => (await workers.start<FramesApi>('frames')).api,
			giveRecorder: (port) => recorder.api.attachFrames(transfer(port, [port]), 'device'),
			clockOriginMs,
			more: () => this.#onlookerPorts('device'),
			locked,
			place: SETTINGS_PLACE,
			onChange
		});
	}

	/** Pictures per second of the rendered ones, null before the first figures and in lockstep. */
	get fps(): number | null {
		return this.#pictures.fps;
	}

	/** There is no camera whose pictures could be recorded. */
	get lost(): boolean {
		if (this.#options.kind() === 'virtual') return this.#pictures.lost;
		return !this.views().some(({ status }) => status === 'live');
	}

	/** Grows whenever previews need new canvases. */
	get generation(): number {
		return this.#pictures.generation + this.devices.generation + this.#switches;
	}

	views(): readonly CameraView[] {
		if (this.#options.kind() === 'virtual') {
			const { fps } = this;
			return CAMERA_NAMES.map((name) => ({ name, status: this.#rendered(), ...CAMERA_SIZE, fps }));
		}
		const size = this.devices.infos()[0] ?? CAMERA_SIZE;
		const { roles } = this.devices.view();
		return roles
			.filter(({ status }) => status !== 'off')
			.map((role) => ({
				name: role.role,
				status: statusOf(role),
				width: size.width,
				height: size.height,
				fps: role.fps
			}));
	}

	/** What the next episode is told. */
	infos(): readonly CameraInfo[] {
		return this.#options.kind() === 'virtual'
			? renderedCameras(this.#options.links.fps)
			: this.devices.infos();
	}

	/** Joins arm, cameras and store; again whenever one of them is new. */
	async join(arm: ArmSide | null): Promise<void> {
		const recorder = this.#options.recorder.running;
		if (arm === null || recorder === null) return;
		this.#side = arm;
		if (arm.plant !== null)
			await this.#pictures.join(arm.plant.worker, recorder, this.#onlookerPorts('virtual'));
		else await this.devices.join();
		await joinTicks(arm, recorder);
		this.joined.emit(arm);
	}

	/** Joined last; its workers may be gone since. */
	get side(): ArmSide | null {
		return this.#side;
	}

	get workers(): WorkerSet {
		return this.#options.workers;
	}

	/** The other kind of arm is there: its cameras are others. */
	switched(): void {
		this.#switches += 1;
		if (this.#options.kind() === 'virtual') this.devices.close();
		else this.devices.resume();
	}

	/** Only real cameras are shown in a second place. */
	attachCanvas(name: string, canvas: OffscreenCanvas, place: CanvasPlace = 'tile'): void {
		if (this.#options.kind() === 'virtual') this.#pictures.attachCanvas(name, canvas);
		else this.devices.attachCanvas(name as CameraRole, canvas, place);
	}

	releaseCanvas(name: string, place: CanvasPlace): void {
		if (this.#options.kind() === 'real') this.devices.releaseCanvas(name as CameraRole, place);
	}

	/** The worker that made the pictures died. */
	gone(worker: 'render' | 'frames'): void {
		if (worker === 'render') this.#pictures.gone();
		else this.devices.gone();
	}

	#onlookerPorts(source: PictureSource): readonly MessagePort[] {
		if (this.onlooker === null) return [];
		const { port1, port2 } = new MessageChannel();
		this.onlooker(port2, source);
		return [port1];
	}

	#rendered(): CameraStatus {
		const { fps } = this;
		if (this.#pictures.lost) return 'lost';
		if (this.#options.links.clock === 'lockstep' || (fps !== null && fps > 0)) return 'live';
		return fps === null ? 'starting' : 'frozen';
	}
}
