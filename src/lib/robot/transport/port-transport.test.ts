// What the contract cannot force: the far side's answers come while an earlier one still waits for its time.
import { describe, expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import { createPortTransport, type PortLike } from './port-transport';

async function opened() {
	const scheduler = createVirtualScheduler();
	const sent: { n: number }[] = [];
	const port: PortLike = { postMessage: (message) => sent.push(message as { n: number }), onmessage: null };
	const transport = createPortTransport({ port, scheduler, mode: 'wall' });
	const heard: number[] = [];
	transport.onBytes((bytes) => heard.push(...bytes));
	const answer = (chunks: readonly { t: number; bytes: Uint8Array }[]): void => {
		const n = sent.at(-1)?.n;
		port.onmessage?.({ data: { n, t: scheduler.now(), chunks } } as MessageEvent<unknown>);
	};
	const opening = transport.open({ baudRate: 1_000_000 });
	answer([]);
	await opening;
	/** Writes, and has it answered by one byte that is due at `t`. */
	const ask = (byte: number, t: number): void => {
		transport.write(Uint8Array.of(0));
		answer([{ t, bytes: Uint8Array.of(byte) }]);
	};
	return { scheduler, transport, heard, ask };
}

describe('answers on the wall clock', () => {
	it('never overtake one that waits for its time', async () => {
		const { scheduler, heard, ask } = await opened();
		ask(1, 5);
		scheduler.advanceTo(2);
		ask(2, 5.5);
		expect(heard).toEqual([]);
		scheduler.advanceTo(6);
		expect(heard).toEqual([1, 2]);
	});

	it('are handed on at once again when none waits', async () => {
		const { scheduler, heard, ask } = await opened();
		ask(1, 5);
		scheduler.advanceTo(5);
		ask(2, 6);
		expect(heard).toEqual([1, 2]);
	});

	it('that wait are gone with the cable, and do not hold up what comes later', async () => {
		const { scheduler, transport, heard, ask } = await opened();
		ask(1, 5);
		transport.abandon('gone');
		expect(transport.state).toBe('lost');
		scheduler.advanceTo(10);
		expect(heard).toEqual([]);
	});
});
