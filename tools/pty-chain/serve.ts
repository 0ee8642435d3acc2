// The virtual SO-101 behind two byte streams, in wall time: what pty-chain.mjs puts behind a pseudo terminal. Wire time is
// charged to the answers' stamps, not slept; physics follows the clock.

import type { Readable, Writable } from 'node:stream';
import { createSo101Chain, createSo101Plant, Wire } from '$lib/sim';

export interface ServeOptions {
	/** Bytes from the host, and where answers go. */
	readonly input: Readable;
	readonly output: Writable;
	/** Servos as new: no calibration, factory settings. */
	readonly asNew: boolean;
	readonly payloadKg: number;
}

const PHYSICS_EVERY_MS = 10;

export function serveChain({ input, output, asNew, payloadKg }: ServeOptions): void {
	const chain = createSo101Chain({
		plant: createSo101Plant({ payloadKg }),
		holdsOnTorque: true,
		...(asNew ? { calibration: null, configured: false } : {})
	});
	const wire = new Wire({ chain });
	const startMs = performance.now();
	const now = (): number => performance.now() - startMs;
	setInterval(() => chain.advanceTo(now()), PHYSICS_EVERY_MS);
	input.on('data', (bytes: Uint8Array) => {
		const atMs = now();
		chain.advanceTo(atMs);
		const { startMs: heardMs } = wire.reserve(bytes.length, atMs);
		wire.hear(bytes, heardMs);
		for (let due = wire.nextHandoverMs(); due !== undefined; due = wire.nextHandoverMs()) {
			const chunk = wire.take(due);
			if (chunk === null) return;
			output.write(chunk);
		}
	});
}

const WARM_UP_ROUNDS = 3000;

/** Answers thousands of questions on a chain nobody sees, so that the first real one does not wait for the compiler. */
export function warmUp(): void {
	const chain = createSo101Chain();
	const wire = new Wire({ chain });
	const readPosition = Uint8Array.of(0xff, 0xff, 1, 4, 2, 0x38, 2, 0xbe);
	const torqueOn = Uint8Array.of(0xff, 0xff, 1, 4, 3, 0x28, 1, 0xce);
	for (let round = 0; round < WARM_UP_ROUNDS; round++) {
		const request = round % 8 === 0 ? torqueOn : readPosition;
		const { startMs } = wire.reserve(request.length, round);
		wire.hear(request, startMs);
		wire.take(round + 1);
	}
}
