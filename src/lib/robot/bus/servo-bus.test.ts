import { describe, expect, it } from 'vitest';
import { createVirtualScheduler, type VirtualScheduler } from '$lib/core';
import { checksum, FEETECH_PROTOCOL } from '../feetech/packet';
import { createFeetechBus } from '../feetech';
import { createVirtualArm, settle } from '../testing/virtual-arm';
import { createMemoryPipe, type FarEnd } from '../transport/memory-transport';
import { createBusCommands, type BusCommands } from './bus-commands';
import { createExchange } from './exchange';
import type { ServoBus } from './servo-bus';

interface Bench {
	readonly scheduler: VirtualScheduler;
	readonly far: FarEnd;
	readonly bus: ServoBus;
	readonly commands: BusCommands;
	/** Requests as they reached the far end. */
	readonly asked: number[][];
}

/** A bus whose far end the test plays by hand. */
async function bench(answer: (request: number[], bench: Bench) => void): Promise<Bench> {
	const scheduler = createVirtualScheduler();
	const { near, far } = createMemoryPipe(scheduler);
	await near.open({ baudRate: 1_000_000 });
	const bus = createFeetechBus(near, scheduler, { usbFrameMs: 0, marginMs: 2 });
	const made: Bench = { scheduler, far, bus, commands: createBusCommands(bus), asked: [] };
	far.onBytes = (bytes) => {
		made.asked.push([...bytes]);
		answer([...bytes], made);
	};
	return made;
}

function status(id: number, params: readonly number[], bits = 0): Uint8Array {
	const packet = Uint8Array.from([0xff, 0xff, id, params.length + 2, bits, ...params, 0]);
	packet[packet.length - 1] = checksum(packet, 2, packet.length - 1);
	return packet;
}

const isRead = (request: number[]): boolean => request[4] === 2;
const wanted = (request: number[]): number => request[6] ?? 0;
/** Reading of a register block that holds `value` everywhere. */
const reading = (id: number, request: number[], value: number): Uint8Array =>
	status(id, new Array<number>(wanted(request)).fill(value));

describe('rare commands', () => {
	it('read, write and ping by the bytes', async () => {
		const b = await bench((request, { far }) =>
			far.send(isRead(request) ? status(1, [0x18, 0x05]) : status(1, []))
		);
		expect(await settle(b.scheduler, b.commands.read(1, 56, 2))).toEqual({
			ok: true,
			value: Uint8Array.of(0x18, 0x05)
		});
		expect(await settle(b.scheduler, b.commands.ping(1))).toEqual({ ok: true, value: { bits: 0 } });
		expect(await settle(b.scheduler, b.commands.write(1, 40, Uint8Array.of(1)))).toEqual({
			ok: true,
			value: true
		});
		expect(b.asked[2]).toEqual([0xff, 0xff, 1, 4, 3, 40, 1, 0xce]);
	});

	it('asks three times and then says so', async () => {
		const b = await bench(() => undefined);
		expect(await settle(b.scheduler, b.commands.read(4, 56, 2))).toEqual({
			ok: false,
			error: { code: 'timeout', ids: [4], bits: 0 }
		});
		expect(b.asked).toHaveLength(3);
		expect(b.bus.counters).toMatchObject({ retries: 2, failures: 1 });
	});

	it('tells damage, strangers and servo faults apart', async () => {
		const damaged = await bench((_request, { far }) => {
			const packet = status(1, [1, 2]);
			packet[5] = 9;
			far.send(packet);
		});
		expect(await settle(damaged.scheduler, damaged.commands.read(1, 56, 2))).toMatchObject({
			error: { code: 'checksum' }
		});
		const stranger = await bench((request, { far }) => far.send(reading(5, request, 1)));
		expect(await settle(stranger.scheduler, stranger.commands.read(1, 56, 2))).toMatchObject({
			error: { code: 'wrong_id' }
		});
		const faulty = await bench((request, { far }) =>
			far.send(status(1, new Array<number>(wanted(request)).fill(0), 0x20))
		);
		expect(await settle(faulty.scheduler, faulty.commands.read(1, 56, 2))).toEqual({
			ok: false,
			error: { code: 'servo', ids: [1], bits: 0x20 }
		});
	});

	it('writes lasting memory only when it differs, and counts it', async () => {
		const b = await bench((request, { far }) =>
			far.send(isRead(request) ? reading(1, request, 7) : status(1, []))
		);
		expect(await settle(b.scheduler, b.commands.write(1, 21, Uint8Array.of(7)))).toEqual({
			ok: true,
			value: false
		});
		expect(b.bus.counters.eepromWrites).toBe(0);
		expect(await settle(b.scheduler, b.commands.write(1, 21, Uint8Array.of(8)))).toEqual({
			ok: true,
			value: true
		});
		expect(b.bus.counters.eepromWrites).toBe(1);
		await expect(b.commands.syncWrite([1, 2], 9, 2, new Uint8Array(4))).rejects.toThrow(RangeError);
	});

	it('fails everything that waits when the port goes, and refuses what comes later', async () => {
		const b = await bench(() => undefined);
		const all = [b.commands.ping(1), b.commands.ping(2), b.commands.read(3, 56, 2)];
		b.scheduler.at(1, () => b.far.unplug());
		for (const result of await settle(b.scheduler, Promise.all(all)))
			expect(result).toMatchObject({ ok: false, error: { code: 'lost' } });
		expect(await b.commands.ping(1)).toMatchObject({ ok: false, error: { code: 'lost' } });
		expect(b.scheduler.pendingCount).toBe(0);
	});
});

describe('an answer that comes late', () => {
	it('is never taken for the answer to the same question asked again', async () => {
		// Every read is answered one request late, with the value the servo had when it was asked.
		let value = 0;
		let owed: Uint8Array | null = null;
		const b = await bench((request, { far }) => {
			value += 1;
			if (owed !== null) far.send(owed);
			owed = reading(1, request, value);
		});
		for (let k = 0; k < 30; k++) {
			const before = value;
			const result = await settle(b.scheduler, b.commands.read(1, 56, 2));
			// Whatever is believed was said in answer to this question, never to an older one.
			if (result.ok) expect(result.value[0]).toBeGreaterThan(before);
		}
		expect(b.bus.counters.lateReplies).toBeGreaterThan(5);
	});

	it('does not spoil the next question once the servo is itself again', async () => {
		let silent = true;
		const late: Uint8Array[] = [];
		const b = await bench((request, { far }) => {
			if (silent) late.push(reading(1, request, 11));
			else {
				for (const packet of late.splice(0)) far.send(packet);
				far.send(reading(1, request, 22));
			}
		});
		expect((await settle(b.scheduler, b.commands.read(1, 56, 2))).ok).toBe(false);
		silent = false;
		expect(await settle(b.scheduler, b.commands.read(1, 56, 2))).toEqual({
			ok: true,
			value: Uint8Array.of(22, 22)
		});
		expect(b.bus.counters.lateReplies).toBe(3);
	});

	it('an acknowledgement that is owed must be settled before the next write counts', async () => {
		const written: number[] = [];
		let silent = true;
		const b = await bench((request, { far }) => {
			if (isRead(request)) far.send(reading(1, request, 0));
			else if (silent) written.push(request[6] ?? -1);
			else {
				written.push(request[6] ?? -1);
				far.send(status(1, []));
			}
		});
		expect((await settle(b.scheduler, b.commands.write(1, 41, Uint8Array.of(5)))).ok).toBe(false);
		silent = false;
		b.asked.length = 0;
		expect((await settle(b.scheduler, b.commands.write(1, 41, Uint8Array.of(6)))).ok).toBe(true);
		// A read first, whose answer proves that nothing older can follow.
		expect(b.asked.map((request) => request[4])).toEqual([2, 3]);
		expect(written.at(-1)).toBe(6);
	});
});

describe('an adapter that hears itself', () => {
	it('answers are found behind the echo', async () => {
		const b = await bench((request, { far }) => {
			const answer = isRead(request) ? reading(1, request, 3) : status(1, []);
			far.send(Uint8Array.from([...request, ...answer]));
		});
		expect(await settle(b.scheduler, b.commands.read(1, 56, 2))).toEqual({
			ok: true,
			value: Uint8Array.of(3, 3)
		});
		expect((await settle(b.scheduler, b.commands.ping(1))).ok).toBe(true);
		expect((await settle(b.scheduler, b.commands.write(1, 41, Uint8Array.of(3)))).ok).toBe(true);
	});

	it('an echo alone is no reading', async () => {
		const b = await bench((request, { far }) => far.send(Uint8Array.from(request)));
		expect((await settle(b.scheduler, b.commands.read(1, 56, 2))).ok).toBe(false);
	});

	it('a servo that complains about its voltage answers a ping with the bytes of the ping', async () => {
		const b = await bench((request, { far }) =>
			far.send(isRead(request) ? reading(1, request, 0) : status(1, [], 1))
		);
		expect(await settle(b.scheduler, b.commands.ping(1))).toEqual({ ok: true, value: { bits: 1 } });
	});
});

describe('sync read', () => {
	it('names the servos that are missing and keeps the others', async () => {
		const arm = await createVirtualArm();
		const servo = arm.chain.servos[3];
		if (servo !== undefined) servo.missing = true;
		expect(await arm.settle(arm.commands.syncRead([1, 2, 3, 4, 5, 6], 56, 2))).toEqual({
			ok: false,
			error: { code: 'partial', ids: [4], bits: 0 }
		});
	});

	it('asks again only for what is missing', async () => {
		const b = await bench((request, { far, asked }) => {
			const ids = request.slice(7, -1);
			for (const id of ids)
				if (id !== 2 || asked.length > 1) far.send(status(id, new Array<number>(wanted(request)).fill(id)));
		});
		const result = await settle(b.scheduler, b.commands.syncRead([1, 2, 3], 56, 2));
		expect(result).toEqual({ ok: true, value: Uint8Array.of(1, 1, 2, 2, 3, 3) });
		expect(b.asked[1]?.slice(7, -1)).toEqual([2]);
	});

	it('a packet that added up by accident is withdrawn because a byte is left behind it', async () => {
		// A doubled byte that equals the check byte: the packet is one byte late and still adds up.
		const good = status(1, [0x10, 0x20, 0x30]);
		const check = good.at(-1) ?? 0;
		const params = [0x10, check, check, 0x30];
		const shifted = Uint8Array.from([0xff, 0xff, 1, 5, 0, ...params.slice(0, 3), 0x30, 0x99]);
		shifted[8] = checksum(shifted, 2, 8);
		let first = true;
		const b = await bench((request, { far }) => {
			if (first) far.send(shifted);
			else far.send(reading(1, request, 5));
			first = false;
		});
		expect(await settle(b.scheduler, b.commands.syncRead([1], 56, 3))).toEqual({
			ok: true,
			value: Uint8Array.of(5, 5, 5)
		});
	});
});

describe('the fast lane', () => {
	it('goes before the queue and is not held up for long by a rare request without answer', async () => {
		const b = await bench((request, { far }) => {
			if (request[4] === 0x82)
				for (const id of request.slice(7, -1))
					far.send(status(id, new Array<number>(wanted(request)).fill(id)));
		});
		void b.commands.read(1, 56, 2);
		void b.commands.read(2, 56, 2);
		const urgent = createExchange('syncRead', [3, 4], 56, 2);
		let doneMs = -1;
		urgent.onDone = () => (doneMs = b.scheduler.now());
		urgent.deadlineMs = 5;
		b.scheduler.at(0.1, () => b.bus.submitUrgent(urgent));
		b.scheduler.advanceTo(5);
		expect(urgent.outcome).toBe('ok');
		expect(doneMs).toBeLessThan(1);
		expect(b.asked[1]?.[4]).toBe(0x82);
		expect(b.asked[2]?.[2]).toBe(1);
	});

	it('nothing counts that arrives after the deadline', async () => {
		const b = await bench((request, { far, scheduler }) =>
			scheduler.at(scheduler.now() + 6, () => far.send(reading(1, request, 1)))
		);
		const urgent = createExchange('syncRead', [1], 56, 2);
		urgent.deadlineMs = 5;
		b.bus.submitUrgent(urgent);
		b.scheduler.advanceTo(50);
		expect(urgent.outcome).toBe('timeout');
		expect(b.bus.counters.lateReplies).toBeGreaterThan(0);
	});

	it('a goal goes out even when the servos owe too much to be asked', async () => {
		const b = await bench(() => undefined);
		const goal = new Uint8Array(32);
		const length = FEETECH_PROTOCOL.encodeSyncWrite(goal, 0, 42, 2, Uint8Array.of(1), Uint8Array.of(0, 8));
		for (let k = 0; k < 40; k++) {
			const urgent = createExchange('syncRead', [1], 56, 15);
			urgent.prefix = goal;
			urgent.prefixLength = length;
			urgent.deadlineMs = b.scheduler.now() + 5;
			b.bus.submitUrgent(urgent);
			b.scheduler.advanceTo(b.scheduler.now() + 5);
			b.bus.abandon(urgent);
		}
		expect(b.asked.filter((request) => request[4] === 0x83)).toHaveLength(40);
	});
});
