// The lab behind the page: starts the workers, keeps their answers, carries out what a person asks for, and says what to
// show. Plain TypeScript; the rune facade (lab.svelte.ts) only passes its views on.
//
// [Note: liveness] ROBOT is missed by its batches while it should run, the others by pings (worker-deaths.ts).

import { PICK_PLACE_SCENE } from '$lib/sim/so101-model';
import { SO101, SO101_JOINT_COUNT, type ArmReport, type Capabilities, type ErrorCode } from '$lib/contracts';
import { createSignal, createWallScheduler } from '$lib/core';
import type { DriveSource } from '$lib/ui/lab';
import { probeCapabilities } from '../capabilities';
import type { StartRecording } from '../hosts/api';
import { createInputs } from './inputs';
import { IDLE_REPORT, hasContact, type LabOptions, type Problem } from './lab-state';
import { activeDataset, createLibrary } from './library';
import { ArmLink } from './arm-link';
import type { ArmKind, ArmSide, LinkOptions } from './links';
import { createRealArm } from './real-arm-page';
import { ArmPoses } from './arm-poses';
import { RobotFeed } from './robot-feed';
import type { RecordTrigger } from '$lib/teleop';
import { LabCameras } from './lab-cameras';
import { armProblem, browserProblem, endsRecording, startProblem } from './problems';
import { createRecordingControl } from './recording';
import { recordingPorts } from './recording-ports';
import { PageBeat } from './beat';
import { CAMERA_NAMES, CAMERA_SIZE, describeEpisode } from './episode-description';
import { createExports } from './exports';
import { createTelemetry } from './telemetry';
import { RecorderLink } from './recorder-link';
import type { EpisodeOfRun } from './run-film';
import { WorkerDeaths } from './worker-deaths';
import { createWorkerSet, type WorkerName } from './worker-set';

/** Seconds without a batch after which ROBOT counts as dead. Checks, not milliseconds: a page that was blocked itself finds a heap of batches. */
const ROBOT_SILENT_CHECKS = 3;

export class LabCore {
	readonly changed = createSignal<void>();
	/** This arm will not be heard of any more: one of its workers died, or another kind was chosen. */
	readonly armGone = createSignal<'died' | 'switched'>();
	/** Keys, gamepad and the leader's squeeze pull the same trigger. */
	readonly recordTrigger = createSignal<RecordTrigger>();
	readonly telemetry = createTelemetry(SO101);
	readonly inputs = createInputs(SO101_JOINT_COUNT);
	readonly library = createLibrary();
	readonly recording;
	readonly cameras;
	readonly exports;
	readonly options: LabOptions;

	phase: 'starting' | 'ready' | 'failed' = 'starting';
	startStep: 'browser' | 'store' | 'workers' | 'arm' | 'cameras' = 'browser';
	capabilities: Capabilities | null = null;
	/** False: the seat's store could not be opened, nothing can be recorded. */
	storeOpen = true;
	problem: Problem | null = null;
	otherTab = false;
	/** Which tab of the lab this is; null before it is known. */
	tab: number | null = null;
	/** A teacher holds all arms of the class; ends by itself (class/class-link.ts). Nothing is unlocked meanwhile. */
	held = false;
	physics = false;
	activeDatasetId: string | null = null;
	task = '';
	countdown = false;
	/** What is recorded next shows a model driving; null: a person. */
	episodeOfRun: EpisodeOfRun | null = null;
	missedTicks = 0;

	kind: ArmKind = 'virtual';
	/** Takes the seat from another tab; the facade knows how. */
	takeSeat: () => Promise<void> = () => Promise.resolve();

	readonly #workers;
	readonly #link;
	readonly #feed;
	readonly #poses = new ArmPoses();
	readonly connect;
	readonly #recorder;
	readonly #deaths;
	#timers: ReturnType<typeof setInterval>[] = [];
	readonly #beat = new PageBeat({
		inputs: this.inputs,
		port: () => this.#link.side?.robotPort ?? null,
		mayDrive: () => !this.otherTab && !this.held,
		onTrigger: (trigger) => this.recordTrigger.emit(trigger)
	});
	#disposed = false;

	constructor(options: LabOptions) {
		this.options = options;
		this.#workers = createWorkerSet(options.build);
		this.#workers.died.on((name) => void this.#onDeath(name));
		this.#recorder = new RecorderLink(this.#workers);
		this.cameras = new LabCameras({
			workers: this.#workers,
			recorder: this.#recorder,
			links: this.#linkOptions,
			kind: () => this.kind,
			clockOriginMs: async () => (await this.robot?.clockOriginMs()) ?? performance.timeOrigin,
			locked: () => this.recording.state.name !== 'idle' && this.recording.state.name !== 'review',
			onChange: () => this.changed.emit()
		});
		this.#feed = new RobotFeed({
			telemetry: this.telemetry,
			inputs: this.inputs,
			onReport: (before, now) => this.#onReport(before, now),
			onTicks: (batch) => {
				if (this.kind === 'real') this.connect.ticks(batch, this.#poses.measure(this.telemetry.state));
			},
			onProcedure: (view) => this.connect.procedures.take(view),
			onCalibrated: (from, to) => this.connect.calibrated(from, to),
			onLeaderLost: () => this.connect.leader.lost(),
			onGesture: () => this.recordTrigger.emit('go'),
			onTooSlow: () => this.recording.send({ type: 'interrupt', code: 'storage_too_slow' })
		});
		this.#link = new ArmLink({
			workers: this.#workers,
			links: () => this.#linkOptions,
			onRobot: (data) => this.#feed.take(data),
			onPlant: (data) => this.#poses.fromPlant(data)
		});
		this.connect = createRealArm({
			robot: () => this.#link.side?.robot ?? null,
			takeSeat: () => this.takeSeat(),
			goVirtual: () => this.#switch('virtual'),
			onProblem: (code) => this.fail(code),
			onLeader: () => void this.selectSource('leader'),
			onChange: () => this.changed.emit()
		});
		this.exports = createExports(this.#workers);
		this.recording = createRecordingControl({
			scheduler: createWallScheduler(),
			onChange: () => this.changed.emit(),
			onProblem: (code, details) => this.fail(code, details),
			onStored: () => void this.refreshLibrary(),
			ports: recordingPorts(this.#recorder, this.#link, () => this.#describe())
		});
		this.#deaths = new WorkerDeaths({
			link: this.#link,
			feed: this.#feed,
			cameras: this.cameras,
			recording: this.recording,
			exports: this.exports,
			fail: (code) => this.fail(code),
			onArmDied: () => this.armGone.emit('died'),
			restartArm: () => this.#restartArm(),
			restartRecorder: () => this.#startRecorder(),
			refreshLibrary: () => this.refreshLibrary()
		});
	}

	get report(): ArmReport {
		return this.#feed.report;
	}

	get poses(): Float64Array | null {
		return this.#poses.now;
	}

	get posesVersion(): number {
		return this.#poses.version;
	}

	get recorder(): RecorderLink['api'] {
		return this.#recorder.api;
	}

	get robot(): ArmSide['robot']['api'] | null {
		return this.#link.side?.robot.api ?? null;
	}

	get plant(): NonNullable<ArmSide['plant']>['worker']['api'] | null {
		return this.#link.side?.plant?.worker.api ?? null;
	}

	/** Grows with every new ROBOT: who holds a port of an older one needs a new one. */
	get armGeneration(): number {
		return this.#link.generation;
	}

	/** Whether another kind of arm can be chosen now: nothing moves, nothing records, nothing is written into servos. */
	get canSwitchKind(): boolean {
		const { status } = this.report;
		const { name } = this.recording.state;
		const resting = status === 'disarmed' || status === 'disconnected' || status === 'lost';
		const free = resting && !this.connect.procedures.busy;
		return this.options.clock === 'wall' && free && (name === 'idle' || name === 'review');
	}

	fail(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}): void {
		this.problem = { code, details };
		this.changed.emit();
	}

	async start(): Promise<void> {
		try {
			this.capabilities = await probeCapabilities();
			const lacks = browserProblem(this.capabilities);
			if (lacks !== null) this.fail(lacks);
			this.#step('store');
			await this.#startRecorder();
			this.#step('workers');
			await this.#startArm();
			this.#step('cameras');
			await this.cameras.join(this.#link.side);
			await this.exports.start();
			await this.refreshLibrary();
			this.phase = 'ready';
			this.#startTimers();
			void this.#loadPhysics();
		} catch (error) {
			this.phase = 'failed';
			this.fail(startProblem(error), { reason: String(error) });
		}
		this.changed.emit();
	}

	/** The other end of the pad's port; ROBOT hears it without the page. */
	attachPad(port: MessagePort): void {
		this.#link.attachPad(port);
	}

	async selectSource(source: DriveSource): Promise<void> {
		if (source === 'leader' && this.kind === 'real' && !this.connect.leader.there()) return;
		this.inputs.source = source;
		if (source === 'sliders') this.inputs.startFrom(this.telemetry.goal ?? this.telemetry.state);
		await this.robot?.selectSource(source);
		this.changed.emit();
	}

	async refreshLibrary(): Promise<void> {
		const snapshot = await this.#recorder.snapshot();
		if (snapshot === null) return;
		this.activeDatasetId = activeDataset(snapshot, this.activeDatasetId, this.kind);
		this.library.take(snapshot, this.activeDatasetId);
		this.changed.emit();
	}

	/** For the stated outcomes of worker deaths. */
	readonly killWorker = (name: WorkerName): void => this.#workers.kill(name);

	async reconnect(): Promise<void> {
		this.problem = null;
		if (this.kind === 'virtual' || this.#link.side === null) await this.#restartArm();
		if (this.kind === 'real') this.connect.again();
	}

	async switchArm(kind: ArmKind): Promise<void> {
		if (kind !== this.kind && this.canSwitchKind) await this.#switch(kind);
	}

	/** Another tab took the seat: this arm stops following, what is being recorded ends here. */
	seatLost(): void {
		void this.robot?.disarm();
		if (this.kind === 'real') this.connect.seatLost();
		this.recording.send({ type: 'interrupt', code: 'second_tab' });
	}

	dispose(): void {
		this.#disposed = true;
		for (const timer of this.#timers) clearInterval(timer);
		this.#beat.stop();
		this.connect.dispose();
		this.#link.forget();
		this.#workers.dispose();
		this.library.dispose();
	}

	/** The arm that is left stays as it is: stiff where it was stiff. */
	async #switch(kind: ArmKind): Promise<void> {
		this.kind = kind;
		this.problem = null;
		if (kind === 'virtual') await this.connect.leave();
		this.#link.end();
		this.armGone.emit('switched');
		this.#feed.report = { ...IDLE_REPORT };
		this.#poses.forget();
		this.cameras.switched();
		this.activeDatasetId = null;
		void this.refreshLibrary();
		await this.#restartArm();
		if (kind === 'real') this.connect.begin();
	}

	#describe(): StartRecording {
		const arm = { simulated: this.kind === 'virtual', cameras: this.cameras.infos() };
		const what = describeEpisode(this.activeDatasetId ?? '', this.task, this.options.fps, arm);
		return { ...what, ...this.episodeOfRun };
	}

	#step(step: LabCore['startStep']): void {
		this.startStep = step;
		this.changed.emit();
	}

	get #linkOptions(): LinkOptions {
		const { clock, fps, seed, stampNumbers } = this.options;
		const { tab } = this;
		const scene = PICK_PLACE_SCENE;
		return { clock, fps, seed, stampNumbers, tab, scene, cameras: CAMERA_NAMES, ...CAMERA_SIZE };
	}

	async #startRecorder(): Promise<void> {
		const { seatId, clock } = this.options;
		const onEnded = (code: ErrorCode): void => this.recording.send({ type: 'interrupt', code });
		const problem = await this.#recorder.start({ seatId, clock }, onEnded);
		this.storeOpen = problem === null;
		// What the browser lacks has been said already, and says why.
		const known = problem?.code === 'no_indexeddb' && this.problem !== null;
		if (problem !== null && !known) this.fail(problem.code, problem.details);
	}

	async #startArm(): Promise<void> {
		this.telemetry.reset();
		const arm = await this.#link.start(this.kind);
		this.#feed.silentChecks = 0;
		this.#step('arm');
		if (this.kind === 'real') return; // a person chooses its port
		const answer = await arm.robot.api.connect();
		if (!answer.ok) this.fail(answer.code as ErrorCode, answer.details);
	}

	async #restartArm(): Promise<void> {
		await this.#startArm();
		await this.cameras.join(this.#link.side);
		this.#driveLockstep();
		void this.#loadPhysics();
		if (this.kind === 'real') this.connect.reopen();
		this.changed.emit();
	}

	async #loadPhysics(): Promise<void> {
		const { plant } = this;
		if (plant === null) return;
		this.physics = await plant.loadPhysics().catch(() => false);
		// Whatever else is wrong matters more than a cube that cannot be grasped.
		if (!this.physics && this.problem === null) this.fail('no_physics');
		this.changed.emit();
	}

	#onReport(before: ArmReport, now: ArmReport): void {
		const problem = armProblem(before, now);
		if (problem !== null && endsRecording(now)) this.recording.send({ type: 'interrupt', code: problem });
		// Nothing is sent to a locked arm: nothing to record either.
		if (now.status === 'disarmed') this.recording.send({ type: 'stop' });
		if (this.kind === 'real') this.connect.heard(now);
		// What became of a real arm's port is said by its own screen.
		if (problem !== null && !(this.kind === 'real' && problem === 'port_lost')) this.fail(problem);
		this.changed.emit();
	}

	#startTimers(): void {
		this.#beat.start();
		this.#timers.push(setInterval(() => void this.#everySecond(), 1000));
		this.#timers.push(setInterval(() => void this.recording.refresh(), 200));
		this.#driveLockstep();
	}

	#driveLockstep(): void {
		if (this.options.clock === 'lockstep') void this.#link.driveLockstep(() => this.#beat.beat());
	}

	async #everySecond(): Promise<void> {
		const silent = this.#feed.silentChecks++ >= ROBOT_SILENT_CHECKS;
		if (silent && this.#link.side !== null && hasContact(this.report)) await this.#onDeath('robot');
		const counters = await this.robot?.counters().catch(() => null);
		if (counters !== null && counters !== undefined) this.missedTicks = counters.missedTicks;
	}

	async #onDeath(name: WorkerName): Promise<void> {
		if (this.#disposed) return;
		await this.#deaths.died(name);
		this.changed.emit();
	}
}
