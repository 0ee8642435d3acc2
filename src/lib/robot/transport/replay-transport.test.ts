// A trace of the virtual chain, written to a file and read back, is as good as the chain: the transport's contract, bus
// and loop see the same. Whatever is asked otherwise is reported and stays without answer.

import { describe, expect, it } from 'vitest';
import { createVirtualScheduler, type VirtualScheduler } from '$lib/core';
import { runCase } from '$lib/core/testing/contract';
import { SO101, type SerialTransport, type TickBatch } from '$lib/contracts';
import { createChainTransport, createSo101Chain, Wire, type FaultRates } from '$lib/sim';
import { createBusCommands } from '../bus/bus-commands';
import { createFeetechBus, STS3215_DRIVER } from '../feetech';
import { createScriptedPlant, createVirtualLoop, settle, type VirtualArm } from '../testing/virtual-arm';
import { createReplayTransport, type ReplayTransport } from './replay-transport';
import { createTraceRing, tapTransport, type Trace } from './trace';
import { decodeTrace, encodeTrace } from './trace-file';
import { transportContract, type TransportHarness } from './transport.contract';
import { chainTransport } from './testing/transports';

function throughFile(trace: Trace): Trace {
	const read = decodeTrace(encodeTrace(trace));
	if (!read.ok) throw new Error(read.error.message);
	return read.value;
}

function pass(scheduler: VirtualScheduler): Promise<void> {
	scheduler.advanceTo(scheduler.now() + 50);
	return Promise.resolve();
}

describe('SerialTransport: replay of what the same case recorded on the virtual chain', () => {
	for (const contractCase of transportContract)
		it(contractCase.name, async () => {
			const ring = createTraceRing();
			const scheduler = createVirtualScheduler();
			await runCase(contractCase, (): TransportHarness => {
				const chain = chainTransport(1, scheduler);
				return { ...chain, transport: tapTransport(chain.transport, scheduler, ring) };
			});
			const replayed = createVirtualScheduler();
			const transport = createReplayTransport(throughFile({ virtual: true, ...ring.take() }), replayed);
			// Pulled cables come out of the trace by themselves.
			const nothing = (): void => undefined;
			await runCase(contractCase, (): TransportHarness => ({
				transport,
				flush: () => pass(replayed),
				unplug: nothing,
				replug: nothing
			}));
			expect([transport.difference, transport.finished]).toEqual([null, true]);
		});
});

interface Readings {
	readonly identities: unknown[];
	readonly positions: unknown[];
	readonly batches: TickBatch[];
	readonly counters: unknown;
}

/** What bus and loop make of a pipe: who is there, where the joints are, half a second of ticks. */
async function readArm(transport: SerialTransport, scheduler: VirtualScheduler): Promise<Readings> {
	await transport.open({ baudRate: SO101.baudRate });
	const bus = createFeetechBus(transport, scheduler);
	const commands = createBusCommands(bus);
	const identities: unknown[] = [];
	const positions: unknown[] = [];
	for (const { servoId } of SO101.joints) {
		identities.push(await settle(scheduler, STS3215_DRIVER.identify(commands, servoId)));
		positions.push(await settle(scheduler, STS3215_DRIVER.readPosition(commands, servoId)));
	}
	const loop = createVirtualLoop({ bus, scheduler } as VirtualArm);
	loop.start(scheduler.now() + 1);
	scheduler.advanceTo(scheduler.now() + 500);
	loop.stop();
	const batches: TickBatch[] = [];
	for (let batch = loop.takeBatch(); batch !== null; batch = loop.takeBatch()) batches.push(batch);
	const { ticks, missedTicks, failedTicks, retries, badPackets } = loop.counters;
	return {
		identities,
		positions,
		batches,
		counters: { ticks, missedTicks, failedTicks, retries, badPackets }
	};
}

async function record(faults: FaultRates, seed: number): Promise<{ trace: Trace; seen: Readings }> {
	const scheduler = createVirtualScheduler();
	const plant = createScriptedPlant((joint, tS) => 0.2 * Math.sin(3 * tS + joint));
	const wire = new Wire({ chain: createSo101Chain({ plant }), usbFrameMs: 1, faults, seed });
	const ring = createTraceRing();
	const tapped = tapTransport(createChainTransport(wire, scheduler), scheduler, ring);
	const seen = await readArm(tapped, scheduler);
	return { trace: { virtual: true, ...ring.take() }, seen };
}

/** The file keeps microseconds, and a reading's time comes from two of them. */
const FILE_STAMP_MS = 0.002;

const stamps = (seen: Readings): number[] => seen.batches.flatMap((batch) => [...batch.tMs]);

function unstamped({ batches, ...rest }: Readings): object {
	return { ...rest, batches: batches.map((batch) => ({ ...batch, tMs: null })) };
}

function furthestApartMs(a: readonly number[], b: readonly number[]): number {
	return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
}

const FAULTS: FaultRates = { corrupt: 0.02, dropByte: 0.01, dropPacket: 0.02, late: 0.01, noise: 0.01 };

describe('bus and loop on a played trace', () => {
	it.each([
		['a clean line', {}, 1],
		['a noisy line', FAULTS, 7],
		['a noisy line, another seed', FAULTS, 8]
	])('read what they read on the virtual chain: %s', async (_, faults, seed) => {
		const { trace, seen } = await record(faults, seed);
		const scheduler = createVirtualScheduler();
		const transport = createReplayTransport(throughFile(trace), scheduler);
		const again = await readArm(transport, scheduler);
		expect(unstamped(again)).toEqual(unstamped(seen));
		expect(furthestApartMs(stamps(again), stamps(seen))).toBeLessThan(FILE_STAMP_MS);
		expect(transport.difference).toBeNull();
		expect(seen.batches.flatMap((batch) => [...batch.state]).some(Number.isFinite)).toBe(true);
	});

	it('gets the readings of another calibration never: a request that differs is reported, then silence', async () => {
		const { trace } = await record({}, 1);
		const scheduler = createVirtualScheduler();
		const transport = createReplayTransport(trace, scheduler);
		await transport.open({ baudRate: SO101.baudRate });
		const heard = listen(transport);
		const commands = createBusCommands(createFeetechBus(transport, scheduler));
		const answer = await settle(scheduler, STS3215_DRIVER.readPosition(commands, 3));
		expect(answer.ok).toBe(false);
		expect(transport.difference).toMatchObject({ entry: 1, what: 'bytes' });
		expect(heard).toEqual([]);
		// Nor does the request that had been due wake it again.
		await settle(scheduler, commands.ping(1));
		expect([heard, transport.finished]).toEqual([[], false]);
	});
});

function listen(transport: SerialTransport): number[] {
	const heard: number[] = [];
	transport.onBytes((bytes) => heard.push(...bytes));
	return heard;
}

describe('differences', () => {
	const trace: Trace = {
		virtual: true,
		dropped: 0,
		entries: [
			{ kind: 'open', atMs: 0, baudRate: 1000 },
			{ kind: 'out', atMs: 1, bytes: Uint8Array.of(1, 2) },
			{ kind: 'in', atMs: 3, bytes: Uint8Array.of(9) }
		]
	};
	const play = (): {
		replay: ReplayTransport;
		scheduler: VirtualScheduler;
		heard: number[];
		said: string[];
	} => {
		const scheduler = createVirtualScheduler(100);
		const replay = createReplayTransport(trace, scheduler);
		const said: string[] = [];
		replay.onDifference(({ what }) => said.push(what));
		return { replay, scheduler, heard: listen(replay), said };
	};

	it('another rate: silence', async () => {
		const { replay, scheduler, heard, said } = play();
		await replay.open({ baudRate: 500 });
		replay.write(Uint8Array.of(1, 2));
		await pass(scheduler);
		expect([said, heard]).toEqual([['rate'], []]);
	});

	it('more than was recorded: the recorded answer, then silence', async () => {
		const { replay, scheduler, heard, said } = play();
		await replay.open({ baudRate: 1000 });
		replay.write(Uint8Array.of(1, 2, 3));
		await pass(scheduler);
		expect([said, heard]).toEqual([['ended'], [9]]);
	});

	it('a second opening where a request was due', async () => {
		const { replay, said } = play();
		await replay.open({ baudRate: 1000 });
		await replay.open({ baudRate: 1000 });
		expect([said, replay.difference?.got]).toEqual([['order'], 'open at 1000']);
	});

	it('plays no trace whose beginning is missing', () => {
		expect(() => createReplayTransport({ ...trace, dropped: 3 }, createVirtualScheduler())).toThrow(
			RangeError
		);
	});
});
