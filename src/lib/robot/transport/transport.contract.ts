// What every SerialTransport promises, as tests. At the far end stands a chain of servos with ids 1..6 that answers
// pings at 1 Mbaud; the transport is closed when it is handed over.

import { describe, expect, it } from 'vitest';
import type { SerialTransport } from '$lib/contracts';

export interface TransportUnderTest {
	readonly transport: SerialTransport;
	/** Lets time pass until nothing is under way any more. */
	readonly flush: () => Promise<void>;
	readonly unplug: () => void | Promise<void>;
	readonly replug: () => void | Promise<void>;
	readonly dispose?: () => void;
}

const PING_1 = Uint8Array.of(0xff, 0xff, 1, 2, 1, 0xfb);
const PING_2 = Uint8Array.of(0xff, 0xff, 2, 2, 1, 0xfa);
const PONG_1 = [0xff, 0xff, 1, 2, 0, 0xfc];
const PONG_2 = [0xff, 0xff, 2, 2, 0, 0xfb];
const OPTIONS = { baudRate: 1_000_000 };

export function describeTransportContract(name: string, make: () => Promise<TransportUnderTest>): void {
	const opened = async (): Promise<TransportUnderTest & { received: number[]; stamps: number[] }> => {
		const subject = await make();
		const received: number[] = [];
		const stamps: number[] = [];
		subject.transport.onBytes((bytes, atMs) => {
			received.push(...bytes);
			stamps.push(atMs);
		});
		await subject.transport.open(OPTIONS);
		return { ...subject, received, stamps };
	};

	describe(`SerialTransport: ${name}`, () => {
		it('has an id and goes from closed to open to closed', async () => {
			const { transport, dispose } = await make();
			expect(transport.id).not.toBe('');
			expect(transport.state).toBe('closed');
			await transport.open(OPTIONS);
			expect(transport.state).toBe('open');
			await transport.close();
			expect(transport.state).toBe('closed');
			dispose?.();
		});

		it('brings answers byte for byte, in order, with stamps that do not run backwards', async () => {
			const { transport, flush, received, stamps, dispose } = await opened();
			for (let k = 0; k < 20; k++) {
				transport.write(PING_1);
				transport.write(PING_2);
			}
			await flush();
			expect(received).toEqual(Array.from({ length: 20 }, () => [...PONG_1, ...PONG_2]).flat());
			expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
			dispose?.();
		});

		it('never answers from inside write', async () => {
			const { transport, flush, received, dispose } = await opened();
			transport.write(PING_1);
			expect(received).toEqual([]);
			await flush();
			expect(received).toEqual(PONG_1);
			dispose?.();
		});

		it('lets the writer re-use its buffer at once', async () => {
			const { transport, flush, received, dispose } = await opened();
			const buffer = PING_1.slice();
			transport.write(buffer);
			buffer.fill(0);
			await flush();
			expect(received).toEqual(PONG_1);
			dispose?.();
		});

		it('does not care how a request is cut', async () => {
			const { transport, flush, received, dispose } = await opened();
			transport.write(PING_1.subarray(0, 1));
			transport.write(PING_1.subarray(1, 5));
			transport.write(PING_1.subarray(5));
			await flush();
			expect(received).toEqual(PONG_1);
			dispose?.();
		});

		it('stops calling a listener that has unsubscribed', async () => {
			const { transport, flush, received, dispose } = await opened();
			let calls = 0;
			const unsubscribe = transport.onBytes(() => (calls += 1));
			unsubscribe();
			transport.write(PING_1);
			await flush();
			expect(received).toEqual(PONG_1);
			expect(calls).toBe(0);
			dispose?.();
		});

		it('reports an unplugged cable once; writes then go nowhere and do not throw', async () => {
			const { transport, flush, received, unplug, dispose } = await opened();
			const reasons: [string, string][] = [];
			transport.onLost((reason) => reasons.push([reason, transport.state]));
			transport.write(PING_1);
			await unplug();
			await flush();
			expect(reasons).toHaveLength(1);
			expect(reasons[0]?.[1]).toBe('lost');
			const before = received.length;
			expect(() => transport.write(PING_2)).not.toThrow();
			await flush();
			expect(received).toHaveLength(before);
			expect(transport.state).toBe('lost');
			dispose?.();
		});

		it('refuses to open without a cable and opens again with one', async () => {
			const { transport, flush, received, unplug, replug, dispose } = await opened();
			await unplug();
			await flush();
			await expect(transport.open(OPTIONS)).rejects.toMatchObject({ code: 'port_gone' });
			await replug();
			await transport.open(OPTIONS);
			expect(transport.state).toBe('open');
			received.length = 0;
			transport.write(PING_2);
			await flush();
			expect(received).toEqual(PONG_2);
			dispose?.();
		});

		it('delivers nothing after close', async () => {
			const { transport, flush, received, dispose } = await opened();
			transport.write(PING_1);
			await transport.close();
			await flush();
			transport.write(PING_2);
			await flush();
			expect(received).toEqual([]);
			dispose?.();
		});

		it('hears nothing at another baud rate than the servos', async () => {
			const { transport, flush, dispose } = await make();
			const received: number[] = [];
			transport.onBytes((bytes) => received.push(...bytes));
			await transport.open({ baudRate: 500_000 });
			transport.write(PING_1);
			await flush();
			expect(received).toEqual([]);
			dispose?.();
		});
	});
}
