// What the chain answered to a moving arm, recorded once in virtual time and played back as fast as the host can take it:
// the tick bench then measures the host's side alone, on bytes the chain really sent.

import { createSignal, type Scheduler } from '$lib/core';
import type { SerialTransport } from '$lib/contracts';
import { createMovingArm } from './moving-arm';

export interface RecordedChunk {
	/** After the request was written, ms. */
	readonly afterMs: number;
	readonly bytes: Uint8Array;
}

/** Per tick, what came back. */
export type Recording = readonly (readonly RecordedChunk[])[];

/** Answers of `ticks` ticks of a moving, armed arm, after `skip` ticks. */
export async function recordAnswers(ticks: number, skip: number): Promise<Recording> {
	const { arm, loop } = await createMovingArm({ rateHz: 200, usbFrameMs: 1, armed: true });
	const recorded: RecordedChunk[][] = [];
	loop.committed.on(() => {
		loop.takeBatch();
		recorded.push([]);
	});
	const fromMs = arm.scheduler.now() + 1;
	arm.transport.onBytes((bytes, atMs) => {
		const tickMs = fromMs + recorded.length * loop.periodMs;
		recorded.at(-1)?.push({ afterMs: atMs - tickMs + loop.periodMs, bytes: bytes.slice() });
	});
	recorded.push([]);
	loop.start(fromMs);
	arm.scheduler.advanceTo(fromMs + (skip + ticks) * loop.periodMs);
	loop.stop();
	return recorded.slice(skip, skip + ticks);
}

/**
 * A transport that answers the n-th request with the n-th recorded answer, round and round. Its events are made once:
 * what is measured is the host, not the making of what it is fed with.
 */
export function createReplayTransport(recording: Recording, scheduler: Scheduler): SerialTransport {
	const heard = createSignal<Uint8Array>();
	const answers = recording.map((chunks) =>
		chunks.map(({ afterMs, bytes }) => ({ afterMs, arrive: () => heard.emit(bytes) }))
	);
	let next = 0;
	return {
		id: 'replay',
		state: 'open',
		open: () => Promise.resolve(),
		write() {
			const now = scheduler.now();
			for (const { afterMs, arrive } of answers[next++ % answers.length] ?? [])
				scheduler.at(now + afterMs, arrive);
		},
		onBytes: (listener) => heard.on((bytes) => listener(bytes, scheduler.now())),
		onLost: () => () => undefined,
		close: () => Promise.resolve()
	};
}
