// The steps of the bench that need an arm and leave it without torque: who answers, the loop's pace, the cable pulled, the
// supply switched off, the computer asleep, a second arm. Reads only. Runs on any Scheduler.

import { SO101, type Calibration } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import { createArmSession, STS3215_DRIVER } from '$lib/robot';
import { fingerprintOf } from '$lib/robot/find';
import { ArmLine, BENCH_RATE_HZ, type BenchArm } from './arm-line';
import {
	figure,
	quantile,
	type BenchFigure,
	type BenchPrompt,
	type BenchFailure,
	type StepOutcome
} from './bench-types';
import { loopFigures, SILENT_TICKS, startRun, type LoopRun } from './loop-run';
import { pause, waitUntil, type Waited } from './wait';

export interface ArmBenchOptions {
	readonly arm: BenchArm;
	readonly scheduler: Scheduler;
	/** The clock on the wall, ms: goes on while the computer sleeps. */
	readonly wallNow: () => number;
	readonly prompt: (prompt: BenchPrompt) => void;
	/** The person gave up on the step. */
	readonly stopped: () => boolean;
	/** Turns of the loop in `loop` and `two_arms`. */
	readonly cycles?: number;
}

const CYCLES = 1000;
const PINGS = 20;
/** A person looks for the cable. */
const PERSON_MS = 60_000;
/** A lid is closed, a cup of tea fetched, the lid opened. */
const SLEEP_LIMIT_MS = 600_000;
/** No computer stands still for this long by itself. */
const ASLEEP_MS = 3000;
const SETTLE_MS = 300;
/** The first turn that is read. */
const READY_MS = 3000;
const REOPEN_EVERY_MS = 250;
const SILENT_MS = 1000;
/** A busy computer may miss an answer. */
const IDENTITY_READS = 3;
/** Wake-up and enumeration of the port. */
const BACK_MS = 20_000;

export class ArmBench {
	readonly #options: ArmBenchOptions;
	#line: ArmLine;
	#calibration: Calibration | null = null;

	constructor(options: ArmBenchOptions) {
		this.#options = options;
		this.#line = new ArmLine(options.arm, options.scheduler);
	}

	get line(): ArmLine {
		return this.#line;
	}

	/** Read from the servos by `connect`; null when they hold none that can be true. */
	get calibration(): Calibration | null {
		return this.#calibration;
	}

	close(): void {
		this.#line.close();
	}

	/** Pings every servo twenty times and reads what it is. `openMs`: how long the port took. */
	async connect(openMs: number): Promise<StepOutcome> {
		const { scheduler } = this.#options;
		const { commands } = this.#line;
		const pingsMs: number[] = [];
		let servos = 0;
		let firmware = '';
		for (const { servoId } of SO101.joints) {
			for (let k = 0; k < PINGS; k++) {
				const fromMs = scheduler.now();
				if ((await commands.ping(servoId)).ok) pingsMs.push(scheduler.now() - fromMs);
				else if (k === 0) break;
			}
			const identity = await STS3215_DRIVER.identify(commands, servoId);
			if (!identity.ok) continue;
			servos += 1;
			({ firmware } = identity.value);
		}
		if (servos === 0) return this.#failed('no_answer');
		this.#calibration = await this.#readCalibration();
		const figures = [
			figure('open_ms', openMs),
			figure('servos', servos),
			figure('volts', await this.#volts()),
			figure('ping_p50_ms', quantile(pingsMs, 0.5)),
			figure('ping_p99_ms', quantile(pingsMs, 0.99))
		];
		return this.#measured(figures, { firmware, calibrated: this.#calibration === null ? 'no' : 'yes' });
	}

	/** 1,000 turns at 200 Hz: their periods, and what went wrong in them. */
	async loop(): Promise<StepOutcome> {
		const run = startRun(this.#line.loop(this.#calibration), this.#options.scheduler);
		const waited = await this.#wait(
			() => run.periodsMs.length >= this.#cycles || this.#lost,
			this.#cyclesLimitMs
		);
		run.loop.stop();
		if (waited === 'stopped') return this.#failed('stopped');
		if (this.#lost) return this.#failed('port_lost');
		return run.reads === 0 ? this.#failed('no_answer') : this.#measured(loopFigures(run));
	}

	/** The cable: how soon its loss is told, and how soon the arm is read again after it is back. */
	async unplug(): Promise<StepOutcome> {
		const { arm, prompt, scheduler } = this.#options;
		const run = startRun(this.#line.loop(this.#calibration), scheduler);
		if ((await this.#wait(() => run.reads > 0, READY_MS)) !== 'yes') return this.#stopRun(run, 'no_answer');
		let lostMs = Number.NaN;
		const forget = arm.transport.onLost(() => (lostMs = scheduler.now()));
		prompt('pull_cable');
		arm.hand?.pullCable();
		const waited = await this.#wait(() => this.#lost, PERSON_MS);
		forget();
		const lastReadMs = run.loop.stateMs;
		this.#stopRun(run, 'not_seen');
		if (waited !== 'yes') return this.#failed(waited === 'late' ? 'not_seen' : 'stopped');
		prompt('put_cable_back');
		arm.hand?.putCableBack();
		const back = await this.#comeBack(PERSON_MS);
		if (back === null) return this.#failed('not_back');
		return this.#measured([
			figure('noticed_ms', lostMs - lastReadMs),
			figure('away_ms', back.openedMs - lostMs),
			figure('back_ms', back.readMs - back.openedMs)
		]);
	}

	/** The supply: how soon silence is seen, who is silent, and whether an arm that wakes up holds itself. */
	async power(): Promise<StepOutcome> {
		const { arm, prompt, scheduler } = this.#options;
		const run = startRun(this.#line.loop(this.#calibration), scheduler);
		if ((await this.#wait(() => run.reads > 0, READY_MS)) !== 'yes') return this.#stopRun(run, 'no_answer');
		prompt('switch_off');
		arm.hand?.switchOff();
		// Noticed at the third failed turn; believed only when nothing was read for a while, which a busy computer may fake.
		const silent = (): boolean =>
			run.failedInARow >= SILENT_TICKS && scheduler.now() - run.loop.stateMs >= SILENT_MS;
		const off = await this.#wait(() => silent() || this.#lost, PERSON_MS);
		const offMs = run.loop.stateMs;
		const noticedMs = run.silentMs - offMs;
		this.#stopRun(run, 'not_seen');
		if (off !== 'yes') return this.#failed(off === 'late' ? 'not_seen' : 'stopped');
		if (this.#lost) return this.#failed('port_lost');
		const silentServos = SO101.joints.length - (await this.#answering());
		prompt('switch_on');
		arm.hand?.switchOn();
		const readMs = await this.#firstRead(PERSON_MS);
		if (readMs === null) return this.#failed('not_back');
		return this.#measured([
			figure('noticed_ms', noticedMs),
			figure('silent_servos', silentServos),
			figure('away_ms', readMs - offMs),
			figure('energised_after', await this.#energised())
		]);
	}

	/** Sleep is seen by the clock on the wall: between two looks it has jumped. */
	async sleep(): Promise<StepOutcome> {
		const { prompt, scheduler, wallNow } = this.#options;
		let sleptMs = 0;
		let before = wallNow();
		prompt('send_to_sleep');
		const waited = await this.#wait(() => {
			const now = wallNow();
			sleptMs = Math.max(sleptMs, now - before);
			before = now;
			return sleptMs >= ASLEEP_MS;
		}, SLEEP_LIMIT_MS);
		if (waited !== 'yes') return this.#failed(waited === 'late' ? 'not_seen' : 'stopped');
		const awakeMs = scheduler.now();
		// A port may take a moment to be told that it is gone.
		await pause(scheduler, SETTLE_MS);
		const survived = !this.#lost;
		const readMs = survived
			? await this.#firstRead(BACK_MS)
			: ((await this.#comeBack(BACK_MS))?.readMs ?? null);
		if (readMs === null) return this.#failed('not_back');
		return this.#measured([figure('slept_ms', sleptMs), figure('awake_read_ms', readMs - awakeMs)], {
			port_after_sleep: survived ? 'stayed' : 'reopened'
		});
	}

	/** Both arms read at once, each by a loop of its own. */
	async twoArms(second: BenchArm): Promise<StepOutcome> {
		const { scheduler } = this.#options;
		const secondLine = new ArmLine(second, scheduler);
		const first = startRun(this.#line.loop(this.#calibration), scheduler);
		const other = startRun(secondLine.loop(null), scheduler);
		const full = (run: LoopRun): boolean => run.periodsMs.length >= this.#cycles;
		const gone = (): boolean => this.#lost || second.transport.state !== 'open';
		const waited = await this.#wait(() => (full(first) && full(other)) || gone(), this.#cyclesLimitMs);
		first.loop.stop();
		other.loop.stop();
		secondLine.close();
		if (waited === 'stopped') return this.#failed('stopped');
		if (gone()) return this.#failed('port_lost');
		if (first.reads === 0 || other.reads === 0) return this.#failed('no_answer');
		return this.#measured([
			...loopFigures(first),
			figure('second_period_p99_ms', quantile(other.periodsMs, 0.99)),
			figure('second_missed', other.loop.counters.missedTicks),
			figure('second_failed', other.loop.counters.failedTicks)
		]);
	}

	get #cycles(): number {
		return this.#options.cycles ?? CYCLES;
	}

	/** Ten times what they should take. */
	get #cyclesLimitMs(): number {
		return (10_000 * this.#cycles) / BENCH_RATE_HZ;
	}

	get #lost(): boolean {
		return this.#options.arm.transport.state !== 'open';
	}

	#wait(seen: () => boolean, limitMs: number): Promise<Waited> {
		return waitUntil(this.#options.scheduler, limitMs, this.#options.stopped, seen);
	}

	#measured(figures: readonly BenchFigure[], facts: Readonly<Record<string, string>> = {}): StepOutcome {
		return { kind: 'measured', figures, facts, arm: this.#options.arm.kind };
	}

	#failed(failure: BenchFailure): StepOutcome {
		return { kind: 'failed', failure, arm: this.#options.arm.kind };
	}

	#stopRun(run: LoopRun, failure: BenchFailure): StepOutcome {
		run.loop.stop();
		return this.#failed(failure);
	}

	/** What the servos hold; null when that is no calibration, or not all of it can be read. */
	async #readCalibration(): Promise<Calibration | null> {
		const { scheduler } = this.#options;
		const session = createArmSession({
			spec: SO101,
			bus: this.#line.commands,
			driver: STS3215_DRIVER,
			scheduler
		});
		const found = await session.connect();
		return found.ok ? found.value.calibration : null;
	}

	async #volts(): Promise<number | null> {
		const loop = this.#line.loop(null);
		const run = startRun(loop, this.#options.scheduler);
		await this.#wait(() => run.reads > 0, SETTLE_MS);
		loop.stop();
		return run.reads > 0 ? (loop.readings.voltage[0] ?? null) : null;
	}

	async #answering(): Promise<number> {
		let count = 0;
		for (const { servoId } of SO101.joints) if ((await this.#line.commands.ping(servoId)).ok) count += 1;
		return count;
	}

	async #energised(): Promise<number> {
		let count = 0;
		for (const { servoId } of SO101.joints) {
			const identity = await STS3215_DRIVER.identify(this.#line.commands, servoId);
			if (identity.ok && identity.value.torqueOn) count += 1;
		}
		return count;
	}

	/** When all six were read again; null when they were not. */
	async #firstRead(limitMs: number): Promise<number | null> {
		const run = startRun(this.#line.loop(this.#calibration), this.#options.scheduler);
		const waited = await this.#wait(() => run.reads > 0 || this.#lost, limitMs);
		run.loop.stop();
		return waited === 'yes' && run.reads > 0 ? run.firstReadMs : null;
	}

	/** Tries to open ports until the arm of before answers on one. What looks like it from outside may be another one. */
	async #comeBack(limitMs: number): Promise<{ readonly openedMs: number; readonly readMs: number } | null> {
		const { arm, scheduler, stopped } = this.#options;
		this.#line.close();
		const endMs = scheduler.now() + limitMs;
		while (scheduler.now() < endMs && !stopped()) {
			if (await arm.reopen()) {
				const openedMs = scheduler.now();
				this.#line = new ArmLine(arm, scheduler);
				const readMs = await this.#firstRead(BACK_MS);
				if (readMs !== null && (await this.#isSameArm())) return { openedMs, readMs };
				this.#line.close();
				await arm.close();
			}
			await pause(scheduler, REOPEN_EVERY_MS);
		}
		return null;
	}

	async #isSameArm(): Promise<boolean> {
		const before = this.#calibration;
		// Without a calibration it is never moved.
		if (before === null) return true;
		for (let read = 0; read < IDENTITY_READS; read++) {
			const now = await this.#readCalibration();
			if (now !== null) return fingerprintOf(now) === fingerprintOf(before);
		}
		return false;
	}
}
