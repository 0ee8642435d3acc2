// The ROBOT worker's work: owns the lab clock, the bus and the loop; hears the page and the stop pad; feeds the page in
// batches of 33 ms and RECORDER with record ticks. In lockstep it runs on virtual time and waits for every other part.

import {
	PROTOCOL_VERSION,
	SO101,
	isEnvelope,
	labRateHz,
	type LoopCounters,
	type PadStopMessage,
	type Setpoint,
	type SetpointSource,
	type Beat
} from '$lib/contracts';
import { createVirtualScheduler, createWallScheduler, type Scheduler } from '$lib/core';
import {
	ControlLoop,
	STS3215_DRIVER,
	createArmSession,
	createBusCommands,
	createFeetechBus,
	createPortTransport,
	createUnitConverter,
	type ArmError,
	type PortTransport
} from '$lib/robot';
import { createGate, type GateInput, type SafetyGate } from '$lib/robot/safety';
import { createPageDrive, createSqueezeDetector, type PageDrive } from '$lib/teleop';
import type { ArmAnswer, ClockMode, RobotApi, RobotPorts, WorkerHello } from './api';
import { ArmControl } from './arm-control';
import { createArmJournal, type ArmJournalEntry } from './arm-journal';
import { portLike } from './port-like';
import { LeaderReader } from './leader-reader';
import { Lockstep } from './lockstep';
import { RecordFlow } from './record-flow';

const FEED_MS = 33;
const GRIPPER = SO101.joints.findIndex((joint) => joint.name === 'gripper');
/**
 * Reads failing for this long are an arm that is gone. The virtual arm answers from a thread that a busy computer may keep
 * waiting: that is no pulled cable, the arm holds meanwhile, and a dead PLANT is noticed by its missed pings.
 */
const LOST_AFTER_MS = 5000;
/** For the same reason rare requests to the virtual arm are patient. */
const VIRTUAL_MARGIN_MS = 250;
const NO_COUNTERS: LoopCounters = {
	ticks: 0,
	missedTicks: 0,
	failedTicks: 0,
	retries: 0,
	badPackets: 0,
	refusedSetpoints: 0,
	eepromWrites: 0,
	wireMs: 0
};

interface Attached {
	readonly ports: RobotPorts;
	readonly fps: number;
	readonly scheduler: Scheduler;
	readonly lockstep: Lockstep | null;
	readonly transport: PortTransport;
	readonly gate: SafetyGate;
	readonly control: ArmControl;
	readonly drive: PageDrive;
	readonly leader: LeaderReader;
}

export class RobotHost implements RobotApi {
	readonly #hello: WorkerHello;
	#attached: Attached | null = null;
	#loop: ControlLoop | null = null;
	#flow: RecordFlow | null = null;
	#seq = 0;
	/** When the arm said anything at all. */
	#heardMs = Number.NEGATIVE_INFINITY;
	#reported = '';
	/** What the gate sent last, null while it sends nothing. Re-used by the gate. */
	#goal: Float32Array | null = null;
	readonly #squeeze = createSqueezeDetector();
	readonly #journal = createArmJournal();
	/** While a press on the stop pad is being carried out: when it happened. */
	#pressedAtEpochMs: number | null = null;

	constructor(hello: WorkerHello) {
		this.#hello = hello;
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	attach(ports: RobotPorts, options: { readonly clock: ClockMode; readonly fps: number }): void {
		const virtual = options.clock === 'lockstep' ? createVirtualScheduler() : null;
		const scheduler = virtual ?? createWallScheduler();
		const transport = createPortTransport({
			id: 'virtual-follower',
			port: portLike(ports.follower),
			scheduler,
			mode: options.clock
		});
		const leader = new LeaderReader({ port: ports.leader, scheduler, mode: options.clock });
		const drive = createPageDrive();
		const gate = createGate();
		const control = new ArmControl({
			armId: 'follower',
			scheduler,
			gate,
			parkAllowed: true,
			wishOf: (source, nowMs, epoch) => this.#wish(source, nowMs, epoch)
		});
		control.changed.on(() => this.#reportArm());
		ports.page.onmessage = (event: MessageEvent<unknown>) => this.#fromPage(event.data);
		const settle = async (): Promise<void> => {
			await transport.settled();
			await leader.settled();
		};
		const lockstep =
			virtual === null ? null : new Lockstep({ virtual, fps: options.fps, sync: ports.sync, settle });
		this.#attached = {
			ports,
			fps: options.fps,
			scheduler,
			lockstep,
			transport,
			gate,
			control,
			drive,
			leader
		};
	}

	attachPad(port: MessagePort): void {
		port.onmessage = (event: MessageEvent<Partial<PadStopMessage> | null>) => {
			const { data } = event;
			if (data?.v !== PROTOCOL_VERSION || data.ch !== 'stop') return;
			this.#pressedAtEpochMs = typeof data.atEpochMs === 'number' ? data.atEpochMs : null;
			this.stop();
			this.#pressedAtEpochMs = null;
		};
	}

	attachRecorder(port: MessagePort): void {
		const { fps } = this.#need();
		this.#flow?.close();
		this.#flow = new RecordFlow({
			port,
			joints: SO101.joints.length,
			ticksPerRow: labRateHz(fps) / fps,
			onTooSlow: () => this.#post('too-slow', {})
		});
	}

	async connect(): Promise<ArmAnswer> {
		const attached = this.#need();
		const { scheduler, transport, gate, control, fps, leader } = attached;
		control.connecting();
		await this.#withTime(transport.open({ baudRate: SO101.baudRate }));
		const bus = createFeetechBus(transport, scheduler, { usbFrameMs: 0, marginMs: VIRTUAL_MARGIN_MS });
		const session = createArmSession({
			spec: SO101,
			bus: createBusCommands(bus),
			driver: STS3215_DRIVER,
			scheduler
		});
		const connected = await this.#withTime(session.connect());
		if (!connected.ok) {
			control.lost();
			return refusal(connected.error);
		}
		const loop = new ControlLoop({
			armId: 'follower',
			spec: SO101,
			bus,
			driver: STS3215_DRIVER,
			scheduler,
			gate: this.#watched(gate, control),
			units: createUnitConverter(SO101, connected.value.calibration),
			inputs: control,
			rateHz: labRateHz(fps)
		});
		this.#loop = loop;
		transport.onBytes(() => (this.#heardMs = scheduler.now()));
		transport.onLost(() => control.lost());
		loop.start(attached.lockstep?.nextStepMs() ?? scheduler.now());
		control.connected(loop, session);
		await this.#withTime(leader.connect());
		if (attached.lockstep === null) this.#scheduleFeed();
		return { ok: true };
	}

	async arm(): Promise<ArmAnswer> {
		const { control, drive } = this.#need();
		drive.restart();
		const done = await this.#withTime(control.arm());
		if (done) return { ok: true };
		// Without a refusal somebody stopped it: the arm's report says so, there is nothing to explain.
		return control.refusal === null
			? { ok: false, code: 'not_armed', details: {} }
			: refusal(control.refusal);
	}

	relax(): Promise<ArmAnswer> {
		this.#need().control.release();
		return Promise.resolve({ ok: true });
	}

	disarm(): Promise<ArmAnswer> {
		this.#need().control.lock();
		return Promise.resolve({ ok: true });
	}

	stop(): void {
		this.#attached?.control.stop();
	}

	clearStop(): void {
		this.#attached?.control.clearStop();
	}

	selectSource(source: SetpointSource): void {
		const { control, drive } = this.#need();
		drive.restart();
		control.select(source);
	}

	record(active: boolean): void {
		this.#drain();
		if (active) this.#flow?.start();
		else this.#flow?.stop();
	}

	/**
	 * [Note: lockstep] One record tick: loop ticks up to it, every byte answered, pictures drawn, rows encoded. The loop
	 * starts on a multiple of the record period, so that record ticks and pictures share their instants. A record tick is
	 * complete when the next loop tick begins, which is in the next step: by then its picture has long been posted.
	 */
	async step(recordTicks: number): Promise<void> {
		const { lockstep } = this.#need();
		if (lockstep === null) throw new TypeError('step() is for lockstep');
		for (let n = 0; n < recordTicks; n++) {
			await lockstep.step();
			this.#drain();
			const flow = this.#flow;
			if (flow?.active === true && flow.lastIndex >= 0) await flow.whenRecorded(flow.lastIndex);
		}
	}

	journal(): readonly ArmJournalEntry[] {
		return this.#journal.read();
	}

	counters(): LoopCounters {
		return this.#loop?.counters ?? NO_COUNTERS;
	}

	#need(): Attached {
		if (this.#attached === null) throw new TypeError('ROBOT has no ports yet');
		return this.#attached;
	}

	/** In lockstep the bus needs virtual time to pass while we wait for its answer. */
	#withTime<T>(work: Promise<T>): Promise<T> {
		return this.#need().lockstep?.withTime(work) ?? work;
	}

	#fromPage(data: unknown): void {
		if (!isEnvelope(data, ['beat'])) return;
		const { control, scheduler, drive } = this.#need();
		control.pageBeatMs = scheduler.now();
		const { wish, visible, batteryLevel } = data.body as Beat;
		control.pageVisible = visible;
		control.batteryLevel = batteryLevel;
		if (wish !== null) drive.take(wish, scheduler.now(), this.#loop?.state ?? null);
	}

	/** This tick's wish of a source that the page drives with. */
	#wish(source: SetpointSource, nowMs: number, epoch: number): Setpoint | null {
		const { drive, leader } = this.#need();
		if (drive.source !== source) return null;
		if (source === 'leader') this.#readLeader(leader, nowMs);
		const dtS = (this.#loop?.periodMs ?? 0) / 1000;
		return drive.setpoint(dtS, nowMs, epoch, this.#goal);
	}

	#readLeader(leader: LeaderReader, nowMs: number): void {
		const pose = leader.pose(nowMs);
		if (pose === null) return;
		this.#need().drive.leaderState(pose.q, pose.tMs);
		const gesture = this.#squeeze.update(pose.q[GRIPPER] ?? Number.NaN, pose.tMs);
		if (gesture === 'stop') this.stop();
		if (gesture === 'record') this.#post('gesture', { gesture });
	}

	/** The gate as the loop sees it: the watch looks at page and clock after every step, and hears what came of it. */
	#watched(gate: SafetyGate, control: ArmControl): SafetyGate {
		const step = (input: GateInput): ReturnType<SafetyGate['step']> => {
			const output = gate.step(input);
			this.#goal = output.send ? output.goal : null;
			control.gateSaid(output);
			control.watch();
			return output;
		};
		return {
			step,
			reset: () => gate.reset(),
			introducePolicy: () => gate.introducePolicy(),
			get loadShare() {
				return gate.loadShare;
			}
		};
	}

	#scheduleFeed(): void {
		const { scheduler } = this.#need();
		scheduler.at(scheduler.now() + FEED_MS, () => {
			this.#drain();
			this.#noticeLoss();
			this.#scheduleFeed();
		});
	}

	/** Hands every finished tick to the page and, when recording, to RECORDER. */
	#drain(): void {
		const loop = this.#loop;
		if (loop === null) return;
		const { scheduler } = this.#need();
		for (let batch = loop.takeBatch(); batch !== null; batch = loop.takeBatch()) {
			this.#flow?.take(batch, scheduler.now());
			this.#post('ticks', batch);
		}
	}

	#noticeLoss(): void {
		const loop = this.#loop;
		if (loop === null || !loop.running) return;
		const { scheduler, transport } = this.#need();
		// Answers that come too late to be used are failed reads, but nobody has pulled the cable.
		const lastMs = Math.max(loop.stateMs, this.#heardMs);
		if (scheduler.now() - lastMs > LOST_AFTER_MS && loop.counters.ticks > 100) transport.abandon('no answer');
	}

	#reportArm(): void {
		const report = this.#need().control.report();
		const text = JSON.stringify(report);
		if (text === this.#reported) return;
		this.#reported = text;
		this.#journal.write(report, this.#pressedAtEpochMs);
		this.#post('arm', report);
	}

	#post(ch: string, body: object): void {
		const { ports, scheduler } = this.#need();
		ports.page.postMessage({ v: PROTOCOL_VERSION, ch, seq: this.#seq++, t: scheduler.now(), body });
	}
}

function refusal({ code, joints, bits }: ArmError): ArmAnswer {
	return { ok: false, code, details: { joint: joints[0] ?? '', names: joints.join(', '), bits } };
}
