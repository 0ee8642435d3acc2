// One follower arm under control: joins arbiter, gate, arming table, watch and loop, and carries out the table's effects.
// Runs in ROBOT on any Scheduler. Knows servos only through ArmSession, people only through events.

import { SO101, type ArmReport, type Setpoint, type SetpointSource } from '$lib/contracts';
import { assertNever, createSignal, type Scheduler } from '$lib/core';
import type { ArmError, ArmHold, ArmSession, ControlLoop, LoopInputs } from '$lib/robot';
import {
	INITIAL_ARMING,
	SO101_SERVO_LIMITS,
	arm as armingStep,
	createArbiter,
	createArmWatch,
	isAtRest,
	mayMove,
	parkWish,
	type Arbiter,
	type ArmingEffect,
	type ArmingEvent,
	type ArmingState,
	type HoldReason,
	type SafetyGate
} from '$lib/robot/safety';
import { statusOf, type Contact } from './arm-status';
import { lockedBy, type LockedBy } from './locked-by';

export interface ArmControlOptions {
	readonly armId: string;
	readonly scheduler: Scheduler;
	readonly gate: SafetyGate;
	readonly parkAllowed: boolean;
	/** Makes this tick's wish of a source that ROBOT computes itself (keyboard, gamepad, leader); null when it has none. */
	readonly wishOf: (source: SetpointSource, nowMs: number, epoch: number) => Setpoint | null;
}

/** Slower than this (units per second) in every joint, the arm has come to a stop. */
const STILL_PER_S = 3;
const FREEZE_MS = 300;
/** Causes under which servos may have restarted, limp: they are over when the servos have said that they hold themselves. */
const MAY_CUT_POWER: ReadonlySet<HoldReason> = new Set(['reads_failing', 'voltage']);
/** Servos that did not answer whether they hold themselves are asked again. */
const ASK_AGAIN_MS = 100;

export class ArmControl implements LoopInputs {
	readonly changed = createSignal<void>();
	readonly arbiter: Arbiter = createArbiter();
	pageBeatMs = Number.NEGATIVE_INFINITY;
	pageVisible = true;
	batteryLevel: number | null = null;
	/** What the person chose; drives again after arming, resume and clear. */
	chosen: SetpointSource = 'sliders';

	readonly #options: ArmControlOptions;
	readonly #watch;
	#state: ArmingState = INITIAL_ARMING;
	#loop: ControlLoop | null = null;
	#session: ArmSession | null = null;
	#parkFrom: Float32Array | null = null;
	#frozenSinceMs = 0;
	#before: Float32Array | null = null;
	#beforeMs = 0;
	#handover = false;
	#contact: Contact = 'none';
	#energising: Promise<boolean> | null = null;
	#releasing: Promise<ArmError | null> | null = null;
	/** Giving and taking torque must not overtake each other: the servos would end up half and half. */
	#commands: Promise<unknown> = Promise.resolve();
	/** Causes that ended, whose end is not believed yet; how many such ends there were; whether the servos are being asked. */
	readonly #doubted = new Set<HoldReason>();
	#doubts = 0;
	#asking = false;
	#mute = false;
	#refusal: ArmError | null = null;
	#lockedBy: LockedBy = '';
	#lostBy = '';
	#wasLost = false;

	constructor(options: ArmControlOptions) {
		this.#options = options;
		this.#watch = createArmWatch({ parkAllowed: options.parkAllowed });
	}

	get epoch(): number {
		return this.arbiter.epoch;
	}

	get stopped(): boolean {
		return this.arbiter.stopped;
	}

	/** Servos were silent: until they have said what they hold, not even the goal of a hold is written. */
	get mute(): boolean {
		return this.#mute;
	}

	get state(): ArmingState {
		return this.#state;
	}

	/** Why the servos did not take the last arming; null when they did, or were not asked. */
	get refusal(): ArmError | null {
		return this.#refusal;
	}

	/** This tick's wish; read once per tick by the loop. */
	get setpoint(): Setpoint | null {
		const { active } = this.arbiter;
		if (active === null) return null;
		const now = this.#options.scheduler.now();
		if (active === 'park') return this.#parkSetpoint(now);
		// Read in any case: the leader's hand may squeeze "stop".
		const wish = this.#options.wishOf(active, now, this.epoch) ?? this.arbiter.newest();
		// Causes that the gate does not know hold as well: a lock, a tab that was hidden, a battery.
		return this.#state.phase === 'holding' ? null : wish;
	}

	connecting(): void {
		if (this.#wasLost) return;
		this.#contact = 'connecting';
		this.changed.emit();
	}

	/**
	 * The arm answered and is as it should be.
	 * @param energised at least one joint holds itself: what fails from now on must not let it fall
	 */
	connected(loop: ControlLoop, session: ArmSession, energised: boolean): void {
		this.#loop = loop;
		this.#session = session;
		this.#contact = 'there';
		this.#wasLost = false;
		this.#watch.reset();
		this.#doubted.clear();
		this.#send({ kind: 'found', torque: energised ? 'on' : 'off' });
		this.changed.emit();
	}

	/** @param reason what became of the port, in a word; '' where nothing is known */
	lost(reason = ''): void {
		if (this.#contact === 'lost') return;
		this.#lostBy = reason;
		this.#wasLost = true;
		this.#leave('lost');
	}

	/** Nothing is read on purpose; the servos keep what they hold. An arm that was lost stays so until it answers. */
	closed(): void {
		this.#leave(this.#wasLost ? 'lost' : 'none');
	}

	#leave(contact: 'lost' | 'none'): void {
		this.#contact = contact;
		this.#send({ kind: 'lost' });
		this.#loop?.stop();
		this.changed.emit();
	}

	/** Once per tick, before the loop reads its inputs: what page, clock and supply say. */
	watch(): void {
		const loop = this.#loop;
		if (loop === null || this.#contact !== 'there') return;
		const nowMs = this.#options.scheduler.now();
		const events = this.#watch.update({
			nowMs,
			pageBeatAgeMs: nowMs - this.pageBeatMs,
			pageVisible: this.pageVisible,
			stateAgeMs: nowMs - loop.stateMs,
			health: this.#health,
			batteryLevel: this.batteryLevel
		});
		for (const event of events) this.#heed(event);
		this.#followMotion(loop, nowMs);
	}

	/** What the gate said in this tick. */
	gateSaid(output: { readonly handover: boolean; readonly health: number }): void {
		this.#health = output.health;
		if (output.handover === this.#handover) return;
		this.#handover = output.handover;
		this.changed.emit();
	}

	#health = 0;

	/** A person asks. Answers whether the arm is armed in the end. */
	async arm(): Promise<boolean> {
		if (this.#state.phase === 'stopped') return false;
		if (this.#state.phase === 'holding' || this.#state.phase === 'parking') {
			this.#send({ kind: 'resume' });
			this.#watch.resumed();
			this.select(this.chosen);
			return true;
		}
		this.#refusal = null;
		this.#send({ kind: 'arm' });
		return (await this.#energising) ?? this.#state.phase === 'armed';
	}

	stop(): void {
		this.#send({ kind: 'stop' });
	}

	clearStop(): void {
		this.#send({ kind: 'clearStop' });
	}

	/** Freeze, sink into the rest pose, torque off. */
	release(): void {
		this.#send({ kind: 'release' });
	}

	/**
	 * A person's hand holds the arm: limp at once, wherever it stands. Nothing happens while it is armed.
	 * @returns why a servo kept its torque; null when all are limp
	 */
	letGo(): Promise<ArmError | null> {
		const before = this.#releasing;
		this.#send({ kind: 'letGo' });
		const now = this.#releasing;
		return now === null || now === before ? Promise.resolve(null) : now;
	}

	/** The arm keeps its pose under torque but follows nobody. */
	lock(): void {
		this.#send({ kind: 'hold', reason: 'parked' });
	}

	/** The leader arm went, or came: who follows it keeps its pose until a person says "go on". */
	leaderChanged(): void {
		if (this.chosen === 'leader') this.lock();
	}

	select(source: SetpointSource): void {
		this.chosen = source;
		if (this.#state.phase === 'armed') this.arbiter.select(source);
		this.changed.emit();
	}

	report(): ArmReport {
		const { reasons } = this.#state;
		const status = statusOf(this.#contact, this.#state);
		return {
			armId: this.#options.armId,
			status,
			reason: status === 'lost' ? this.#lostBy : status === 'disarmed' ? this.#lockedBy : (reasons[0] ?? ''),
			handover: this.#handover,
			torque: this.#contact === 'there' ? this.#state.torque : 'unknown',
			epoch: this.epoch,
			source: this.arbiter.active ?? this.chosen
		};
	}

	#send(event: ArmingEvent): void {
		const step = armingStep(this.#state, event);
		if (step === null) return;
		const before = this.#state;
		this.#state = step.state;
		this.#lockedBy = lockedBy(before, event, this.#lockedBy);
		for (const effect of step.effects) this.#run(effect);
		// Arming starts the gate afresh, so it is told on the edge only.
		if (mayMove(before) !== mayMove(step.state)) this.#loop?.setArmed(mayMove(step.state));
		if (before.phase !== 'armed' && step.state.phase === 'armed') this.arbiter.select(this.chosen);
		if (step.state.phase === 'freezing') this.#frozenSinceMs = this.#options.scheduler.now();
		this.changed.emit();
	}

	#run(effect: ArmingEffect): void {
		switch (effect) {
			case 'energise':
				this.#energising = this.#energise();
				break;
			case 'undoTorque':
			case 'torqueOff':
				this.#releasing = this.#takeTorque();
				break;
			case 'latchStop':
				this.arbiter.stop();
				break;
			case 'openLatch':
				this.arbiter.clear();
				break;
			case 'dropSetpoints':
				this.arbiter.drop();
				break;
			case 'selectPark':
				this.#parkFrom = this.#loop?.state?.slice() ?? null;
				this.arbiter.select('park');
				break;
			case 'selectNone':
				this.arbiter.select(null);
				break;
			case 'resetGate':
				this.#options.gate.reset();
				break;
			case 'keepAwake':
			case 'maySleep':
				break; // the page holds the wake lock and follows the report
			default:
				assertNever(effect);
		}
	}

	async #energise(): Promise<boolean> {
		const answer = await this.#inTurn((session) => session.arm(SO101_SERVO_LIMITS));
		this.#refusal = answer?.ok === false ? answer.error : null;
		const done = answer?.ok === true;
		// They have just answered, and hold the limits they got.
		if (done) this.#mute = false;
		this.#send({ kind: done ? 'armed' : 'armFailed' });
		return done && this.#state.phase === 'armed';
	}

	#heed(event: ArmingEvent): void {
		if (event.kind === 'clear' && MAY_CUT_POWER.has(event.reason)) {
			this.#doubted.add(event.reason);
			this.#doubts += 1;
			void this.#askTorque();
			return;
		}
		if (event.kind === 'hold') this.#doubted.delete(event.reason);
		if (event.kind === 'hold' && event.reason === 'reads_failing') this.#mute = true;
		this.#send(event);
	}

	/** Asks until the servos have answered after the last doubt, or are gone. */
	async #askTorque(): Promise<void> {
		if (this.#asking) return;
		this.#asking = true;
		const session = this.#session;
		const { scheduler } = this.#options;
		while (this.#doubted.size > 0 && session === this.#session && this.#contact === 'there') {
			const doubts = this.#doubts;
			const hold = await this.#inTurn((asked) => asked.holding(SO101_SERVO_LIMITS));
			if (session !== this.#session) break;
			if (hold?.ok === true && doubts === this.#doubts) this.#holdTold(hold.value);
			else await new Promise<void>((resolve) => scheduler.at(scheduler.now() + ASK_AGAIN_MS, resolve));
		}
		this.#asking = false;
		if (session !== this.#session && this.#doubted.size > 0) void this.#askTorque();
	}

	#holdTold({ limp, unlimited }: ArmHold): void {
		// A half-limp arm counts as stiff: taking the rest of its torque is a person's affair.
		const torque = limp.length < SO101.joints.length ? 'on' : 'off';
		// Some units come up stiff, and would run to a goal as fast as they can. Who is not driven needs no limits.
		const restarted = limp.length > 0 || (this.#state.driven && unlimited.length > 0);
		this.#send({ kind: restarted ? 'limp' : 'found', torque });
		this.#mute = false;
		for (const reason of this.#doubted) this.#send({ kind: 'clear', reason });
		this.#doubted.clear();
	}

	async #takeTorque(): Promise<ArmError | null> {
		const done = await this.#inTurn((session) => session.release());
		if (done?.ok !== true) this.#send({ kind: 'found', torque: 'unknown' });
		return done?.ok === false ? done.error : null;
	}

	/** On the session of now, even when its turn comes after another one has taken its place: that one is not meant. */
	#inTurn<T>(command: (session: ArmSession) => Promise<T>): Promise<T | undefined> {
		const session = this.#session;
		const done = this.#commands.then(() => (session === null ? undefined : command(session)));
		this.#commands = done.catch(() => undefined);
		return done;
	}

	#parkSetpoint(nowMs: number): Setpoint | null {
		const state = this.#loop?.state ?? null;
		if (state === null || this.#parkFrom === null) return null;
		return parkWish(state, this.#parkFrom, nowMs, this.epoch);
	}

	/** Tells the table when the arm has come to a stop and when it rests. */
	#followMotion(loop: ControlLoop, nowMs: number): void {
		const { state } = loop;
		if (state === null) return;
		const { phase } = this.#state;
		if ((phase === 'resting' || phase === 'parking') && isAtRest(state)) this.#send({ kind: 'atRest' });
		if (phase === 'freezing' && nowMs - this.#frozenSinceMs >= FREEZE_MS && this.#isStill(state, nowMs))
			this.#send({ kind: 'frozen' });
		if (nowMs - this.#beforeMs < 100) return;
		this.#before = state.slice();
		this.#beforeMs = nowMs;
	}

	#isStill(state: Float32Array, nowMs: number): boolean {
		const before = this.#before;
		const dtS = (nowMs - this.#beforeMs) / 1000;
		if (before === null || dtS < 0.02) return false;
		return SO101.joints.every((_, j) => Math.abs((state[j] ?? 0) - (before[j] ?? 0)) / dtS < STILL_PER_S);
	}
}
