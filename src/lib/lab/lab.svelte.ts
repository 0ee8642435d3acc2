// The rune facade of the lab: one object per visit, made by the lab's layout, living as long as it. Holds the view model
// as raw state that is replaced at most 15 times a second, and the actions a person can ask for.

import { labRateHz, type ArmReport, type ErrorCode } from '$lib/contracts';
import type { ArmsView } from '$lib/ui/arms';
import type { CalibrationView } from '$lib/ui/calibrate';
import type { CamerasView } from '$lib/ui/cameras';
import type { ConnectView } from '$lib/ui/connect';
import type { PolicyPanelView, WhyView } from '$lib/ui/policies';
import type { SetupView } from '$lib/ui/setup';
import type { DownloadView, LabActions, LabViewModel, UndoView } from '$lib/ui/lab';
import { takeTabNumber } from './hosts/tab-number';
import { LabCore } from './page/lab-core';
import type { LabOptions } from './page/lab-state';
import { buildModel } from './page/build-model';
import { createActions } from './page/actions';
import type { PolicyPage } from './page/policy-page';
import type { PolicyRoom } from './page/policy-room';
import type { PairStep } from './page/real-leader-page';
import { readStandardGamepad } from './page/inputs';
import { readKeyLabels } from './page/key-labels';
import { listenToKeys } from './page/keys';
import { installProbe } from './page/probe';
import { ScreenAwake } from './page/screen-awake';
import { holdSeat, type SeatHold } from './page/seat';
import { registerOffline, type OfflineClient } from './offline';
import { ticketHere } from '$lib/classroom/ticket';
import type { ClassLink, ClassView } from './class/class-link';

const REFRESH_MS = 66;
/** The arm moves, or may move again by itself: the screen stays on. */
const MAY_MOVE: readonly ArmReport['status'][] = ['arming', 'armed', 'holding', 'resting'];

interface FilmView {
	readonly wanted: boolean;
}

export class Lab {
	readonly core: LabCore;
	readonly actions: LabActions;
	download = $state.raw<DownloadView | null>(null);
	undo = $state.raw<UndoView | null>(null);
	keyboardMode = $state.raw<'cartesian' | 'joint'>('cartesian');
	updateWaiting = $state.raw(false);
	offlineReady = $state.raw(false);
	/** Number of this tab among those with the lab. */
	tab = $state.raw(1);
	#model = $state.raw<LabViewModel>() as LabViewModel;
	#connectView = $state.raw<ConnectView | null>(null);
	#camerasView = $state.raw<CamerasView | null>(null);
	#armsView = $state.raw<ArmsView | null>(null);
	#setupView = $state.raw<SetupView | null>(null);
	#calibrationView = $state.raw<CalibrationView | null>(null);
	#pairStep = $state.raw<PairStep | null>(null);
	#room = $state.raw<PolicyRoom | null>(null);
	#whyView = $state.raw<WhyView | null>(null);
	#film = $state.raw<FilmView | null>(null);
	#policyView = $state.raw<PolicyPanelView | null>(null);
	#class: ClassLink | null = null;
	#classView = $state.raw<ClassView | null>(null);
	#posesVersion = $state.raw(0);
	#renderGeneration = $state.raw(0);
	#armGeneration = $state.raw(0);
	#online = true;
	#keyLabels: LabViewModel['keyLabels'] = {};
	#stale = true;
	#cleanup: (() => void)[] = [];
	#seat: SeatHold | null = null;
	#offline: OfflineClient | null = null;
	readonly #awake = new ScreenAwake({
		wakeLock: () => (navigator as { wakeLock?: WakeLock }).wakeLock,
		isVisible: () => document.visibilityState === 'visible'
	});

	constructor(options: LabOptions) {
		this.core = new LabCore(options);
		this.core.takeSeat = () => this.#takeSeat();
		this.actions = createActions(this);
		this.#model = this.#build();
	}

	get model(): LabViewModel {
		return this.#model;
	}

	/** The screen of the real cameras; null beside the virtual arm. */
	get camerasView(): CamerasView | null {
		return this.#camerasView;
	}

	/** The list of known arms; null while it is closed. */
	get armsView(): ArmsView | null {
		return this.#armsView;
	}

	/** Setting up or calibrating; null while neither goes on. */
	get setupView(): SetupView | null {
		return this.#setupView;
	}

	get calibrationView(): CalibrationView | null {
		return this.#calibrationView;
	}

	/** A person has to show which arm leads; null otherwise. */
	get pairStep(): PairStep | null {
		return this.#pairStep;
	}

	/** Letting a model drive; null until `openPolicies` has brought it here. */
	get policies(): PolicyPage | null {
		return this.#room?.page ?? null;
	}

	/** Asking why a run failed; null until `openPolicies` has brought it here. */
	get why(): PolicyRoom['why'] | null {
		return this.#room?.why ?? null;
	}

	get whyView(): WhyView | null {
		return this.#whyView;
	}

	/** Whether the next run is recorded; null while nothing can be. */
	get film(): FilmView | null {
		return this.#film;
	}

	setFilm(wanted: boolean): void {
		if (this.#room !== null) this.#room.film.wanted = wanted;
		this.core.changed.emit();
	}

	get policyView(): PolicyPanelView | null {
		return this.#policyView;
	}

	/** The seat and its class; null where nobody joined one. */
	get classView(): ClassView | null {
		return this.#classView;
	}

	raiseHand(up: boolean): void {
		this.#class?.raiseHand(up);
	}

	/** The screen of connecting a real arm; null while there is nothing to show. */
	get connectView(): ConnectView | null {
		return this.#connectView;
	}

	/** Grows whenever the poses of `core.poses` are new. */
	get posesVersion(): number {
		return this.#posesVersion;
	}

	/** Grows whenever previews need new canvases. */
	get renderGeneration(): number {
		return this.#renderGeneration;
	}

	/** Grows with every new ROBOT. */
	get armGeneration(): number {
		return this.#armGeneration;
	}

	async start(): Promise<void> {
		this.#cleanup.push(this.core.changed.on(() => (this.#stale = true)));
		const refresh = setInterval(() => this.#refresh(), REFRESH_MS);
		const keys = listenToKeys(this);
		this.#cleanup.push(() => clearInterval(refresh), keys);
		if (this.core.options.probe) this.#cleanup.push(installProbe(this));
		this.#watchNetwork();
		void readKeyLabels().then((labels) => (this.#keyLabels = labels));
		this.tab = await takeTabNumber('locks' in navigator ? navigator.locks : undefined);
		this.core.tab = this.tab;
		this.#seat = await holdSeat(this.core.options.seatId, (problem) => this.#onSeat(problem));
		await this.core.start();
		this.#markReady();
		await this.#joinClass().catch(() => undefined); // the lab does not wait for a class
		this.#offline = await registerOffline(() => {
			this.updateWaiting = true;
			this.core.changed.emit();
		});
		if (this.#offline !== null) {
			this.offlineReady = await this.#offline.warm();
			if (this.offlineReady) document.documentElement.dataset['offline'] = 'ready';
		}
	}

	/** Brings what models need, once. @param policyId chosen at once, when it is there */
	async openPolicies(policyId: string | null = null): Promise<void> {
		if (this.#room !== null) return;
		const { openPolicyRoom } = await import('./page/policy-room');
		const { page } = (this.#room ??= openPolicyRoom(this.core));
		this.#policyView = page.view();
		await page.open();
		if (policyId !== null && this.core.phase === 'ready') await page.choose(policyId);
	}

	/** What belongs to a class comes only where somebody joined one. */
	async #joinClass(): Promise<void> {
		const ticket = ticketHere();
		if (ticket === null || ticket.seatId !== this.core.options.seatId) return;
		const { ClassLink } = await import('./class/class-link');
		this.#class = new ClassLink(this.core, ticket, () => this.core.changed.emit());
		await this.#class.start();
		this.core.changed.emit();
	}

	takeOverTab(): void {
		void this.#takeSeat();
	}

	/** A seat that is ours already is not taken from ourselves. */
	async #takeSeat(): Promise<void> {
		if (this.core.otherTab) await this.#seat?.takeOver();
	}

	/** An update is let in only while nothing moves and nothing records. */
	get canUpdate(): boolean {
		const { status } = this.core.report;
		const resting = status === 'disarmed' || status === 'disconnected' || status === 'lost';
		const { name } = this.core.recording.state;
		return resting && !this.core.otherTab && (name === 'idle' || name === 'review');
	}

	applyUpdate(): void {
		if (this.canUpdate) this.#offline?.applyUpdate();
	}

	dispose(): void {
		this.#awake.keep(false);
		for (const clean of this.#cleanup) clean();
		this.#seat?.release();
		this.#room?.why.close();
		this.#room?.page.dispose();
		this.#class?.dispose();
		this.core.dispose();
	}

	#onSeat(problem: ErrorCode | null): void {
		const { core } = this;
		core.otherTab = problem !== null;
		if (problem === null) {
			if (core.problem?.code === 'second_tab') core.problem = null;
			void core.refreshLibrary();
			return;
		}
		core.seatLost();
		core.fail(problem);
	}

	#watchNetwork(): void {
		const set = (): void => {
			this.#online = navigator.onLine;
			this.#stale = true;
		};
		set();
		addEventListener('online', set);
		addEventListener('offline', set);
		this.#cleanup.push(() => {
			removeEventListener('online', set);
			removeEventListener('offline', set);
		});
	}

	/** For tests and for whoever looks: the lab runs, isolated, with a worker that answered. */
	#markReady(): void {
		const { dataset } = document.documentElement;
		dataset['robot'] = this.core.phase === 'ready' ? 'ready' : 'failed';
		void this.core.robot?.hello().then((hello) => (dataset['robotIsolated'] = String(hello.isolated)));
	}

	#build(): LabViewModel {
		return buildModel(this.core, {
			download: this.download,
			undo: this.undo,
			update: this.updateWaiting ? (this.canUpdate ? 'ready' : 'blocked') : null,
			online: this.#online,
			keyboardMode: this.keyboardMode,
			gamepad: readStandardGamepad() !== null,
			keyLabels: this.#keyLabels,
			targetHz: labRateHz(this.core.options.fps)
		});
	}

	#refresh(): void {
		this.#awake.keep(MAY_MOVE.includes(this.core.report.status));
		if (this.core.held) this.#stale = true; // the time that is left
		if (!this.#stale && this.core.posesVersion === this.#posesVersion && this.core.phase === 'ready') return;
		this.#stale = false;
		this.#posesVersion = this.core.posesVersion;
		this.#renderGeneration = this.core.cameras.generation;
		this.#armGeneration = this.core.armGeneration;
		this.#setupView = this.core.connect.procedures.setup;
		this.#calibrationView = this.core.connect.procedures.calibration;
		this.#pairStep = this.core.connect.leader.pairStep;
		this.#armsView = this.core.kind === 'real' ? this.core.connect.arms.view : null;
		this.#camerasView = this.core.kind === 'real' ? this.core.cameras.devices.view() : null;
		this.#connectView = this.core.kind === 'real' ? this.core.connect.view : null;
		this.#policyView = this.#room?.page.view() ?? null;
		this.#whyView = this.#room?.why.view ?? null;
		const { possible = false, wanted = false } = this.#room?.film ?? {};
		this.#film = possible ? { wanted } : null;
		this.#classView = this.#class?.view ?? null;
		this.#model = this.#build();
	}
}
