// The tick: judge the newest wish at the gate, write what it lets through, read the whole arm back, keep the record. Runs
// at the lab's clock rate on a Scheduler, with callbacks and preallocated memory only. It believes a reading only when the
// next tick begins, because until then bytes may still arrive that discredit it (see bus/reply-collector); a reading that
// is not there by then is a failed tick and has no value. Late ticks are counted and skipped, never caught up in a burst.

import { createSignal, type Scheduler, type Timer } from '$lib/core';
import {
	LIMITED_BY,
	TICK_FLAGS,
	type LoopCounters,
	type RobotSpec,
	type Setpoint,
	type TickBatch
} from '$lib/contracts';
import { createExchange, type Exchange } from './bus/exchange';
import type { ServoBus } from './bus/servo-bus';
import type { Gate, GateInput, GateOutput } from './safety/gate-types';
import { createServoReadings, type ServoDriver, type ServoReadings } from './servo-driver';
import type { UnitConverter } from './so101/units';
import { TickRing } from './tick-ring';

/** Where the loop gets its wishes from. Read once per tick. */
export interface LoopInputs {
	readonly epoch: number;
	/** Newest wish of the active source, or null. */
	readonly setpoint: Setpoint | null;
	/** The latched stop is on. */
	readonly stopped: boolean;
	/** ROBOT clock of the page's last beat. */
	readonly pageBeatMs: number;
	/** No goal may be written now, armed or not: servos may have restarted, and would run to it without limits of their own. */
	readonly mute?: boolean;
}

export interface ControlLoopOptions {
	readonly armId: string;
	readonly spec: RobotSpec;
	readonly bus: ServoBus;
	readonly driver: ServoDriver;
	readonly scheduler: Scheduler;
	readonly gate: Gate;
	readonly units: UnitConverter;
	readonly inputs: LoopInputs;
	readonly rateHz: number;
	/** Ticks kept for consumers; 1024 are five seconds. */
	readonly ringTicks?: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const REFUSED = LIMITED_BY.stale | LIMITED_BY.notFinite | LIMITED_BY.wrongLength;

export class ControlLoop {
	/** A tick is complete in the ring; the value is its number. */
	readonly committed = createSignal<number>();
	readonly periodMs: number;

	readonly #options: ControlLoopOptions;
	readonly #joints: number;
	readonly #ring: TickRing;
	readonly #exchange: Exchange;
	readonly #ids: Uint8Array;
	readonly #readings: ServoReadings;
	readonly #latest: Float32Array;
	readonly #goalTicks: Float64Array;
	readonly #goalData: Uint8Array;
	readonly #goalPacket: Uint8Array;
	readonly #gateInput: Mutable<GateInput>;
	readonly #counters: Mutable<LoopCounters>;
	readonly #run = (): void => this.#tick();

	#timer: Timer | null = null;
	#originMs = 0;
	#next = 0;
	#slot = -1;
	#openTick = -1;
	#stateMs = Number.NEGATIVE_INFINITY;
	#armed = false;
	#refused: Setpoint | null = null;

	constructor(options: ControlLoopOptions) {
		const joints = options.spec.joints.length;
		this.#options = options;
		this.#joints = joints;
		this.periodMs = 1000 / options.rateHz;
		this.#ring = new TickRing(options.armId, joints, options.ringTicks ?? 1024);
		const ids = options.spec.joints.map((joint) => joint.servoId);
		this.#ids = Uint8Array.from(ids);
		this.#exchange = createExchange(
			'syncRead',
			ids,
			options.driver.state.address,
			options.driver.state.length
		);
		this.#readings = createServoReadings(joints);
		this.#latest = new Float32Array(joints).fill(Number.NaN);
		this.#goalTicks = new Float64Array(joints);
		this.#goalData = new Uint8Array(joints * options.driver.goal.length);
		this.#goalPacket = new Uint8Array(16 + joints * (options.driver.goal.length + 1));
		this.#exchange.prefix = this.#goalPacket;
		const empty = (): Float32Array => new Float32Array(joints).fill(Number.NaN);
		this.#gateInput = {
			nowMs: 0,
			dtS: this.periodMs / 1000,
			setpoint: null,
			epoch: 0,
			state: null,
			stateAgeMs: Number.POSITIVE_INFINITY,
			load: empty(),
			voltage: empty(),
			temperature: empty(),
			current: empty(),
			faults: new Uint8Array(joints),
			armed: false,
			pageBeatAgeMs: Number.POSITIVE_INFINITY,
			stopped: false
		};
		this.#counters = {
			ticks: 0,
			missedTicks: 0,
			failedTicks: 0,
			retries: 0,
			badPackets: 0,
			refusedSetpoints: 0,
			eepromWrites: 0,
			wireMs: 0
		};
	}

	get running(): boolean {
		return this.#timer !== null;
	}

	get armed(): boolean {
		return this.#armed;
	}

	/** Newest state that was really read (LeRobot units), or null before the first. Re-used by later ticks. */
	get state(): Float32Array | null {
		return this.#gateInput.state;
	}

	/** ROBOT clock at which `state` was captured. */
	get stateMs(): number {
		return this.#stateMs;
	}

	/** Newest raw readings (steps, percent, volts, degrees Celsius, mA). Re-used by later ticks. */
	get readings(): ServoReadings {
		return this.#readings;
	}

	get counters(): LoopCounters {
		const { bus } = this.#options;
		const parser = bus.parserCounters;
		this.#counters.retries = bus.counters.retries;
		this.#counters.badPackets = parser.checksumErrors + parser.badHeaders;
		this.#counters.eepromWrites = bus.counters.eepromWrites;
		this.#counters.wireMs = bus.wireMs;
		return { ...this.#counters };
	}

	/** Whether goals may be written. Setting it makes the gate start afresh from the state that is read next. */
	setArmed(armed: boolean): void {
		this.#armed = armed;
		this.#options.gate.reset();
	}

	/** First tick at `atMs` (default: now, as soon as possible). */
	start(atMs: number = this.#options.scheduler.now()): void {
		if (this.#timer !== null) return;
		this.#originMs = atMs - this.#next * this.periodMs;
		this.#schedule();
	}

	/** Stops ticking. The tick in flight is closed as it stands. */
	stop(): void {
		this.#timer?.cancel();
		this.#timer = null;
		this.#commit();
		this.#options.bus.reserve(Number.POSITIVE_INFINITY);
	}

	/** Oldest complete ticks as one transferable batch; null when there is nothing new. Call again while it returns some. */
	takeBatch(limit = 256): TickBatch | null {
		const open = this.#slot >= 0 ? 1 : 0;
		return this.#ring.take(Math.min(limit, this.#ring.count - open));
	}

	#schedule(): void {
		const atMs = this.#originMs + this.#next * this.periodMs;
		this.#timer = this.#options.scheduler.at(atMs, this.#run);
		this.#options.bus.reserve(atMs);
	}

	#tick(): void {
		const now = this.#options.scheduler.now();
		this.#commit();
		const latePeriods = Math.floor((now - this.#originMs) / this.periodMs - this.#next);
		if (latePeriods >= 1) {
			this.#counters.missedTicks += latePeriods;
			this.#next += latePeriods;
		}
		const tick = this.#next;
		this.#next += 1;
		this.#counters.ticks += 1;
		this.#openTick = tick;
		this.#slot = this.#ring.push(tick);
		this.#ring.tMs[this.#slot] = now;
		this.#schedule();
		const sent = this.#judge(now);
		this.#exchange.attempts = 0;
		this.#exchange.prefixLength = sent ? this.#encodeGoals() : 0;
		this.#ring.flags[this.#slot] =
			(this.#armed ? TICK_FLAGS.armed : 0) | (this.#exchange.prefixLength > 0 ? TICK_FLAGS.sent : 0);
		// One period from now; the next tick, when it comes, ends the wait in any case.
		this.#exchange.deadlineMs = now + this.periodMs;
		this.#options.bus.submitUrgent(this.#exchange);
	}

	/** Asks the gate; true when its goal may be written. */
	#judge(now: number): boolean {
		const { inputs, gate } = this.#options;
		const input = this.#gateInput;
		const setpoint = inputs.setpoint;
		input.nowMs = now;
		input.setpoint = setpoint;
		input.epoch = inputs.epoch;
		input.stateAgeMs = now - this.#stateMs;
		input.armed = this.#armed;
		input.pageBeatAgeMs = now - inputs.pageBeatMs;
		input.stopped = inputs.stopped;
		const output = gate.step(input);
		this.#ring.limitedBy[this.#slot] = output.limitedBy;
		if (setpoint !== null && setpoint !== this.#refused && (output.limitedBy & REFUSED) !== 0) {
			this.#refused = setpoint;
			this.#counters.refusedSetpoints += 1;
		}
		return output.send && this.#armed && inputs.mute !== true && this.#keep(output);
	}

	/** Records the goal. A number that is none never reaches the wire, whatever the gate says. */
	#keep(output: GateOutput): boolean {
		for (let j = 0; j < this.#joints; j++) if (!Number.isFinite(output.goal[j])) return false;
		for (let j = 0; j < this.#joints; j++)
			this.#ring.goal[this.#slot * this.#joints + j] = output.goal[j] ?? Number.NaN;
		this.#options.units.toTicks(output.goal, this.#goalTicks);
		return true;
	}

	#encodeGoals(): number {
		const { driver, bus } = this.#options;
		for (let j = 0; j < this.#joints; j++)
			driver.encodeGoal(this.#goalTicks[j] ?? Number.NaN, this.#goalData, j * driver.goal.length);
		return bus.protocol.encodeSyncWrite(
			this.#goalPacket,
			0,
			driver.goal.address,
			driver.goal.length,
			this.#ids,
			this.#goalData
		);
	}

	/** Closes the open tick: its reading counts now or never. */
	#commit(): void {
		const slot = this.#slot;
		if (slot < 0) return;
		const { bus, driver, units } = this.#options;
		bus.abandon(this.#exchange);
		bus.sweep();
		this.#slot = -1;
		const exchange = this.#exchange;
		const ring = this.#ring;
		if (exchange.attempts > 1) ring.flags[slot] = (ring.flags[slot] ?? 0) | TICK_FLAGS.retried;
		if (exchange.outcome === 'ok' && !exchange.tainted) {
			ring.flags[slot] = (ring.flags[slot] ?? 0) | TICK_FLAGS.read;
			for (let j = 0; j < this.#joints; j++)
				driver.decodeState(exchange.data, j * driver.state.length, j, this.#readings);
			units.toUnits(this.#readings.position, this.#latest);
			// The servos sampled somewhere between the request and the last byte.
			this.#stateMs = (exchange.sentAtMs + exchange.doneAtMs) / 2;
			ring.tMs[slot] = this.#stateMs;
			this.#record(slot);
		} else this.#counters.failedTicks += 1;
		this.committed.emit(this.#openTick);
	}

	#record(slot: number): void {
		const input = this.#gateInput;
		const ring = this.#ring;
		const { load, voltage, temperature, current } = this.#readings;
		for (let j = 0; j < this.#joints; j++) {
			const index = slot * this.#joints + j;
			ring.state[index] = this.#latest[j] ?? Number.NaN;
			ring.load[index] = input.load[j] = load[j] ?? Number.NaN;
			ring.voltage[index] = input.voltage[j] = voltage[j] ?? Number.NaN;
			ring.temperature[index] = input.temperature[j] = temperature[j] ?? Number.NaN;
			ring.current[index] = input.current[j] = current[j] ?? Number.NaN;
			ring.faults[index] = input.faults[j] = this.#exchange.errorBits[j] ?? 0;
		}
		input.state = this.#latest;
	}
}
