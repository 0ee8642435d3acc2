// The ROBOT worker's work: owns the lab clock, the bus and the loop; hears the page and the stop pad; feeds the page in
// batches of 33 ms and RECORDER with record ticks. In lockstep it runs on virtual time and waits for every other part.

import {
	PROTOCOL_VERSION,
	SO101,
	isEnvelope,
	labRateHz,
	type Calibration,
	type FoundArm,
	type LoopCounters,
	type PadStopMessage,
	type PortIdentity,
	type SetpointSource,
	type Beat
} from '$lib/contracts';
import type { ArmError, ControlLoop } from '$lib/robot';
import type { ArmAnswer, ClockMode, ConnectAnswer, RobotApi, RobotPorts, WorkerHello } from './api';
import { createArmJournal, type ArmJournalEntry } from './arm-journal';
import { VIRTUAL_FAR_END, createFollowerLine, type FollowerLine } from './follower-line';
import type { StartPolicy } from './policy-start';
import type { ProcedureAction, ProcedureName } from './procedures';
import type { RealLeader } from './real-leader';
import { RecordFlow } from './record-flow';
import { createRobotParts, type RobotParts } from './robot-parts';
import { createWatchedLoop } from './watched-loop';

const FEED_MS = 33;
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

export class RobotHost implements RobotApi {
	readonly #hello: WorkerHello;
	#attached: RobotParts | null = null;
	#line: FollowerLine | null = null;
	#loop: ControlLoop | null = null;
	#feeding = false;
	#flow: RecordFlow | null = null;
	/** When the arm said anything at all. */
	#heardMs = Number.NEGATIVE_INFINITY;
	#reported = '';
	/** What the gate sent last, null while it sends nothing. Re-used by the gate. */
	#goal: Float32Array | null = null;
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
		const parts = createRobotParts(ports, {
			...options,
			loop: () => this.#loop,
			goal: () => this.#goal,
			nextRow: () => {
				this.#drain();
				return this.#flow?.active === true ? this.#flow.lastIndex + 1 : null;
			},
			onStop: () => this.stop()
		});
		parts.control.changed.on(() => this.#reportArm());
		parts.page.onmessage = (event: MessageEvent<unknown>) => this.#fromPage(event.data);
		this.#attached = parts;
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
		const { virtual, scheduler, control, wishes } = this.#need();
		if (virtual === null) throw new TypeError('connect() is for the virtual arm');
		const { transport, leader } = virtual;
		control.connecting();
		await this.#withTime(transport.open({ baudRate: SO101.baudRate }));
		const line = createFollowerLine(transport, scheduler, VIRTUAL_FAR_END);
		const connected = await this.#withTime(line.session.connect());
		if (!connected.ok) {
			control.lost();
			return refusal(connected.error);
		}
		this.#enter(line, connected.value);
		wishes.leader = leader;
		await this.#withTime(leader.connect());
		if (virtual.lockstep === null) this.#startFeed();
		return { ok: true };
	}

	clockOriginMs(): number {
		return performance.timeOrigin;
	}

	async openPort(port: PortIdentity, patient: boolean): Promise<ConnectAnswer<void>> {
		const { control, real } = this.#need();
		this.#leave();
		control.closed();
		control.connecting();
		const opened = await real.open(port, patient);
		if (!opened.ok) control.closed();
		return opened;
	}

	async look(): Promise<ConnectAnswer<FoundArm>> {
		const { control, real } = this.#need();
		const found = await real.look();
		if (found.ok && real.line !== null) {
			this.#enter(real.line, { calibration: found.value.calibration, energised: real.energised });
			this.#startFeed();
		} else control.closed();
		return found;
	}

	async closePort(): Promise<void> {
		const { control, real } = this.#need();
		this.#leave();
		control.closed();
		await real.close();
	}

	openLeader(port: PortIdentity, patient: boolean): ReturnType<RealLeader['connect']> {
		return this.#need().leader.connect(port, patient);
	}

	leaderByHand(): ReturnType<RealLeader['byHand']> {
		return this.#need().leader.byHand(this.#line?.commands ?? null);
	}

	driveLeader(): boolean {
		return this.#need().leader.drive();
	}

	async letGoLeader(): Promise<boolean> {
		return (await this.#need().leader.letGo()).ok;
	}

	closeLeader(): Promise<void> {
		return this.#need().leader.close();
	}

	startProcedure(which: ProcedureName, port: PortIdentity): Promise<ConnectAnswer<void>> {
		return this.#need().procedures.start(which, port);
	}

	actInProcedure(action: ProcedureAction): void {
		this.#need().procedures.act(action);
	}

	procedureText(): string | null {
		return this.#need().procedures.exportText();
	}

	endProcedure(): Promise<void> {
		return this.#need().procedures.end();
	}

	async arm(): Promise<ArmAnswer> {
		const { control, wishes, real } = this.#need();
		const prepared = await real.prepare();
		if (!prepared.ok) return refusal(prepared.error);
		wishes.drive.restart();
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

	attachInfer(port: MessagePort | null): void {
		this.#need().policy.attach(port);
	}

	startPolicy(start: StartPolicy): ArmAnswer {
		return this.#need().policy.start(start);
	}

	pausePolicy(): void {
		this.#need().policy.pause();
	}

	resumePolicy(): ArmAnswer {
		return this.#need().policy.resume();
	}

	setPolicySpeed(speed: number): boolean {
		return this.#need().policy.setSpeed(speed);
	}

	stopPolicy(): void {
		this.#need().policy.stop();
	}

	selectSource(source: SetpointSource): void {
		const { control, wishes, policy } = this.#need();
		policy.selected(source);
		wishes.drive.restart();
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
		const { virtual, policy } = this.#need();
		const lockstep = virtual?.lockstep;
		if (lockstep === undefined || lockstep === null) throw new TypeError('step() is for lockstep');
		for (let n = 0; n < recordTicks; n++) {
			const { step, atMs } = await lockstep.step();
			this.#drain();
			await policy.afterStep(step, atMs);
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

	#need(): RobotParts {
		if (this.#attached === null) throw new TypeError('ROBOT has no ports yet');
		return this.#attached;
	}

	/** In lockstep the bus needs virtual time to pass while we wait for its answer. */
	#withTime<T>(work: Promise<T>): Promise<T> {
		return this.#need().virtual?.lockstep?.withTime(work) ?? work;
	}

	#fromPage(data: unknown): void {
		if (!isEnvelope(data, ['beat'])) return;
		const { control, scheduler, wishes } = this.#need();
		control.pageBeatMs = scheduler.now();
		const { wish, visible, batteryLevel } = data.body as Beat;
		control.pageVisible = visible;
		control.batteryLevel = batteryLevel;
		if (wish !== null) wishes.drive.take(wish, scheduler.now(), this.#loop?.state ?? null);
	}

	/** From here on the arm on this line is read and, once armed, driven. */
	#enter(
		line: FollowerLine,
		{ calibration, energised }: { readonly calibration: Calibration; readonly energised: boolean }
	): void {
		const { scheduler, gate, control, fps, virtual, policy } = this.#need();
		const onGate = policy.gateSaid.bind(policy);
		const onGoal = (goal: Float32Array | null): void => void (this.#goal = goal);
		const loop = createWatchedLoop({ line, calibration, scheduler, gate, control, fps, onGoal, onGate });
		this.#loop = loop;
		this.#line = line;
		line.transport.onBytes(() => (this.#heardMs = scheduler.now()));
		line.transport.onLost((reason) => control.lost(reason));
		loop.start(virtual?.lockstep?.nextStepMs() ?? scheduler.now());
		control.connected(loop, line.session, energised);
	}

	/** Nothing is read any more; what was read is handed out. */
	#leave(): void {
		this.#loop?.stop();
		this.#drain();
		this.#loop = null;
		this.#line = null;
		this.#goal = null;
	}

	#startFeed(): void {
		if (this.#feeding) return;
		this.#feeding = true;
		this.#scheduleFeed();
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
		const line = this.#line;
		if (loop === null || line === null || !loop.running) return;
		// Answers that come too late to be used are failed reads, but nobody has pulled the cable.
		const silentMs = this.#need().scheduler.now() - Math.max(loop.stateMs, this.#heardMs);
		if (silentMs > line.lostAfterMs && loop.counters.ticks > 100) line.transport.abandon('silent');
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
		this.#need().post(ch, body);
	}
}

function refusal({ code, joints, bits }: ArmError): ArmAnswer {
	return { ok: false, code, details: { joint: joints[0] ?? '', names: joints.join(', '), bits } };
}
