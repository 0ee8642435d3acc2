// The client half of a virtual chain behind a message port (server half: sim/chain/chain-port). A SerialTransport whose
// writes are messages { n, op, t, bytes }, each answered by exactly one { n, t, chunks: [{ t, bytes }] }.
//
// lockstep: answers are put on the Scheduler at their stamps; the driver awaits `settled()` before it lets time run on.
// wall: answers are handed on as they come. Wire time is charged, not slept: a chunk whose stamp is a little ahead is
// delivered at once under that stamp; only one that is really late waits.

import { CodedError, createSignal, type Scheduler } from '$lib/core';
import type { SerialTransport, TransportState } from '$lib/contracts';

export interface PortLike {
	postMessage(message: unknown): void;
	onmessage: ((event: MessageEvent<unknown>) => void) | null;
}

export interface PortTransport extends SerialTransport {
	/** Resolves when every message sent so far has been answered. */
	settled(): Promise<void>;
	/** Resolves when everything answered so far has been delivered (wall mode: late chunks wait for their time). */
	drained(): Promise<void>;
	/** The far side died without a word (its worker is gone): as if the cable had been pulled. */
	abandon(reason: string): void;
}

export interface PortTransportOptions {
	readonly port: PortLike;
	readonly scheduler: Scheduler;
	/** Default: lockstep when the scheduler is virtual. */
	readonly mode?: 'wall' | 'lockstep';
	readonly id?: string;
}

/** A chunk this far ahead of the wall clock is late on purpose and waits for its time. */
const CHARGED_AHEAD_MS = 4;

interface Answer {
	readonly n: number;
	readonly chunks: readonly { readonly t: number; readonly bytes: Uint8Array }[];
	readonly error: string | null;
}

export function createPortTransport(options: PortTransportOptions): PortTransport {
	const { port, scheduler } = options;
	const mode = options.mode ?? ('runNext' in scheduler ? 'lockstep' : 'wall');
	const bytesSignal = createSignal<readonly [Uint8Array, number]>();
	const lostSignal = createSignal<string>();
	const waiting = new Map<number, (answer: Answer) => void>();
	let idle: (() => void)[] = [];
	let state: TransportState = 'closed';
	let next = 0;
	let epoch = 0;
	/** Nothing is handed on before what came earlier. */
	let newestMs = 0;
	/** Chunks that wait for their time, in order. */
	let queue: { readonly bytes: Uint8Array; readonly dueMs: number }[] = [];

	const post = (body: Record<string, unknown>, done: (answer: Answer) => void): void => {
		const n = next++;
		waiting.set(n, done);
		port.postMessage({ n, t: scheduler.now(), ...body });
	};

	const release = (): void => {
		if (waiting.size > 0) return;
		const resolvers = idle;
		idle = [];
		for (const resolve of resolvers) resolve();
	};

	const lose = (reason: string): void => {
		const wasOpen = state === 'open';
		if (wasOpen) state = 'lost';
		epoch += 1;
		queue = [];
		const open = [...waiting.values()];
		waiting.clear();
		for (const done of open) done({ n: -1, chunks: [], error: 'port_gone' });
		release();
		if (wasOpen) lostSignal.emit(reason);
	};

	const deliver = (bytes: Uint8Array, stampMs: number): void => {
		const now = scheduler.now();
		const dueMs = Math.max(stampMs, newestMs);
		newestMs = dueMs;
		if (mode === 'wall' && queue.length === 0 && dueMs <= now + CHARGED_AHEAD_MS) {
			bytesSignal.emit([bytes, Math.max(now, dueMs)]);
			return;
		}
		const waits = { bytes, dueMs };
		queue.push(waits);
		// Timers of a wall clock do not keep their order to the fraction of a millisecond: whoever is called hands on all that
		// came before it.
		scheduler.at(dueMs, () => {
			while (queue.includes(waits)) {
				const first = queue.shift();
				if (first !== undefined) bytesSignal.emit([first.bytes, Math.max(scheduler.now(), first.dueMs)]);
			}
		});
	};

	/** Again and again, until nothing waits for its time any more. */
	const whenDrained = (resolve: () => void): void => {
		scheduler.at(Math.max(newestMs, scheduler.now()), () => {
			if (queue.length === 0) resolve();
			else whenDrained(resolve);
		});
	};

	port.onmessage = ({ data }) => {
		if (isLost(data)) {
			lose(data.lost);
			return;
		}
		const answer = readAnswer(data);
		const done = answer === null ? undefined : waiting.get(answer.n);
		if (answer === null || done === undefined) return;
		waiting.delete(answer.n);
		done(answer);
		release();
	};

	return {
		id: options.id ?? 'virtual-arm',
		get state() {
			return state;
		},
		open: ({ baudRate }) =>
			new Promise((resolve, reject) => {
				post({ op: 'open', baudRate }, ({ error }) => {
					if (error !== null) {
						reject(new CodedError(error, 'the virtual arm is not plugged in'));
						return;
					}
					state = 'open';
					newestMs = 0;
					resolve();
				});
			}),
		write(bytes) {
			if (state !== 'open') return;
			const sentIn = epoch;
			post({ op: 'write', bytes: bytes.slice() }, ({ chunks }) => {
				if (sentIn !== epoch) return;
				for (const chunk of chunks) deliver(chunk.bytes, chunk.t);
			});
		},
		onBytes: (listener) => bytesSignal.on(([bytes, atMs]) => listener(bytes, atMs)),
		onLost: (listener) => lostSignal.on(listener),
		close() {
			if (state !== 'open') {
				state = 'closed';
				return Promise.resolve();
			}
			state = 'closed';
			epoch += 1;
			queue = [];
			return new Promise((resolve) => post({ op: 'close' }, () => resolve()));
		},
		drained: () => new Promise(whenDrained),
		settled: () => (waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
		abandon: lose
	};
}

function isLost(data: unknown): data is { readonly lost: string } {
	return typeof data === 'object' && data !== null && typeof (data as { lost?: unknown }).lost === 'string';
}

function readAnswer(data: unknown): Answer | null {
	if (typeof data !== 'object' || data === null) return null;
	const { n, chunks, error } = data as { n?: unknown; chunks?: unknown; error?: unknown };
	if (typeof n !== 'number' || !Array.isArray(chunks)) return null;
	const whole = chunks.every(
		(chunk: unknown) =>
			typeof chunk === 'object' &&
			chunk !== null &&
			typeof (chunk as { t?: unknown }).t === 'number' &&
			(chunk as { bytes?: unknown }).bytes instanceof Uint8Array
	);
	if (!whole) return null;
	return { n, chunks: chunks as Answer['chunks'], error: typeof error === 'string' ? error : null };
}
