import { createVirtualScheduler } from '$lib/core';
import { describe, expect, it } from 'vitest';
import { FakeSerialPort } from '../../robot/transport/testing/fake-serial-port';
import { FakeLocks } from '../testing/fake-locks';
import { holdPort, type PortHoldOptions } from './port-hold';
import { comesBack, findPort, identitiesOf } from './serial-ports';
import { takeTabNumber } from './tab-number';

const CH343 = { usbVendorId: 0x1a86, usbProductId: 0x55d3 };
const STM32 = { usbVendorId: 0x0483, usbProductId: 0x5740 };

function table(...ports: FakeSerialPort[]): {
	options: PortHoldOptions;
	locks: FakeLocks;
	serial: SerialPort[];
} {
	const locks = new FakeLocks();
	const serial = ports as unknown as SerialPort[];
	const options: PortHoldOptions = {
		serial: { getPorts: () => Promise.resolve(serial) },
		locks: locks as unknown as LockManager,
		scheduler: createVirtualScheduler(),
		patient: false,
		id: 'follower',
		own: new Map(),
		tab: null
	};
	return { options, locks, serial };
}

describe('the port of a real arm', () => {
	const identity = { index: 0, ...CH343 };

	it('is ours alone until it is released', async () => {
		const { options } = table(new FakeSerialPort(CH343));
		const mine = await holdPort(identity, options);
		expect(mine.ok && mine.value.transport.state).toBe('open');
		const otherTab = { ...options, own: new Map() };
		expect(await holdPort(identity, otherTab)).toMatchObject({ ok: false, error: { cause: 'other_tab' } });
		if (mine.ok) await mine.value.release();
		expect(await holdPort(identity, options)).toMatchObject({ ok: true });
	});

	it('says to another tab which one has it', async () => {
		const { options, locks } = table(new FakeSerialPort(CH343));
		const tabs = locks as unknown as LockManager;
		const [first, second] = [await takeTabNumber(tabs), await takeTabNumber(tabs)];
		expect([first, second]).toEqual([1, 2]);
		const mine = await holdPort(identity, { ...options, tab: second });
		const otherTab = { ...options, own: new Map(), tab: first };
		expect(await holdPort(identity, otherTab)).toMatchObject({
			error: { cause: 'other_tab', details: { tab: 2 } }
		});
		if (mine.ok) await mine.value.release();
		expect(await holdPort(identity, otherTab)).toMatchObject({ ok: true });
		expect(await holdPort(identity, { ...options, own: new Map(), tab: second })).toMatchObject({
			error: { cause: 'other_tab', details: { tab: 1 } }
		});
	});

	it('gives the lock back when the port cannot be opened', async () => {
		const port = new FakeSerialPort(CH343);
		port.busy = true;
		const { options } = table(port);
		expect(await holdPort(identity, options)).toMatchObject({ ok: false, error: { cause: 'port_busy' } });
		port.busy = false;
		expect(await holdPort(identity, options)).toMatchObject({ ok: true });
	});

	it.each([
		['no such board is there', () => table(new FakeSerialPort(STM32)), 'unplugged'],
		['the cable was pulled', () => unplugged(), 'unplugged'],
		['the worker has no serial ports', () => withoutSerial(), 'no_serial_api']
	])('is refused when %s', async (_, make, cause) => {
		const { options } = make();
		expect(await holdPort(identity, options)).toMatchObject({ ok: false, error: { cause } });
	});

	it('comes back to its own place in the list or to another one, while its neighbour stays open', async () => {
		const [leader, follower, again] = [0, 1, 2].map(() => new FakeSerialPort(CH343)) as [
			FakeSerialPort,
			FakeSerialPort,
			FakeSerialPort
		];
		const listed = [leader, follower] as unknown as SerialPort[];
		const { options } = table();
		const ours = { ...options, serial: { getPorts: () => Promise.resolve(listed) }, own: new Map() };
		expect(await holdPort({ index: 1, ...CH343 }, ours)).toMatchObject({ ok: true });
		const lost = await holdPort({ index: 0, ...CH343 }, ours);
		if (lost.ok) await lost.value.release();
		// The leader was plugged in again: now it is the second one.
		listed.splice(0, 2, follower as unknown as SerialPort, again as unknown as SerialPort);
		expect(await holdPort({ index: 0, ...CH343 }, ours)).toMatchObject({ ok: false });
		const back = await holdPort({ index: 1, ...CH343 }, ours);
		expect(back).toMatchObject({ ok: true, value: { port: { index: 1 } } });
		// Another tab gets neither.
		const theirs = { ...ours, own: new Map() };
		for (const index of [0, 1])
			expect(await holdPort({ index, ...CH343 }, theirs)).toMatchObject({ error: { cause: 'other_tab' } });
		if (back.ok) await back.value.release();
		expect(await holdPort({ index: 1, ...CH343 }, ours)).toMatchObject({ ok: true });
	});

	it('comes back by itself where a browser can know its board again, and is chosen anew where not', () => {
		expect(comesBack(identity)).toBe('auto');
		expect(comesBack({ index: 0, ...STM32 })).toBe('auto');
		expect(comesBack({ index: 0, usbVendorId: 0x1a86, usbProductId: 0x7523 })).toBe('ask');
		expect(comesBack(null)).toBe('ask');
	});

	it('is found at its place, else where it is the only such board', () => {
		const { serial } = table(new FakeSerialPort(STM32), new FakeSerialPort(CH343), new FakeSerialPort(CH343));
		expect(identitiesOf(serial)).toEqual([
			{ index: 0, ...STM32 },
			{ index: 1, ...CH343 },
			{ index: 2, ...CH343 }
		]);
		expect(findPort(serial, { index: 2, ...CH343 })?.identity.index).toBe(2);
		// One of two arms that look alike: not to be guessed.
		expect(findPort(serial, { index: 0, ...CH343 })).toBeNull();
		expect(findPort(serial.slice(0, 2), { index: 0, ...CH343 })?.identity.index).toBe(1);
		expect(findPort(serial, { index: 5, ...STM32 })?.identity.index).toBe(0);
		expect(findPort(serial.slice(0, 1), { index: 0, ...CH343 })).toBeNull();
	});
});

function unplugged(): ReturnType<typeof table> {
	const port = new FakeSerialPort(CH343);
	port.unplug();
	return table(port);
}

function withoutSerial(): ReturnType<typeof table> {
	const made = table();
	return { ...made, options: { ...made.options, serial: undefined } };
}
