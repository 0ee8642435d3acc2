// The leader arm as ROBOT reads it: torque off, positions by sync read while it drives. Works on any SerialTransport, the
// virtual leader behind a message port among them. Owns its bus; writes nothing unless a person asks it to let go.
//
// [Note: fresh enough] The loop asks for the pose once per tick. A reading that waits for the tick is old when it is used,
// so the leader is read again as long as one more answer is sure to be there before the next tick. Answers ask the next
// question, no timer does: browsers hold short timers back by several milliseconds.
// Under virtual time with wire time and 1 ms USB frames on both arms, gate included, a step of the leader's encoder is on
// the follower's wire after 5.7 ms in the middle and 9.6 ms at the 99th percentile (leader-reader.test.ts).

import { SO101, type SerialTransport } from '$lib/contracts';
import type { Result, Scheduler } from '$lib/core';
import {
	STS3215_DRIVER,
	createArmSession,
	createBusCommands,
	createExchange,
	createFeetechBus,
	createPortTransport,
	createUnitConverter,
	type ArmError,
	type ArmFacts,
	type ArmSession,
	type BusCommands,
	type Exchange,
	type ServoBus,
	type UnitConverter
} from '$lib/robot';
import type { ClockMode } from './api';
import { portLike } from './port-like';

export type LeaderReaderOptions = { readonly scheduler: Scheduler } & (
	| /** The virtual leader. */ { readonly port: MessagePort; readonly mode: ClockMode }
	| /** Any other, not yet opened. */ {
			readonly transport: SerialTransport;
			/** What one direction of the adapter may hold bytes back, ms. */
			readonly usbFrameMs?: number;
	  }
);

export interface LeaderPose {
	/** LeRobot units, re-used by the next reading. */
	readonly q: Float32Array;
	/** When the servos sampled it, ROBOT clock. */
	readonly tMs: number;
}

export interface LeaderCounters {
	/** Questions asked, and those that brought no whole, undoubted answer. */
	readonly reads: number;
	readonly failedReads: number;
}

/** Before two ticks were seen. */
const FIRST_PERIOD_MS = 5;
const LONGEST_PERIOD_MS = 50;
/** The virtual leader answers from a thread that a busy computer may keep waiting: its answer counts for so long. */
const VIRTUAL_PATIENCE_MS = 50;
/** Answers whose slowest says whether there is time for one more, and what is added to it. */
const REMEMBERED = 32;
const SLACK_MS = 0.2;

export class LeaderReader {
	readonly #scheduler: Scheduler;
	readonly #transport: SerialTransport;
	readonly #settled: () => Promise<void>;
	readonly #patienceMs: number;
	readonly #bus: ServoBus;
	readonly #commands: BusCommands;
	readonly #session: ArmSession;
	readonly #exchange: Exchange;
	readonly #pose = { q: new Float32Array(SO101.joints.length), tMs: Number.NEGATIVE_INFINITY };
	/** The newest answer, not believed yet. */
	readonly #fresh = {
		positions: new Float64Array(SO101.joints.length),
		tMs: Number.NEGATIVE_INFINITY,
		strangeBytes: 0
	};
	readonly #tookMs = new Float64Array(REMEMBERED);
	#units: UnitConverter | null = null;
	#asked = false;
	#periodMs = FIRST_PERIOD_MS;
	#tickMs = Number.NEGATIVE_INFINITY;
	#reads = 0;
	#failedReads = 0;

	constructor(options: LeaderReaderOptions) {
		const { scheduler } = options;
		this.#scheduler = scheduler;
		if ('port' in options) {
			const port = portLike(options.port);
			const virtual = createPortTransport({ id: 'virtual-leader', port, scheduler, mode: options.mode });
			this.#transport = virtual;
			this.#settled = () => virtual.settled();
			this.#patienceMs = VIRTUAL_PATIENCE_MS;
			this.#bus = createFeetechBus(virtual, scheduler, { usbFrameMs: 0 });
		} else {
			this.#transport = options.transport;
			this.#settled = () => Promise.resolve();
			this.#patienceMs = 0;
			const usbFrameMs = options.usbFrameMs ?? 1;
			this.#bus = createFeetechBus(options.transport, scheduler, { usbFrameMs });
		}
		this.#commands = createBusCommands(this.#bus);
		this.#session = createArmSession({
			spec: SO101,
			bus: this.#commands,
			driver: STS3215_DRIVER,
			scheduler
		});
		const { address, length } = STS3215_DRIVER.position;
		const ids = SO101.joints.map((joint) => joint.servoId);
		this.#exchange = createExchange('syncRead', ids, address, length, { onDone: () => this.#onDone() });
	}

	/** For what is asked rarely, while nobody drives: moving by hand, health. */
	get commands(): BusCommands {
		return this.#commands;
	}

	/** Answers that came after their questions were given up. */
	get lateReplies(): number {
		return this.#bus.counters.lateReplies;
	}

	get counters(): LeaderCounters {
		return { reads: this.#reads, failedReads: this.#failedReads };
	}

	/** Opens the port and looks at the arm; writes nothing. Rejects when the port cannot be opened. */
	async connect(): Promise<Result<ArmFacts, ArmError>> {
		if (this.#transport.state !== 'open') await this.#transport.open({ baudRate: SO101.baudRate });
		const found = await this.#session.connect();
		if (found.ok) this.#units = createUnitConverter(SO101, found.value.calibration);
		return found;
	}

	/** Takes the torque off a leader that was found stiff, so that a hand can move it. It falls if nothing holds it. */
	letGo(): Promise<Result<void, ArmError>> {
		return this.#session.release();
	}

	/** Once per tick: newest pose, or null before the first; keeps the questions going. A failed reading changes nothing. */
	pose(nowMs: number): LeaderPose | null {
		if (this.#units === null) return null;
		const gapMs = nowMs - this.#tickMs;
		this.#tickMs = nowMs;
		if (gapMs > 0 && gapMs <= LONGEST_PERIOD_MS) this.#periodMs += (gapMs - this.#periodMs) / 4;
		this.#believe();
		if (this.#asked && nowMs >= this.#exchange.deadlineMs) this.#bus.abandon(this.#exchange);
		if (!this.#asked) this.#ask(nowMs);
		return Number.isFinite(this.#pose.tMs) ? this.#pose : null;
	}

	/** Resolves when no byte is under way to or from the virtual leader. */
	settled(): Promise<void> {
		return this.#settled();
	}

	/** Asks and listens no more; the port stays as it is. */
	detach(): void {
		this.#units = null;
		this.#bus.close();
	}

	#ask(nowMs: number): void {
		this.#asked = true;
		this.#reads += 1;
		this.#exchange.deadlineMs = nowMs + Math.max(this.#periodMs, this.#patienceMs);
		this.#bus.submitUrgent(this.#exchange);
	}

	#onDone(): void {
		this.#asked = false;
		const exchange = this.#exchange;
		if (exchange.outcome !== 'ok') {
			this.#failedReads += 1;
			return; // an older pose grows stale and the gate holds: nothing is made up
		}
		const fresh = this.#fresh;
		const { length } = STS3215_DRIVER.position;
		for (let joint = 0; joint < fresh.positions.length; joint++)
			fresh.positions[joint] = STS3215_DRIVER.decodePosition(exchange.data, joint * length);
		// The servos sampled somewhere between the request and the last byte.
		fresh.tMs = (exchange.sentAtMs + exchange.doneAtMs) / 2;
		fresh.strangeBytes = this.#strangeBytes();
		this.#tookMs[this.#reads % REMEMBERED] = exchange.doneAtMs - exchange.sentAtMs;
		const now = this.#scheduler.now();
		if (this.#units !== null && now + this.#slowestMs() <= this.#tickMs + this.#periodMs) this.#ask(now);
	}

	/** As the loop does: an answer is believed only later, because bytes behind it may still discredit it. */
	#believe(): void {
		const fresh = this.#fresh;
		if (!(fresh.tMs > this.#pose.tMs)) return;
		if (!this.#asked) this.#bus.sweep();
		if (fresh.strangeBytes !== this.#strangeBytes()) {
			fresh.tMs = Number.NEGATIVE_INFINITY;
			this.#failedReads += 1;
			return;
		}
		this.#units?.toUnits(fresh.positions, this.#pose.q);
		this.#pose.tMs = fresh.tMs;
	}

	#slowestMs(): number {
		let slowest = 0;
		for (const tookMs of this.#tookMs) slowest = Math.max(slowest, tookMs);
		return slowest + SLACK_MS;
	}

	/** Grows with everything on the line that is no answer to a question of ours. */
	#strangeBytes(): number {
		return this.#bus.parserCounters.garbageBytes + this.#bus.counters.strayReplies;
	}
}
