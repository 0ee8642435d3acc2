// One question at a time on a bare serial port, for looking around: who is there, at which rate, do answers collide. Unlike
// the bus it tells "nobody said anything" from "something came that is no answer" and from "two answered", and it can
// change the rate. It knows framing and no register; what an answer means is the caller's business.
//
// The protocol has no sequence numbers, so a late answer looks like the next one. After a question that got no answer the
// reads that follow ask for a byte more, in turn; a late answer then has the wrong length and is passed over. It is
// remembered that it came: who was heard too late is not the same as who was not heard.

import { CodedError, type Scheduler, type Timer, type Unsubscribe } from '$lib/core';
import type { SerialTransport } from '$lib/contracts';
import { EchoFilter } from '../bus/echo-filter';
import { FEETECH_PROTOCOL } from '../feetech/packet';
import type { ServoProtocol, StatusParser } from '../protocol';

export interface StatusPacket {
	readonly id: number;
	readonly errorBits: number;
	readonly data: Uint8Array;
}

/** What came while the line was listened to. */
export interface Heard {
	readonly packets: readonly StatusPacket[];
	/** Bytes that belong to no packet. */
	readonly garbageBytes: number;
}

/** What came after a question to one servo. */
export interface Reply {
	/** Answers of that servo with the length asked, parameters cut to it; more than one when two servos share the id. */
	readonly answers: readonly StatusPacket[];
	readonly garbageBytes: number;
}

export interface ServoLineOptions {
	readonly transport: SerialTransport;
	readonly scheduler: Scheduler;
	/** Whoever aborts ends every question at once; answers are then empty. */
	readonly signal?: AbortSignal;
	/** What one direction of the adapter may hold bytes back, ms. */
	readonly usbFrameMs?: number;
	/** The rate a transport that is open already was opened with; without it the line opens it anew. */
	readonly openAt?: number;
	readonly protocol?: ServoProtocol;
}

/** Longest pause of a servo before it answers: 254 counts of 2 us. */
const RETURN_DELAY_MS = 0.51;
const EXTRA_LENGTHS = 8;
const TX_BYTES = 64;
const NOTHING: Heard = { packets: [], garbageBytes: 0 };

const debt = (id: number, length: number): string => `${id}:${length}`;

interface Listening {
	readonly packets: StatusPacket[];
	garbageBytes: number;
	readonly isAwaited: (packet: StatusPacket) => boolean;
	readonly done: (heard: Heard) => void;
}

export class ServoLine {
	readonly #transport: SerialTransport;
	readonly #scheduler: Scheduler;
	readonly #signal: AbortSignal | undefined;
	readonly #usbFrameMs: number;
	readonly #protocol: ServoProtocol;
	readonly #parser: StatusParser;
	readonly #tx = new Uint8Array(TX_BYTES);
	readonly #echo = new EchoFilter(this.#tx);
	readonly #subscriptions: Unsubscribe[];
	readonly #toParser = (bytes: Uint8Array): void => this.#parser.push(bytes);
	readonly #onAbort = (): void => this.#finish();
	#listening: Listening | null = null;
	#timer: Timer | null = null;
	#baudRate: number | null = null;
	#extra = 0;
	/** Answers that were given up, by id and length: what they owe. */
	readonly #owed = new Set<string>();
	readonly #late = new Set<number>();
	#gone = false;
	#garbageBytes = 0;

	constructor(options: ServoLineOptions) {
		this.#transport = options.transport;
		this.#scheduler = options.scheduler;
		this.#signal = options.signal;
		this.#usbFrameMs = options.usbFrameMs ?? 1;
		this.#baudRate = options.transport.state === 'open' ? (options.openAt ?? null) : null;
		this.#protocol = options.protocol ?? FEETECH_PROTOCOL;
		this.#parser = this.#protocol.createParser({
			onStatus: (id, errorBits, data, offset, length) =>
				this.#onStatus({ id, errorBits, data: data.slice(offset, offset + length) }),
			onGarbage: (count) => {
				this.#garbageBytes += count;
				if (this.#listening !== null) this.#listening.garbageBytes += count;
			}
		});
		this.#subscriptions = [
			options.transport.onBytes((bytes) => this.#echo.filter(bytes, this.#toParser)),
			options.transport.onLost(() => this.#finish())
		];
		this.#signal?.addEventListener('abort', this.#onAbort);
	}

	/** False once the port is gone or somebody aborted. */
	get alive(): boolean {
		return this.#transport.state === 'open' && this.#signal?.aborted !== true;
	}

	/** The port is gone, or was closed under our hands. */
	get lost(): boolean {
		return this.#gone || this.#transport.state !== 'open';
	}

	/** Bytes that belonged to no packet, since the beginning. */
	get garbageBytes(): number {
		return this.#garbageBytes;
	}

	/** Whether an answer of this servo came after it had been given up. */
	wasLate(id: number): boolean {
		return this.#late.has(id);
	}

	/** Whole requests that came back as they were sent. */
	get echoes(): number {
		return this.#echo.echoes;
	}

	/**
	 * Opens the port at this rate, closing it first where it was open; null, or the code of what went wrong. A port that
	 * was lost, or that somebody else closed meanwhile, is not opened again: it is no longer ours.
	 */
	async open(baudRate: number): Promise<string | null> {
		const wasOurs = this.#baudRate !== null;
		if (wasOurs && this.#transport.state !== 'open') this.#gone = true;
		if (this.#gone || this.#signal?.aborted === true) return 'port_gone';
		if (wasOurs && this.#baudRate === baudRate) return null;
		try {
			if (this.#transport.state === 'open') await this.#transport.close();
			await this.#transport.open({ baudRate });
		} catch (cause) {
			this.#gone = true;
			return cause instanceof CodedError ? String(cause.code) : 'port_gone';
		}
		this.#baudRate = baudRate;
		return null;
	}

	/** Says nothing and hears what comes. */
	listen(forMs: number): Promise<Heard> {
		return this.#hear(0, forMs, () => false);
	}

	/** Asks everybody who is there; hears for `forMs`. */
	broadcastPing(forMs: number): Promise<Heard> {
		const length = this.#protocol.encodePing(this.#tx, 0, this.#protocol.broadcastId);
		return this.#hear(length, forMs, () => false);
	}

	/** Asks one servo for bytes, waiting `patienceMs` beyond what wire and adapter need. */
	async read(id: number, address: number, length: number, patienceMs: number): Promise<Reply> {
		const asked = length + this.#extra;
		const end = this.#protocol.encodeRead(this.#tx, 0, id, address, asked);
		const reply = await this.#ask(id, end, asked, patienceMs);
		return {
			...reply,
			answers: reply.answers.map((answer) => ({ ...answer, data: answer.data.subarray(0, length) }))
		};
	}

	/** The answer says that the servo heard it, not that it took the value. */
	write(id: number, address: number, data: Uint8Array, patienceMs: number): Promise<Reply> {
		const end = this.#protocol.encodeWrite(this.#tx, 0, id, address, data);
		return this.#ask(id, end, 0, patienceMs);
	}

	/** Lets go of the port without closing it. */
	release(): void {
		this.#finish();
		this.#signal?.removeEventListener('abort', this.#onAbort);
		for (const unsubscribe of this.#subscriptions) unsubscribe();
	}

	async #ask(id: number, requestBytes: number, params: number, patienceMs: number): Promise<Reply> {
		const matches = (packet: StatusPacket): boolean => packet.id === id && packet.data.length === params;
		const wireMs = (requestBytes + this.#protocol.statusOverhead + params) * this.#byteMs;
		const forMs = wireMs + 2 * this.#usbFrameMs + RETURN_DELAY_MS + patienceMs;
		const { packets, garbageBytes } = await this.#hear(requestBytes, forMs, matches);
		const answers = packets.filter(matches);
		if (answers.length === 0) {
			this.#owed.add(debt(id, params));
			this.#extra = (this.#extra + 1) % EXTRA_LENGTHS;
		}
		return { answers, garbageBytes };
	}

	get #byteMs(): number {
		return 10_000 / (this.#baudRate ?? 1_000_000);
	}

	/** Writes the first bytes of the buffer, then hears until time is up or shortly after the awaited packet. */
	#hear(requestBytes: number, forMs: number, isAwaited: (packet: StatusPacket) => boolean): Promise<Heard> {
		if (!this.alive) return Promise.resolve(NOTHING);
		this.#parser.flush();
		return new Promise((done) => {
			this.#listening = { packets: [], garbageBytes: 0, isAwaited, done };
			this.#until(this.#scheduler.now() + forMs);
			this.#echo.expect(requestBytes);
			if (requestBytes > 0) this.#transport.write(this.#tx.subarray(0, requestBytes));
		});
	}

	#until(tMs: number): void {
		this.#timer?.cancel();
		this.#timer = this.#scheduler.at(tMs, () => this.#finish());
	}

	#onStatus(packet: StatusPacket): void {
		const listening = this.#listening;
		const awaited = listening?.isAwaited(packet) === true;
		if (!awaited && this.#owed.delete(debt(packet.id, packet.data.length))) this.#late.add(packet.id);
		// A servo never answers as everybody: that is an instruction sent back.
		if (listening === null || packet.id === this.#protocol.broadcastId) return;
		listening.packets.push(packet);
		if (!awaited) return;
		// A second servo of this id, slower to answer, is done by then.
		const again = (this.#protocol.statusOverhead + packet.data.length) * this.#byteMs;
		this.#until(this.#scheduler.now() + again + this.#usbFrameMs + RETURN_DELAY_MS);
	}

	#finish(): void {
		const listening = this.#listening;
		this.#timer?.cancel();
		if (listening === null) return;
		this.#echo.release(false, this.#toParser);
		this.#parser.flush();
		this.#listening = null;
		listening.done(this.alive ? listening : NOTHING);
	}
}
