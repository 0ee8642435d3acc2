// A real arm before it is driven, on a virtual chain under virtual time, with the port's hold as a fake.

import { describe, expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import { SO101 } from '$lib/contracts';
import { settle } from '$lib/robot/testing/virtual-arm';
import { Wire, createChainTransport, createSo101Chain, type So101ChainOptions } from '$lib/sim';
import { RealArm } from './real-arm';

const PORT = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };
const PING = 1;
const P_GAIN = 21;
const TORQUE = 40;
const LOCK = 55;

async function openArm(options: So101ChainOptions) {
	const scheduler = createVirtualScheduler();
	const chain = createSo101Chain(options);
	const wire = new Wire({ chain, usbFrameMs: 1 });
	const inner = createChainTransport(wire, scheduler, 'follower');
	const transport = Object.assign(inner, { abandon: () => inner.unplug() });
	const arm = new RealArm(scheduler, async (port) => {
		await transport.open({ baudRate: SO101.baudRate });
		return { ok: true, value: { port, transport, release: () => transport.close() } };
	});
	const run = <T>(promise: Promise<T>): Promise<T> => settle(scheduler, promise);
	expect(await run(arm.open(PORT, false))).toMatchObject({ ok: true });
	return { arm, chain, wire, run, transport, scheduler };
}

async function lookAt(options: So101ChainOptions) {
	const { arm, chain, run } = await openArm(options);
	expect(await run(arm.look())).toMatchObject({ ok: true });
	const bytes = (register: number): readonly number[] =>
		chain.servos.map(({ memory }) => memory.byte(register));
	return { arm, chain, run, bytes, lastingWrites: () => arm.line?.bus.counters.eepromWrites ?? Number.NaN };
}

describe('an arm whose answers are late', () => {
	it.each([60, 150, 300, 600])('by %i ms is said to be slow, not to lack servos', async (lateMs) => {
		const { arm, wire, run } = await openArm({});
		wire.dice.rates = { late: 1, lateMs: [lateMs, lateMs] };
		expect(await run(arm.look())).toMatchObject({ ok: false, error: { cause: 'slow_answers' } });
		wire.dice.rates = {};
		expect(await run(arm.look())).toMatchObject({ ok: true });
	});
});

describe('an arm that answered, and then not for a while', () => {
	/** From the first question of the session on nothing comes for so long; null: ever. */
	async function silentFor(silentMs: number | null) {
		const { arm, wire, run, transport, scheduler } = await openArm({});
		const write = transport.write.bind(transport);
		let asked = false;
		transport.write = (bytes) => {
			if (bytes[4] === PING && !asked) {
				asked = true;
				wire.dice.rates = { dropPacket: 1 };
				if (silentMs !== null) scheduler.at(scheduler.now() + silentMs, () => (wire.dice.rates = {}));
			}
			write(bytes);
		};
		return { found: await run(arm.look()) };
	}

	it('and then again is not without power, nor does it lack servos', async () => {
		const { found } = await silentFor(1000);
		expect(found).toMatchObject({ ok: false, error: { cause: 'slow_answers' } });
	});

	it('and not again has no power', async () => {
		const { found } = await silentFor(null);
		expect(found).toMatchObject({ ok: false, error: { cause: 'no_power' } });
	});
});

describe('before a real arm gets torque', () => {
	it('settings that differ are written', async () => {
		const { arm, run, bytes } = await lookAt({ configured: false });
		expect(arm.energised).toBe(false);
		expect(bytes(P_GAIN)).not.toContain(16);
		expect(await run(arm.prepare())).toMatchObject({ ok: true });
		expect(new Set(bytes(P_GAIN))).toEqual(new Set([16]));
		expect(new Set(bytes(LOCK))).toEqual(new Set([1]));
	});

	it('and it stands stiff without them, it is refused until a person has let it go', async () => {
		const { arm, chain, run, bytes, lastingWrites } = await lookAt({ configured: false, energised: true });
		expect(arm.energised).toBe(true);
		for (let press = 0; press < 2; press++)
			expect(await run(arm.prepare())).toMatchObject({ ok: false, error: { code: 'arm_energised' } });
		expect(lastingWrites()).toBe(0);
		expect(new Set(bytes(TORQUE))).toEqual(new Set([1]));
		for (const { memory } of chain.servos) memory.setByte(TORQUE, 0);
		expect(await run(arm.prepare())).toMatchObject({ ok: true });
		expect(new Set(bytes(P_GAIN))).toEqual(new Set([16]));
	});

	it('and it stands stiff with them, nothing is written', async () => {
		const { arm, run, lastingWrites } = await lookAt({ energised: true });
		expect(await run(arm.prepare())).toMatchObject({ ok: true });
		expect(lastingWrites()).toBe(0);
	});

	it('two clicks write once', async () => {
		const once = await lookAt({ configured: false });
		await once.run(once.arm.prepare());
		const twice = await lookAt({ configured: false });
		const both = await twice.run(Promise.all([twice.arm.prepare(), twice.arm.prepare()]));
		expect(both).toMatchObject([{ ok: true }, { ok: true }]);
		expect(twice.lastingWrites()).toBe(once.lastingWrites());
		expect(new Set(twice.bytes(LOCK))).toEqual(new Set([1]));
		// And a third one later finds nothing left to write.
		await twice.run(twice.arm.prepare());
		expect(twice.lastingWrites()).toBe(once.lastingWrites());
	});

	it('what was begun on a line that is gone says nothing of the next one', async () => {
		const { arm, run } = await lookAt({ configured: false });
		const begun = arm.prepare();
		const again = arm.open(PORT, false);
		expect(await run(begun)).toMatchObject({ ok: false });
		await run(again);
		await run(arm.look());
		expect(await run(arm.prepare())).toMatchObject({ ok: true });
	});
});
