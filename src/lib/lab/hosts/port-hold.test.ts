import { createVirtualScheduler } from '$lib/core';
import { describe, expect, it } from 'vitest';
import { FakeSerialPort } from '../../robot/transport/testing/fake-serial-port';
import { FakeLocks } from '../testing/fake-locks';
import { holdPort, type PortHoldOptions } from './port-hold';
import { findPort, identitiesOf } from './serial-ports';

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
		id: 'follower'
	};
	return { options, locks, serial };
}

describe('the port of a real arm', () => {
	const identity = { index: 0, ...CH343 };

	it('is ours alone until it is released', async () => {
		const { options } = table(new FakeSerialPort(CH343));
		const mine = await holdPort(identity, options);
		expect(mine.ok && mine.value.transport.state).toBe('open');
		expect(await holdPort(identity, options)).toMatchObject({ ok: false, error: { cause: 'other_tab' } });
		if (mine.ok) await mine.value.release();
		expect(await holdPort(identity, options)).toMatchObject({ ok: true });
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

	it('is found at its place, else by its board', () => {
		const { serial } = table(new FakeSerialPort(STM32), new FakeSerialPort(CH343), new FakeSerialPort(CH343));
		expect(identitiesOf(serial)).toEqual([
			{ index: 0, ...STM32 },
			{ index: 1, ...CH343 },
			{ index: 2, ...CH343 }
		]);
		expect(findPort(serial, { index: 2, ...CH343 })?.identity.index).toBe(2);
		expect(findPort(serial, { index: 0, ...CH343 })?.identity.index).toBe(1);
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
