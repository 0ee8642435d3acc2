// The real cameras as the page has them: asks for permission, picks the device of each role, opens them at what the USB
// manages, hands their streams to FRAMES, and is out of the way. Follows plugging in and out.

import { transfer } from 'comlink';
import {
	CAMERA_LADDER,
	askForCameras,
	camerasAllowed,
	fallTo,
	listCameras,
	onCamerasChanged,
	openCameras,
	pickDevices,
	webCameraOpener,
	webCamerasSupported,
	RECORD_SIZES,
	type CameraDevice,
	type CameraMode,
	type CameraRole,
	type CameraSettings,
	type OpenedCamera
} from '$lib/camera';
import type { CameraInfo } from '$lib/contracts';
import type { CamerasActions, CamerasTrouble, CamerasView } from '$lib/ui/cameras';
import type { CameraReport, CamerasReport } from '../hosts/frames-api';
import { FramesLink, type CanvasPlace, type FramesLinkOptions } from './device-cameras-link';
import {
	firstChoice,
	loadCameraSettings,
	saveCameraSettings,
	type SettingsPlace
} from './device-cameras-settings';
import { camerasView, type RoleProblem } from './device-cameras-view';

/** What cameras usually show is written down this often. */
const REMEMBER_EVERY_MS = 5000;

export interface DeviceCamerasOptions extends FramesLinkOptions {
	/** A recording runs: devices stay as they are. */
	readonly locked: () => boolean;
	readonly place: SettingsPlace;
	readonly onChange: () => void;
}

interface OpenDevice {
	readonly opened: OpenedCamera;
	readonly mode: CameraMode;
	readonly sinceMs: number;
	readonly forget: () => void;
}

export class DeviceCameras implements CamerasActions {
	readonly #options: DeviceCamerasOptions;
	readonly #link: FramesLink;
	readonly #open = new Map<CameraRole, OpenDevice>();
	readonly #problems = new Map<CameraRole, RoleProblem>();
	readonly #reports = new Map<CameraRole, CameraReport>();
	#settings: CameraSettings;
	#present: readonly CameraDevice[] = [];
	#step: CamerasView['step'] = 'off';
	#trouble: CamerasTrouble | null = null;
	#forgetChanges: () => void = () => undefined;
	#rememberedMs = 0;
	/** Opening and closing go one after the other. */
	#work: Promise<void> = Promise.resolve();

	constructor(options: DeviceCamerasOptions) {
		this.#options = options;
		this.#link = new FramesLink(options, (report) => this.#onReport(report));
		this.#settings = loadCameraSettings(options.place);
	}

	view(): CamerasView {
		const modes = new Map([...this.#open].map(([role, { mode }]) => [role, mode]));
		return camerasView(
			{
				step: this.#step,
				trouble: this.#trouble,
				present: this.#present,
				settings: this.#settings,
				modes,
				problems: this.#problems,
				reports: this.#reports
			},
			this.#options.locked()
		);
	}

	/** What an episode is told of the open cameras; empty while there are none. */
	infos(): CameraInfo[] {
		const { size, localOnly } = this.#settings;
		return [...this.#open].map(([name, { mode }]) => ({
			name,
			...size,
			fps: mode.fps,
			kind: 'device',
			deviceId: this.#deviceOf(name)?.deviceId ?? '',
			...(localOnly ? { localOnly } : {})
		}));
	}

	/** Newest reports of FRAMES, by role. */
	get reports(): ReadonlyMap<CameraRole, CameraReport> {
		return this.#reports;
	}

	/** Grows with every new FRAMES: canvases made for an older one stay as they are. */
	get generation(): number {
		return this.#link.generation;
	}

	begin(): void {
		if (this.#step === 'asking') return;
		this.#step = 'asking';
		this.#forgetChanges();
		if (webCamerasSupported())
			this.#forgetChanges = onCamerasChanged(() => {
				if (this.#step === 'ready') this.#later(() => this.#plugged());
				else if (this.#trouble === 'none') this.begin();
			});
		this.#later(async () => {
			const answer = await askForCameras();
			this.#trouble = answer.ok ? null : troubleOf(answer.error);
			this.#step = answer.ok ? 'ready' : 'off';
			if (answer.ok) await this.#pickAndOpen();
		});
	}

	/** Cameras chosen on an earlier visit come back by themselves where permission still stands. */
	resume(): void {
		if (this.#step !== 'off' || this.#settings.devices.length === 0 || !webCamerasSupported()) return;
		void camerasAllowed().then((allowed) => {
			if (allowed && this.#step === 'off') this.begin();
		});
	}

	choose(role: CameraRole, deviceId: string): void {
		const device = this.#present.find((known) => known.deviceId === deviceId);
		// One device plays one role.
		const others = this.#settings.devices.filter(
			(known) => known.role !== role && known.deviceId !== deviceId
		);
		this.#set({ devices: device ? [...others, { role, ...device }] : others });
		this.#forgetViews([role]);
		this.#reopen();
	}

	swap(a: CameraRole, b: CameraRole): void {
		const other = (role: CameraRole): CameraRole => (role === a ? b : role === b ? a : role);
		// Where the views say so too, they are right from now on; else a person knows better than what was seen.
		if (this.#reports.get(a)?.condition !== 'swapped') this.#forgetViews([a, b]);
		this.#set({ devices: this.#settings.devices.map((known) => ({ ...known, role: other(known.role) })) });
		this.#reopen();
	}

	setSize(size: CamerasView['size']): void {
		this.#set({ size: RECORD_SIZES[size === '640x480' ? 1 : 0] });
		this.#reopen();
	}

	setMask(role: CameraRole, mask: CamerasView['roles'][number]['mask']): void {
		this.#set({ masks: { ...this.#settings.masks, [role]: mask } });
		void this.#link.api?.setMask(role, [...mask]);
	}

	/** From the next episode on. */
	setLocalOnly(localOnly: boolean): void {
		this.#set({ localOnly });
	}

	trustViews(): void {
		this.#set({ usual: {} });
		void this.#link.api?.trustViews();
	}

	retry(): void {
		if (this.#step === 'ready') this.#reopen();
		else this.begin();
	}

	/** One canvas per role and place. */
	attachCanvas(role: CameraRole, canvas: OffscreenCanvas, place: CanvasPlace = 'tile'): void {
		this.#link.attachCanvas(role, canvas, place);
	}

	/** The canvas of this place is gone. */
	releaseCanvas(role: CameraRole, place: CanvasPlace): void {
		this.#link.releaseCanvas(role, place);
	}

	/** Joins FRAMES to RECORDER and to ROBOT's clock; again whenever one of them is new. */
	join(): Promise<void> {
		return this.#link.join();
	}

	/** FRAMES died: a new one takes over the same devices. */
	gone(): void {
		this.#link.gone();
		this.#reports.clear();
		if (this.#step === 'ready') this.#reopen();
	}

	/** Lets all devices go. */
	close(): void {
		this.#forgetChanges();
		this.#step = 'off';
		this.#later(() => this.#closeAll());
	}

	#deviceOf(role: CameraRole): CameraSettings['devices'][number] | undefined {
		return this.#settings.devices.find((known) => known.role === role);
	}

	#set(part: Partial<CameraSettings>): void {
		this.#settings = { ...this.#settings, ...part };
		saveCameraSettings(this.#options.place, this.#settings);
		this.#options.onChange();
	}

	/** What these roles usually show is learned anew. */
	#forgetViews(roles: readonly CameraRole[]): void {
		const usual = Object.entries(this.#settings.usual).filter(
			([role]) => !roles.includes(role as CameraRole)
		);
		this.#set({ usual: Object.fromEntries(usual) });
	}

	#reopen(): void {
		this.#later(async () => {
			await this.#closeAll();
			await this.#pickAndOpen();
		});
	}

	#later(work: () => Promise<void>): void {
		this.#options.onChange();
		this.#work = this.#work
			.then(work)
			.catch(() => void (this.#trouble = webCamerasSupported() ? 'failed' : 'unsupported'))
			.then(() => this.#options.onChange());
	}

	async #plugged(): Promise<void> {
		const before = this.#present;
		this.#present = await listCameras();
		for (const { role, deviceId } of this.#settings.devices) {
			const isThere = this.#present.some((device) => device.deviceId === deviceId);
			if (!isThere && this.#open.has(role)) await this.#link.api?.ended(role);
			// Back again: it opens by itself, as it was.
			if (isThere && !before.some((device) => device.deviceId === deviceId)) await this.#close(role);
		}
		await this.#pickAndOpen();
	}

	/** Opens what is remembered or, on the first visit, what is there; leaves open cameras alone. */
	async #pickAndOpen(): Promise<void> {
		this.#present = await listCameras();
		this.#trouble = this.#present.length === 0 ? 'none' : null;
		if (this.#settings.devices.length === 0) this.#set({ devices: firstChoice(this.#present) });
		const picks = pickDevices(this.#settings.devices, this.#present);
		this.#problems.clear();
		for (const { role, problem } of picks)
			if (problem && !this.#open.has(role)) this.#problems.set(role, problem);
		const found = picks.flatMap(({ role, device }) =>
			device && !this.#open.has(role) ? [{ role, ...device }] : []
		);
		// Ids may have changed; the new ones are remembered.
		const same = this.#settings.devices.map(
			(known) => found.find(({ role }) => role === known.role) ?? known
		);
		this.#set({ devices: same });
		const mode = CAMERA_LADDER.find(({ width }) => width === this.#settings.size.width) ?? BEST;
		await this.#openAll(found.map(({ role, deviceId }) => ({ role, deviceId, mode })));
	}

	async #openAll(wishes: readonly { role: CameraRole; deviceId: string; mode: CameraMode }[]): Promise<void> {
		const answers = await openCameras(wishes, webCameraOpener);
		for (const [at, answer] of answers.entries()) {
			const role = wishes[at]?.role;
			if (role === undefined) continue;
			if (answer.ok) await this.#hand(role, answer.value.opened, answer.value.mode);
			else this.#problems.set(role, answer.error);
		}
	}

	async #hand(role: CameraRole, opened: OpenedCamera, mode: CameraMode): Promise<void> {
		const { size, masks, usual, localOnly } = this.#settings;
		const frames = await this.#link.running();
		const forget = opened.onEnded(() => void frames.ended(role));
		this.#open.set(role, { opened, mode, sinceMs: performance.now(), forget });
		const stream = opened.frames();
		await frames.open(role, transfer(stream, [stream]), {
			...size,
			deviceFps: mode.fps,
			deviceId: this.#deviceOf(role)?.deviceId ?? '',
			localOnly,
			mask: [...(masks[role] ?? [])],
			usual: [...(usual[role] ?? [])]
		});
	}

	async #close(role: CameraRole): Promise<void> {
		const open = this.#open.get(role);
		this.#open.delete(role);
		this.#reports.delete(role);
		open?.forget();
		open?.opened.close();
		await this.#link.api?.close(role);
	}

	async #closeAll(): Promise<void> {
		for (const role of [...this.#open.keys()]) await this.#close(role);
	}

	#onReport({ cameras }: CamerasReport): void {
		for (const report of cameras) {
			this.#reports.set(report.role, report);
			this.#fall(report);
		}
		const now = performance.now();
		if (now - this.#rememberedMs > REMEMBER_EVERY_MS) {
			this.#rememberedMs = now;
			void this.#remember();
		}
		this.#options.onChange();
	}

	/** A camera that does not deliver what it was opened for gets a smaller job. */
	#fall({ role, fps, dark, condition }: CameraReport): void {
		const open = this.#open.get(role);
		const device = this.#deviceOf(role);
		if (!open || !device || condition === 'unplugged' || this.#options.locked()) return;
		const mode = fallTo({ mode: open.mode, sinceMs: open.sinceMs, fps, dark }, performance.now());
		if (mode === null) return;
		this.#open.set(role, { ...open, sinceMs: performance.now() });
		this.#later(async () => {
			await this.#close(role);
			await this.#openAll([{ role, deviceId: device.deviceId, mode }]);
		});
	}

	async #remember(): Promise<void> {
		const before = this.#settings.usual;
		const usual = await this.#link.api?.usualViews().catch(() => null);
		// Forgotten meanwhile stays forgotten.
		if (!usual || this.#settings.usual !== before) return;
		this.#settings = { ...this.#settings, usual: { ...before, ...usual } };
		saveCameraSettings(this.#options.place, this.#settings);
	}
}

const BEST: CameraMode = { width: 640, height: 480, fps: 30 };

function troubleOf(failure: RoleProblem): CamerasTrouble {
	if (failure === 'missing') return 'none';
	return failure === 'unsupported' || failure === 'denied' ? failure : 'failed';
}
