// The ROBOT worker's work: owns the lab clock, the bus and the loop; hears the page and the stop pad; feeds the page in
// batches of 33 ms and RECORDER with record ticks. In lockstep it runs on virtual time and waits for every other part.

import {
	PROTOCOL_VERSION,
	SO101,
	isEnvelope,
	labRateHz,
	type Beat,
	type FoundArm,
	type LoopCounters,
	type PadStopMessage,
	type PortIdentity,
	type SetpointSource
} from '$lib/contracts';
import type { ArmError } from '$lib/robot';
import type { ArmAnswer, ConnectAnswer, RobotApi, RobotOptions, RobotPorts, WorkerHello } from './api';
import type { ArmJournalEntry } from './arm-journal';
import { VIRTUAL_FAR_END, createFollowerLine } from './follower-line';
import { NO_COUNTERS } from './live-follower';
import type { StartPolicy } from './policy-start';
import type { ProcedureAction, ProcedureArm, ProcedureName } from './procedures';
import type { RealLeader } from './real-leader';
import { RecordFlow } from './record-flow';
import { joinParts, type RobotParts } from './robot-parts';

const FEED_MS = 33;

export class RobotHost implements RobotApi {
	readonly #hello: WorkerHello;
	#attached: RobotParts | null = null;
	#feeding = false;
	#flow: RecordFlow | null = null;

	constructor(hello: WorkerHello) {
		this.#hello = hello;
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	attach(ports: RobotPorts, options: RobotOptions): void {
		const parts = joinParts(ports, options, {
			onStop: () => this.stop(),
			onBatch: (batch, nowMs) => {
				this.#flow?.take(batch, nowMs);
				parts.page.post('ticks', batch);
			},
			nextRow: () => {
				parts.follower.drain();
				return this.#flow?.active === true ? this.#flow.lastIndex + 1 : null;
			}
		});
		this.#attached = parts;
		ports.page.onmessage = (event: MessageEvent<unknown>) => this.#fromPage(event.data);
	}

	attachPad(port: MessagePort): void {
		port.onmessage = (event: MessageEvent<Partial<PadStopMessage> | null>) => {
			const { data } = event;
			if (data?.v !== PROTOCOL_VERSION || data.ch !== 'stop') return;
			const page = this.#attached?.page;
			if (page !== undefined)
				page.pressedAtEpochMs = typeof data.atEpochMs === 'number' ? data.atEpochMs : null;
			this.stop();
			if (page !== undefined) page.pressedAtEpochMs = null;
		};
	}

	attachRecorder(port: MessagePort): void {
		const { fps, page, policy } = this.#need();
		this.#flow?.close();
		this.#flow = new RecordFlow({
			port,
			joints: SO101.joints.length,
			ticksPerRow: labRateHz(fps) / fps,
			onTooSlow: () => page.post('too-slow', {}),
			corrects: (tMs) => policy.corrects(tMs)
		});
	}

	async connect(): Promise<ArmAnswer> {
		const { virtual, scheduler, control, wishes, follower } = this.#need();
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
		follower.enter(line, connected.value);
		wishes.leader = leader;
		await this.#withTime(leader.connect());
		if (virtual.lockstep === null) this.#startFeed();
		return { ok: true };
	}

	clockOriginMs(): number {
		return performance.timeOrigin;
	}

	async openPort(port: PortIdentity, patient: boolean): Promise<ConnectAnswer<void>> {
		const { control, real, follower } = this.#need();
		follower.leave();
		control.closed();
		control.connecting();
		const opened = await real.open(port, patient);
		if (!opened.ok) control.closed();
		return opened;
	}

	async look(): Promise<ConnectAnswer<FoundArm>> {
		const { control, real, follower } = this.#need();
		const found = await real.look();
		if (found.ok && real.line !== null) {
			follower.enter(real.line, { calibration: found.value.calibration, energised: real.energised });
			this.#startFeed();
		} else control.closed();
		return found;
	}

	async closePort(): Promise<void> {
		const { control, real, follower } = this.#need();
		follower.leave();
		control.closed();
		await real.close();
	}

	openLeader(port: PortIdentity, patient: boolean): ReturnType<RealLeader['connect']> {
		return this.#need().leader.connect(port, patient);
	}

	leaderByHand(): ReturnType<RealLeader['byHand']> {
		const { leader, follower } = this.#need();
		return leader.byHand(follower.line?.commands ?? null);
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

	startProcedure(which: ProcedureName, port: PortIdentity, arm: ProcedureArm): Promise<ConnectAnswer<void>> {
		return this.#need().procedures.start(which, port, arm);
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

	async letGo(): Promise<ArmAnswer> {
		const kept = await this.#withTime(this.#need().control.letGo());
		return kept === null ? { ok: true } : refusal(kept);
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
		this.#attached?.follower.drain();
		if (active) this.#flow?.start();
		else this.#flow?.stop();
	}

	/**
	 * [Note: lockstep] One record tick: loop ticks up to it, every byte answered, pictures drawn, rows encoded. The loop
	 * starts on a multiple of the record period, so that record ticks and pictures share their instants. A record tick is
	 * complete when the next loop tick begins, which is in the next step: by then its picture has long been posted.
	 */
	async step(recordTicks: number): Promise<void> {
		const { virtual, policy, follower } = this.#need();
		const lockstep = virtual?.lockstep;
		if (lockstep === undefined || lockstep === null) throw new TypeError('step() is for lockstep');
		for (let n = 0; n < recordTicks; n++) {
			const { step, atMs } = await lockstep.step();
			follower.drain();
			await policy.afterStep(step, atMs);
			const flow = this.#flow;
			if (flow?.active === true && flow.lastIndex >= 0) await flow.whenRecorded(flow.lastIndex);
		}
	}

	journal(): readonly ArmJournalEntry[] {
		return this.#attached?.page.journal() ?? [];
	}

	counters(): LoopCounters {
		return this.#attached?.follower.counters ?? NO_COUNTERS;
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
		const { control, scheduler, wishes, follower } = this.#need();
		control.pageBeatMs = scheduler.now();
		const { wish, visible, batteryLevel } = data.body as Beat;
		control.pageVisible = visible;
		control.batteryLevel = batteryLevel;
		if (wish !== null) wishes.drive.take(wish, scheduler.now(), follower.state);
	}

	#startFeed(): void {
		if (this.#feeding) return;
		this.#feeding = true;
		this.#scheduleFeed();
	}

	#scheduleFeed(): void {
		const { scheduler, follower } = this.#need();
		scheduler.at(scheduler.now() + FEED_MS, () => {
			follower.drain();
			follower.noticeLoss();
			this.#scheduleFeed();
		});
	}
}

function refusal({ code, joints, bits }: ArmError): ArmAnswer {
	return { ok: false, code, details: { joint: joints[0] ?? '', names: joints.join(', '), bits } };
}
