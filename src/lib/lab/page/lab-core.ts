// The lab behind the page: starts the workers, keeps their answers, carries out what a person asks for, and says what to
// show. Plain TypeScript; the rune facade (lab.svelte.ts) only passes its views on.
//
// [Note: liveness] ROBOT is missed by its batches (none for 500 ms while it should run), the others by pings. Each death has
// the outcome that docs/architecture.md states; nothing is re-armed by itself.

import { proxy, transfer } from 'comlink';
import { PICK_PLACE_SCENE } from '$lib/sim/so101-model';
import {
	SO101,
	SO101_JOINT_COUNT,
	isEnvelope,
	type ArmReport,
	type Capabilities,
	type ErrorCode,
	type TickBatch
} from '$lib/contracts';
import { createSignal, createWallScheduler } from '$lib/core';
import type { DriveSource } from '$lib/ui/lab';
import { probeCapabilities } from '../capabilities';
import type { ArmAnswer, RecorderApi } from '../hosts/api';
import { createInputs } from './inputs';
import { IDLE_REPORT, hasContact, type LabOptions, type Problem } from './lab-state';
import { createLibrary } from './library';
import { startArmSide, type ArmSide, type LinkOptions } from './links';
import type { RecordTrigger } from '$lib/teleop';
import { createPictures } from './pictures';
import { armProblem, browserProblem, deathProblem, startProblem } from './problems';
import { createRecordingControl } from './recording';
import { PageBeat } from './beat';
import { CAMERA_NAMES, CAMERA_SIZE, describeEpisode } from './episode-description';
import { createExports } from './exports';
import { createTelemetry } from './telemetry';
import { createWorkerSet, type RunningWorker, type WorkerName } from './worker-set';

/** Seconds without a batch after which ROBOT counts as dead. Checks, not milliseconds: a page that was blocked itself finds a heap of batches. */
const ROBOT_SILENT_CHECKS = 3;
/** A ROBOT that dies again this soon is not started by itself a second time: a person decides. */
const RESTART_PAUSE_MS = 10_000;
export class LabCore {
	readonly changed = createSignal<void>();
	/** Keys, gamepad and the leader's squeeze pull the same trigger. */
	readonly recordTrigger = createSignal<RecordTrigger>();
	readonly telemetry = createTelemetry(SO101);
	readonly inputs = createInputs(SO101_JOINT_COUNT);
	readonly library = createLibrary();
	readonly recording;
	readonly exports;
	readonly options: LabOptions;

	phase: 'starting' | 'ready' | 'failed' = 'starting';
	startStep: 'browser' | 'store' | 'workers' | 'arm' | 'cameras' = 'browser';
	report: ArmReport = IDLE_REPORT;
	capabilities: Capabilities | null = null;
	/** False: the seat's store could not be opened, nothing can be recorded. */
	storeOpen = true;
	problem: Problem | null = null;
	otherTab = false;
	physics = false;
	poses: Float64Array | null = null;
	posesVersion = 0;
	activeDatasetId: string | null = null;
	task = '';
	countdown = false;

	/** Grows with every new ROBOT: who holds a port of an older one needs a new one. */
	armGeneration = 0;

	readonly #workers;
	readonly #pictures;
	#arm: ArmSide | null = null;
	#recorder: RunningWorker<RecorderApi> | null = null;
	#timers: ReturnType<typeof setInterval>[] = [];
	readonly #beat = new PageBeat({
		inputs: this.inputs,
		port: () => this.#arm?.robotPort ?? null,
		mayDrive: () => !this.otherTab,
		onTrigger: (trigger) => this.recordTrigger.emit(trigger)
	});
	#silentChecks = 0;
	#selfRestartedAtMs = Number.NEGATIVE_INFINITY;
	#missedTicks = 0;
	#padPort: MessagePort | null = null;
	#disposed = false;

	constructor(options: LabOptions) {
		this.options = options;
		this.#workers = createWorkerSet(options.build);
		this.#workers.died.on((name) => void this.#onDeath(name));
		this.#pictures = createPictures(this.#workers, this.#linkOptions, () => this.changed.emit());
		this.exports = createExports(this.#workers);
		this.recording = createRecordingControl({
			scheduler: createWallScheduler(),
			onChange: () => this.changed.emit(),
			onProblem: (code, details) => this.fail(code, details),
			onStored: () => void this.refreshLibrary(),
			ports: {
				describe: () => describeEpisode(this.activeDatasetId ?? '', this.task, this.options.fps),
				prepare: (what) => this.#recorderAnswers<ArmAnswer>(this.recorder.prepare(what)),
				flow: async (active) => this.#arm?.robot.orGone(this.#arm.robot.api.record(active)),
				counts: () => this.#recorderAnswers(this.recorder.counts()),
				seal: (interrupted) => this.#recorderAnswers(this.recorder.seal(interrupted)),
				discard: (id) => this.recorder.discardEpisode(id)
			}
		});
	}

	get recorder(): RunningWorker<RecorderApi>['api'] {
		if (this.#recorder === null) throw new TypeError('RECORDER is not running');
		return this.#recorder.api;
	}

	get robot(): ArmSide['robot']['api'] | null {
		return this.#arm?.robot.api ?? null;
	}

	get plant(): ArmSide['plant']['api'] | null {
		return this.#arm?.plant.api ?? null;
	}

	get cameraFps(): number | null {
		return this.#pictures.fps;
	}

	get camerasLost(): boolean {
		return this.#pictures.lost;
	}

	/** Grows with every new RENDER: previews need new canvases. */
	get renderGeneration(): number {
		return this.#pictures.generation;
	}

	get missedTicks(): number {
		return this.#missedTicks;
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
			await this.#joinPictures();
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
		this.#padPort?.close();
		this.#padPort = port;
		this.#givePad();
	}

	/** A canvas on which RENDER shows one camera. */
	attachCanvas(camera: string, canvas: OffscreenCanvas): void {
		this.#pictures.attachCanvas(camera, canvas);
	}

	async selectSource(source: DriveSource): Promise<void> {
		this.inputs.source = source;
		if (source === 'sliders') this.inputs.startFrom(this.telemetry.goal ?? this.telemetry.state);
		await this.robot?.selectSource(source);
		this.changed.emit();
	}

	async refreshLibrary(): Promise<void> {
		if (this.#recorder === null) return;
		const snapshot = await this.recorder.snapshot().catch(() => null);
		if (snapshot === null) return;
		const active =
			snapshot.datasets.find((dataset) => dataset.id === this.activeDatasetId) ?? snapshot.datasets[0];
		this.activeDatasetId = active?.id ?? null;
		this.library.take(snapshot, this.activeDatasetId);
		this.changed.emit();
	}

	/** For the stated outcomes of worker deaths. */
	killWorker(name: WorkerName): void {
		this.#workers.kill(name);
	}

	async reconnect(): Promise<void> {
		this.problem = null;
		await this.#restartArm();
	}

	/** Another tab took the seat: this arm stops following, what is being recorded ends here. */
	seatLost(): void {
		void this.robot?.disarm();
		this.recording.send({ type: 'interrupt', code: 'second_tab' });
	}

	dispose(): void {
		this.#disposed = true;
		for (const timer of this.#timers) clearInterval(timer);
		this.#beat.stop();
		this.#workers.dispose();
		this.library.dispose();
	}

	#step(step: LabCore['startStep']): void {
		this.startStep = step;
		this.changed.emit();
	}

	get #linkOptions(): LinkOptions {
		const { clock, fps, seed, stampNumbers } = this.options;
		return { clock, fps, seed, stampNumbers, scene: PICK_PLACE_SCENE, cameras: CAMERA_NAMES, ...CAMERA_SIZE };
	}

	async #startRecorder(): Promise<void> {
		this.#recorder = await this.#workers.start<RecorderApi>('recorder');
		const { seatId, clock } = this.options;
		const onEnded = proxy((code: ErrorCode) => this.recording.send({ type: 'interrupt', code }));
		const answer = await this.#recorder.api.open({ seatId, clock }, onEnded);
		this.storeOpen = answer.ok;
		// What the browser lacks has been said already, and says why.
		const known = !answer.ok && answer.code === 'no_indexeddb' && this.problem !== null;
		if (!answer.ok && !known) this.fail(answer.code as ErrorCode, answer.details);
	}

	/** A dead RECORDER never answers; nobody waits for it. */
	#recorderAnswers<T>(answer: Promise<T>): Promise<T> {
		return this.#recorder?.orGone(answer) ?? answer;
	}

	async #startArm(): Promise<void> {
		this.telemetry.reset();
		const arm = await startArmSide(this.#workers, this.#linkOptions);
		this.#arm = arm;
		this.armGeneration += 1;
		arm.robotPort.onmessage = (event: MessageEvent<unknown>) => this.#fromRobot(event.data);
		arm.posesPort.onmessage = (event: MessageEvent<unknown>) => this.#fromPlant(event.data);
		this.#givePad();
		this.#silentChecks = 0;
		this.#step('arm');
		const answer = await arm.robot.api.connect();
		if (!answer.ok) this.fail(answer.code as ErrorCode, answer.details);
	}

	async #restartArm(): Promise<void> {
		await this.#startArm();
		await this.#joinPictures();
		this.#driveLockstep();
		void this.#loadPhysics();
		this.changed.emit();
	}

	async #joinPictures(): Promise<void> {
		if (this.#arm === null || this.#recorder === null) return;
		await this.#pictures.join(this.#arm, this.#recorder);
	}

	async #loadPhysics(): Promise<void> {
		const loaded = await this.plant?.loadPhysics().catch(() => false);
		this.physics = loaded === true;
		// Whatever else is wrong matters more than a cube that cannot be grasped.
		if (!this.physics && this.problem === null) this.fail('no_physics');
		this.changed.emit();
	}

	#givePad(): void {
		const port = this.#padPort;
		if (port === null || this.#arm === null) return;
		this.#padPort = null;
		void this.#arm.robot.api.attachPad(transfer(port, [port]));
	}

	#fromRobot(data: unknown): void {
		if (!isEnvelope(data, ['ticks', 'arm', 'gesture', 'too-slow'])) return;
		if (data.ch === 'gesture') this.recordTrigger.emit('go');
		if (data.ch === 'too-slow') this.recording.send({ type: 'interrupt', code: 'storage_too_slow' });
		if (data.ch === 'gesture' || data.ch === 'too-slow') return;
		if (data.ch === 'arm') {
			const { report } = this;
			const before = report.status;
			this.report = data.body as ArmReport;
			// A hold that ended by itself (a silent page) must not throw away what the person asked for.
			const fresh = before !== 'armed' && before !== 'holding';
			// The goals that hold the arm are known with the next tick; to wish for the bare state would let it sag.
			if (fresh && this.report.status === 'armed') this.inputs.startFrom(null);
			const problem = armProblem(report, this.report);
			if (problem === 'port_lost') this.recording.send({ type: 'interrupt', code: problem });
			// Nothing is sent to a locked arm, so there is nothing to record either.
			if (this.report.status === 'disarmed') this.recording.send({ type: 'stop' });
			if (problem !== null) this.fail(problem);
			this.changed.emit();
			return;
		}
		this.#silentChecks = 0;
		this.telemetry.take(data.body as TickBatch);
		if (this.inputs.targets === null && this.report.status === 'armed')
			this.inputs.startFrom(this.telemetry.goal);
	}

	#fromPlant(data: unknown): void {
		if (!isEnvelope(data, ['poses'])) return;
		const body = data.body as { poses: Float64Array };
		this.poses = body.poses;
		this.posesVersion += 1;
	}

	#startTimers(): void {
		this.#beat.start();
		this.#timers.push(setInterval(() => void this.#everySecond(), 1000));
		this.#timers.push(setInterval(() => void this.recording.refresh(), 200));
		this.#driveLockstep();
	}

	/** Steps as fast as every part keeps up; the page's beat goes with each step, in virtual time. */
	#driveLockstep(): void {
		const arm = this.#arm;
		if (this.options.clock !== 'lockstep' || arm === null) return;
		const drive = async (): Promise<void> => {
			while (!this.#disposed && this.#arm === arm) {
				this.#beat.beat();
				await arm.robot.api.step(1).catch(() => new Promise((resolve) => setTimeout(resolve, 200)));
			}
		};
		void drive();
	}

	async #everySecond(): Promise<void> {
		const silent = this.#silentChecks++ >= ROBOT_SILENT_CHECKS;
		if (silent && this.#arm !== null && hasContact(this.report)) await this.#onDeath('robot');
		const counters = await this.robot?.counters().catch(() => null);
		if (counters !== null && counters !== undefined) this.#missedTicks = counters.missedTicks;
	}

	async #onDeath(name: WorkerName): Promise<void> {
		if (this.#disposed) return;
		const code = deathProblem(name);
		switch (name) {
			case 'robot':
			case 'plant':
				await this.#onArmDeath(name);
				break;
			case 'render':
				this.#pictures.gone();
				this.recording.send({ type: 'interrupt', code });
				this.fail(code);
				await this.#joinPictures();
				break;
			case 'recorder':
				this.recording.lost();
				this.fail(code);
				await this.robot?.record(false).catch(() => undefined);
				await this.#startRecorder();
				await this.#joinPictures();
				await this.refreshLibrary();
				break;
			case 'dataset':
				this.fail(code);
				await this.exports.start();
				break;
		}
		this.changed.emit();
	}

	/** ROBOT starts anew by itself, disarmed; a dead PLANT is a pulled cable, which a person plugs in again. */
	async #onArmDeath(name: 'robot' | 'plant'): Promise<void> {
		const arm = this.#arm;
		if (arm === null) return;
		const code = deathProblem(name);
		this.#arm = null;
		// The other half would go on telling of an arm that nobody controls.
		arm.robotPort.close();
		arm.robot.terminate();
		arm.plant.terminate();
		this.report = { ...IDLE_REPORT, status: 'lost', reason: name };
		this.recording.send({ type: 'interrupt', code });
		this.fail(code);
		if (name !== 'robot' || performance.now() - this.#selfRestartedAtMs < RESTART_PAUSE_MS) return;
		this.#selfRestartedAtMs = performance.now();
		await this.#restartArm();
	}
}
