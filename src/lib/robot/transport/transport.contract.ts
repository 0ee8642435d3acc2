// What every SerialTransport promises. At the far end stands a chain of servos with ids 1..6 that answers pings at
// 1 Mbaud; the transport is closed when it is handed over.

import type { SerialTransport } from '$lib/contracts';
import { check, equal, rejects, type Contract, type ContractHarness } from '$lib/core/testing/contract';

export interface TransportHarness extends ContractHarness {
	readonly transport: SerialTransport;
	/** Lets time pass until nothing is under way any more. */
	readonly flush: () => Promise<void>;
	readonly unplug: () => void | Promise<void>;
	readonly replug: () => void | Promise<void>;
}

const PING_1 = Uint8Array.of(0xff, 0xff, 1, 2, 1, 0xfb);
const PING_2 = Uint8Array.of(0xff, 0xff, 2, 2, 1, 0xfa);
const PONG_1 = [0xff, 0xff, 1, 2, 0, 0xfc];
const PONG_2 = [0xff, 0xff, 2, 2, 0, 0xfb];
const OPTIONS = { baudRate: 1_000_000 };

async function opened({ transport }: TransportHarness): Promise<{ received: number[]; stamps: number[] }> {
	const received: number[] = [];
	const stamps: number[] = [];
	transport.onBytes((bytes, atMs) => {
		received.push(...bytes);
		stamps.push(atMs);
	});
	await transport.open(OPTIONS);
	return { received, stamps };
}

export const transportContract: Contract<TransportHarness> = [
	{
		name: 'has an id and goes from closed to open to closed',
		async run({ transport }) {
			check(transport.id !== '', 'no id');
			equal(transport.state, 'closed', 'state at first');
			await transport.open(OPTIONS);
			equal(transport.state, 'open', 'state after open');
			await transport.close();
			equal(transport.state, 'closed', 'state after close');
		}
	},
	{
		name: 'brings answers byte for byte, in order, with stamps that do not run backwards',
		async run(harness) {
			const { received, stamps } = await opened(harness);
			for (let k = 0; k < 20; k++) {
				harness.transport.write(PING_1);
				harness.transport.write(PING_2);
			}
			await harness.flush();
			equal(received, Array.from({ length: 20 }, () => [...PONG_1, ...PONG_2]).flat(), 'answers');
			equal(
				stamps,
				[...stamps].sort((a, b) => a - b),
				'stamps'
			);
		}
	},
	{
		name: 'never answers from inside write',
		async run(harness) {
			const { received } = await opened(harness);
			harness.transport.write(PING_1);
			equal(received, [], 'answer inside write');
			await harness.flush();
			equal(received, PONG_1, 'answer');
		}
	},
	{
		name: 'lets the writer re-use its buffer at once',
		async run(harness) {
			const { received } = await opened(harness);
			const buffer = PING_1.slice();
			harness.transport.write(buffer);
			buffer.fill(0);
			await harness.flush();
			equal(received, PONG_1, 'answer');
		}
	},
	{
		name: 'does not care how a request is cut',
		async run(harness) {
			const { received } = await opened(harness);
			harness.transport.write(PING_1.subarray(0, 1));
			harness.transport.write(PING_1.subarray(1, 5));
			harness.transport.write(PING_1.subarray(5));
			await harness.flush();
			equal(received, PONG_1, 'answer');
		}
	},
	{
		name: 'stops calling a listener that has unsubscribed',
		async run(harness) {
			const { received } = await opened(harness);
			let calls = 0;
			const unsubscribe = harness.transport.onBytes(() => (calls += 1));
			unsubscribe();
			harness.transport.write(PING_1);
			await harness.flush();
			equal(received, PONG_1, 'answer');
			equal(calls, 0, 'calls of the one that left');
		}
	},
	{
		name: 'reports an unplugged cable once; writes then go nowhere and do not throw',
		async run(harness) {
			const { transport, flush } = harness;
			const { received } = await opened(harness);
			const reasons: [string, string][] = [];
			transport.onLost((reason) => reasons.push([reason, transport.state]));
			transport.write(PING_1);
			await harness.unplug();
			await flush();
			equal(reasons.length, 1, 'losses');
			equal(reasons[0]?.[1], 'lost', 'state when told');
			const before = received.length;
			transport.write(PING_2);
			await flush();
			equal(received.length, before, 'bytes after the loss');
			equal(transport.state, 'lost', 'state');
		}
	},
	{
		name: 'refuses to open without a cable and opens again with one',
		async run(harness) {
			const { transport, flush } = harness;
			const { received } = await opened(harness);
			await harness.unplug();
			await flush();
			await rejects(transport.open(OPTIONS), 'port_gone');
			await harness.replug();
			await transport.open(OPTIONS);
			equal(transport.state, 'open', 'state');
			received.length = 0;
			transport.write(PING_2);
			await flush();
			equal(received, PONG_2, 'answer');
		}
	},
	{
		name: 'delivers nothing after close',
		async run(harness) {
			const { received } = await opened(harness);
			harness.transport.write(PING_1);
			await harness.transport.close();
			await harness.flush();
			harness.transport.write(PING_2);
			await harness.flush();
			equal(received, [], 'bytes');
		}
	},
	{
		name: 'hears nothing at another baud rate than the servos',
		async run({ transport, flush }) {
			const received: number[] = [];
			transport.onBytes((bytes) => received.push(...bytes));
			await transport.open({ baudRate: 500_000 });
			transport.write(PING_1);
			await flush();
			equal(received, [], 'bytes');
		}
	}
];
