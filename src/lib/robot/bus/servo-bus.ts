// The bus: one request in flight, a queue for the rare ones, a fast lane for the control loop, retries, and the rule that
// keeps late replies from being believed (reply-debts, reply-collector). Callbacks only, so that it is deterministic under
// virtual time; `bus-commands` wraps it in promises. It knows framing through ServoProtocol and no register at all.

import type { Scheduler, Timer, Unsubscribe } from '$lib/core';
import type { SerialTransport } from '$lib/contracts';
import type { ServoProtocol, StatusParser } from '../protocol';
import { createBusCounters, type BusCounters, type ServoBusOptions } from './bus-options';
import { EchoFilter } from './echo-filter';
import type { Exchange, ExchangeOutcome } from './exchange';
import { Pacing } from './pacing';
import { ReplyCollector } from './reply-collector';
import { ReplyDebts } from './reply-debts';
import { RequestPlan } from './request-plan';

const TX_BYTES = 1024;
/** A rare request that waited this long for a gap between two ticks no longer waits. */
const PATIENCE_MS = 20;

export class ServoBus {
	readonly counters: BusCounters = createBusCounters();
	readonly protocol: ServoProtocol;
	readonly isPersistent: (address: number) => boolean;
	/** Time one byte takes on the wire, ms. */
	readonly byteMs: number;

	readonly #transport: SerialTransport;
	readonly #scheduler: Scheduler;
	readonly #usbFrameMs: number;
	readonly #pacing: Pacing;
	readonly #parser: StatusParser;
	readonly #plan = new RequestPlan();
	readonly #collector: ReplyCollector;
	readonly #debts: ReplyDebts;
	readonly #tx = new Uint8Array(TX_BYTES);
	readonly #views: (Uint8Array | undefined)[] = [];
	readonly #echo = new EchoFilter(this.#tx);
	readonly #subscriptions: Unsubscribe[];
	readonly #queue: { exchange: Exchange; sinceMs: number }[] = [];
	readonly #toParser = (bytes: Uint8Array): void => this.#parser.push(bytes);
	readonly #onTimeout = (): void => this.#attemptTimedOut();
	readonly #onPreempt = (): void => this.#preempt();

	#urgent: Exchange | null = null;
	#current: Exchange | null = null;
	#last: Exchange | null = null;
	#currentIsUrgent = false;
	#attemptOpen = false;
	#attempt = 0;
	/** When something was written last. */
	#attemptSentMs = 0;
	#attemptWireMs = 0;
	#timer: Timer | null = null;
	#reservedMs = Number.POSITIVE_INFINITY;
	#gone: 'lost' | 'closed' | null = null;
	#sawDamage = false;
	#sawWrongId = false;

	constructor(options: ServoBusOptions) {
		this.#transport = options.transport;
		this.#scheduler = options.scheduler;
		this.protocol = options.protocol;
		this.isPersistent = options.isPersistent;
		this.byteMs = 10_000 / (options.baudRate ?? 1_000_000);
		this.#usbFrameMs = options.usbFrameMs ?? 1;
		this.#pacing = new Pacing({
			usbFrameMs: this.#usbFrameMs,
			returnDelayMs: options.returnDelayMs ?? 0.51,
			marginMs: options.marginMs ?? 10,
			fastMarginMs: options.fastMarginMs ?? 0.5
		});
		this.#debts = new ReplyDebts(options.lateMemoryMs ?? 2000);
		this.#collector = new ReplyCollector(options.protocol.statusOverhead, this.#plan);
		this.#parser = options.protocol.createParser({
			onStatus: (id, errorBits, data, offset, length) => this.#onStatus(id, errorBits, data, offset, length),
			onGarbage: (count) => this.#onGarbage(count)
		});
		this.#subscriptions = [
			options.transport.onBytes((bytes, atMs) => this.#onBytes(bytes, atMs)),
			options.transport.onLost(() => this.#end('lost'))
		];
	}

	get parserCounters(): Readonly<StatusParser['counters']> {
		return this.#parser.counters;
	}

	/** Milliseconds of wire time charged so far, both directions. */
	get wireMs(): number {
		return (this.counters.bytesIn + this.counters.bytesOut) * this.byteMs;
	}

	get alive(): boolean {
		return this.#gone === null;
	}

	/** Queues a request that is in no hurry. `onDone` is called later, never from inside this call unless the bus is gone. */
	submit(exchange: Exchange): void {
		if (this.#refuse(exchange)) return;
		this.#queue.push({ exchange, sinceMs: this.#scheduler.now() });
		this.#pump();
	}

	/** The control loop's request: goes before every queued one. Only one may be open; see `abandon`. */
	submitUrgent(exchange: Exchange): void {
		if (this.#refuse(exchange)) return;
		this.#urgent = exchange;
		if (this.#current === null || this.#currentIsUrgent) {
			this.#pump();
			return;
		}
		this.#timer?.cancel();
		this.#timer = this.#scheduler.at(
			this.#attemptSentMs + this.#pacing.physicalMs(this.#attemptWireMs),
			this.#onPreempt
		);
	}

	/** Gives up on a request in the fast lane; its `onDone` runs at once if it was still open. */
	abandon(exchange: Exchange): void {
		if (this.#urgent === exchange) {
			this.#urgent = null;
			exchange.outcome = 'timeout';
			exchange.onDone();
		} else if (this.#current === exchange) {
			this.#closeAttempt();
			this.#finish();
		}
	}

	/** Nothing rare may start that would not be over before `atMs`. Infinity lifts it. */
	reserve(atMs: number): void {
		this.#reservedMs = atMs;
		if (atMs === Number.POSITIVE_INFINITY) this.#pump();
	}

	/** Bytes still held back at this point are no answer to anything: the newest exchange is tainted by them. */
	sweep(): void {
		if (!this.#attemptOpen && this.#parser.heldBytes > 0) this.#parser.flush();
	}

	close(): void {
		this.#end('closed');
		for (const unsubscribe of this.#subscriptions) unsubscribe();
	}

	#refuse(exchange: Exchange): boolean {
		if (this.#gone === null) return false;
		exchange.outcome = this.#gone;
		exchange.got.fill(0);
		exchange.onDone();
		return true;
	}

	#end(reason: 'lost' | 'closed'): void {
		if (this.#gone !== null) return;
		this.#gone = reason;
		this.#timer?.cancel();
		const open = [this.#current, this.#urgent, ...this.#queue.map((entry) => entry.exchange)];
		this.#queue.length = 0;
		this.#current = null;
		this.#urgent = null;
		this.#attemptOpen = false;
		for (const exchange of open) if (exchange !== null) this.#refuse(exchange);
	}

	#pump(): void {
		if (this.#current !== null || this.#gone !== null) return;
		if (this.#urgent !== null) {
			const exchange = this.#urgent;
			this.#urgent = null;
			this.#start(exchange, true);
			return;
		}
		const head = this.#queue[0];
		if (head === undefined) return;
		const now = this.#scheduler.now();
		const roomMs = 2 * this.#usbFrameMs + 0.3;
		if (now + roomMs > this.#reservedMs && now - head.sinceMs < PATIENCE_MS) return;
		this.#queue.shift();
		this.#start(head.exchange, false);
	}

	#start(exchange: Exchange, urgent: boolean): void {
		exchange.got.fill(0);
		exchange.errorBits.fill(0);
		exchange.attempts = 0;
		exchange.tainted = false;
		exchange.sentAtMs = this.#scheduler.now();
		this.#last = null;
		this.#current = exchange;
		this.#currentIsUrgent = urgent;
		this.#attempt = 0;
		this.#sawDamage = false;
		this.#sawWrongId = false;
		this.#nextAttempt();
	}

	#nextAttempt(): void {
		const exchange = this.#current;
		if (exchange === null) return;
		const now = this.#scheduler.now();
		const prefixEnd = this.#attempt === 0 ? this.#copyPrefix(exchange) : 0;
		const possible =
			exchange.kind !== 'send' &&
			this.#attempt <= exchange.maxRetries &&
			now < exchange.deadlineMs &&
			!(this.#currentIsUrgent && this.#pacing.mustWait(now)) &&
			this.#plan.choose(exchange, this.#debts, now);
		if (!possible) {
			// A goal goes out even when nothing can be asked.
			if (prefixEnd > 0) this.#transmit(exchange, prefixEnd, 0, now);
			this.#finish();
			return;
		}
		this.#attempt += 1;
		if (this.#attempt > 1) this.counters.retries += 1;
		if (exchange.kind === 'write' && !this.#plan.settling && this.isPersistent(exchange.address))
			this.counters.eepromWrites += 1;
		const end = this.#plan.encode(exchange, this.protocol, this.#tx, prefixEnd);
		this.sweep();
		this.#collector.begin(exchange, this.#attempt);
		this.#attemptOpen = true;
		this.#pacing.asked(now);
		this.#transmit(exchange, end, this.#collector.expectedBytes, now);
		const patientUntil = this.#currentIsUrgent
			? this.#pacing.fastPatientUntil(now, this.#attemptWireMs, exchange.deadlineMs)
			: this.#pacing.patientUntil(now, this.#attemptWireMs, this.#plan.askCount);
		this.#timer = this.#scheduler.at(Math.min(patientUntil, exchange.deadlineMs), this.#onTimeout);
	}

	#copyPrefix(exchange: Exchange): number {
		for (let index = 0; index < exchange.prefixLength; index++) this.#tx[index] = exchange.prefix[index] ?? 0;
		return exchange.prefixLength;
	}

	#transmit(exchange: Exchange, length: number, replyBytes: number, now: number): void {
		exchange.attempts += 1;
		this.counters.requests += 1;
		this.counters.bytesOut += length;
		this.#attemptSentMs = now;
		this.#attemptWireMs = (length + replyBytes) * this.byteMs;
		this.#echo.expect(length);
		this.#transport.write((this.#views[length] ??= this.#tx.subarray(0, length)));
	}

	#onBytes(bytes: Uint8Array, atMs: number): void {
		this.counters.bytesIn += bytes.length;
		const exchange = this.#current;
		if (exchange !== null && this.#attemptOpen) {
			if (atMs > exchange.deadlineMs) {
				this.#closeAttempt();
				this.#finish();
			} else exchange.doneAtMs = atMs;
		}
		this.#echo.filter(bytes, this.#toParser);
		this.#judge();
	}

	#onStatus(id: number, errorBits: number, data: Uint8Array, offset: number, length: number): void {
		// A servo never answers as everybody: this is an instruction that came back as an echo.
		if (id === this.protocol.broadcastId) return;
		if (this.#attemptOpen && this.#collector.accept(id, errorBits, data, offset, length)) {
			this.#debts.answered(this.#pacing.askedMs);
			if (this.#plan.settling) this.#debts.settle(id);
			this.#pacing.heard();
			return;
		}
		if (this.#answersEarlier(id, errorBits, data, offset, length)) return;
		if (this.#debts.payLate(id, length, this.#scheduler.now())) {
			this.counters.lateReplies += 1;
			if (this.#attemptOpen) this.#collector.late();
			return;
		}
		this.counters.strayReplies += 1;
		if (this.#attemptOpen) this.#collector.stray(length);
		else if (this.#last !== null) this.#last.tainted = true;
	}

	/** A late answer to an earlier attempt of the exchange that is still open: late, but not too late. */
	#answersEarlier(id: number, errorBits: number, data: Uint8Array, offset: number, length: number): boolean {
		const exchange = this.#current;
		if (exchange === null || !this.#attemptOpen || exchange.length === 0) return false;
		const now = this.#scheduler.now();
		if (length < exchange.length || !this.#debts.owedSince(id, length, exchange.sentAtMs)) return false;
		if (!this.#collector.acceptEarlier(id, errorBits, data, offset)) return false;
		this.#debts.payLate(id, length, now);
		this.#debts.incur(id, this.#plan.askedLength, now);
		this.#pacing.heard();
		return true;
	}

	#onGarbage(count: number): void {
		if (this.#attemptOpen) this.#collector.garbage(count);
		else if (this.#last !== null) this.#last.tainted = true;
	}

	#judge(): void {
		if (!this.#attemptOpen) return;
		let verdict = this.#collector.verdict(this.#parser.heldBytes);
		if (verdict === 'stuck') {
			this.#parser.flush();
			verdict = this.#collector.verdict(0);
		}
		if (verdict === 'waiting' || verdict === 'stuck') return;
		if (verdict === 'complete') this.#attemptSucceeded();
		else {
			this.#closeAttempt();
			this.#nextAttempt();
		}
	}

	#attemptSucceeded(): void {
		const exchange = this.#current;
		this.#timer?.cancel();
		this.#attemptOpen = false;
		if (exchange === null) return;
		if (this.#plan.settling) {
			this.#attempt -= 1;
			this.#nextAttempt();
			return;
		}
		if (this.#currentIsUrgent && this.#attempt === 1)
			this.#pacing.took(exchange.doneAtMs - this.#attemptSentMs - this.#attemptWireMs);
		this.#finish();
	}

	#attemptTimedOut(): void {
		const exchange = this.#current;
		if (exchange === null || !this.#attemptOpen) return;
		this.#echo.release(exchange.kind === 'ping', this.#toParser);
		this.#parser.flush();
		if (this.#collector.verdict(0) === 'complete') {
			this.#attemptSucceeded();
			return;
		}
		this.#closeAttempt();
		this.#nextAttempt();
	}

	/** Ends the attempt in flight without an answer: whoever did not answer owes a reply from now on. */
	#closeAttempt(): void {
		this.#timer?.cancel();
		if (!this.#attemptOpen) return;
		this.#attemptOpen = false;
		this.#pacing.unanswered();
		const exchange = this.#current;
		if (exchange === null) return;
		const now = this.#scheduler.now();
		for (let k = 0; k < this.#plan.askCount; k++) {
			const index = this.#plan.ask[k] ?? 0;
			if (exchange.got[index] === 0) this.#debts.incur(exchange.ids[index] ?? 0, this.#plan.askedLength, now);
		}
		this.#sawDamage ||= this.#collector.damaged;
		this.#sawWrongId ||= this.#collector.wrongId;
	}

	/** The loop's turn has come while a rare request waits for an answer: that one starts again later. */
	#preempt(): void {
		const exchange = this.#current;
		if (exchange === null || this.#currentIsUrgent) return;
		this.#closeAttempt();
		this.#current = null;
		this.#queue.unshift({ exchange, sinceMs: this.#scheduler.now() });
		this.#pump();
	}

	#finish(): void {
		const exchange = this.#current;
		if (exchange === null) return;
		this.#current = null;
		this.#last = exchange;
		exchange.outcome = this.#outcomeOf(exchange);
		if (exchange.outcome !== 'ok') this.counters.failures += 1;
		exchange.onDone();
		this.#pump();
	}

	#outcomeOf(exchange: Exchange): ExchangeOutcome {
		if (exchange.kind === 'send') return 'ok';
		let answered = 0;
		for (const attempt of exchange.got) if (attempt > 0) answered += 1;
		if (answered === exchange.got.length) return 'ok';
		if (answered > 0) return 'partial';
		if (this.#sawWrongId) return 'wrong_id';
		return this.#sawDamage ? 'checksum' : 'timeout';
	}
}
