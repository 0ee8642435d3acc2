// A second arm beside the first, in Node: on a virtual chain under virtual time, with the port's hold as a fake.

import { describe, expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import { SO101, type Calibration } from '$lib/contracts';
import { createBusCommands, createFeetechBus } from '$lib/robot';
import { createScriptedPlant, settle } from '$lib/robot/testing/virtual-arm';
import { Wire, createChainTransport, createSo101Chain, type So101ChainOptions } from '$lib/sim';
import { problem } from './connect-problems';
import type { LeaderReader } from './leader-reader';
import { RealLeader, type LeaderHold } from './real-leader';

const PORT = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };

function createLeader(options: So101ChainOptions & { refused?: boolean } = {}) {
	const scheduler = createVirtualScheduler();
	const plant = createScriptedPlant((joint) => 0.1 * joint);
	const chain = createSo101Chain({ plant, ...options });
	const transport = createChainTransport(new Wire({ chain, usbFrameMs: 1 }), scheduler, 'leader');
	const said: string[] = [];
	let drives: LeaderReader | null = null;
	const leader = new RealLeader({
		scheduler,
		hold: async (port) => {
			if (options.refused === true) return { ok: false, error: problem('other_tab') };
			await transport.open({ baudRate: SO101.baudRate });
			said.push('held');
			const release = async (): Promise<void> => {
				said.push('released');
				await transport.close();
			};
			return { ok: true, value: { port, transport, release } satisfies LeaderHold };
		},
		onDrives: (reader) => (drives = reader),
		onLost: () => said.push('lost')
	});
	return { scheduler, chain, transport, leader, said, drives: () => drives };
}

describe('a real leader', () => {
	it('is found with its fingerprint and read', async () => {
		const { scheduler, leader, said, drives } = createLeader();
		const found = await settle(scheduler, leader.connect(PORT, false));
		expect(found).toMatchObject({ ok: true, value: { port: PORT, stiff: false } });
		expect(found.ok && found.value.fingerprint).not.toBe('');
		// It drives nobody before the pair was judged.
		expect(drives()).toBeNull();
		expect(leader.drive()).toBe(true);
		expect(drives()?.pose(scheduler.now())).toBeNull();
		scheduler.advanceTo(scheduler.now() + 5);
		expect(drives()?.pose(scheduler.now())?.q[1]).toBeCloseTo(5.7, 0);
		await leader.close();
		expect(drives()).toBeNull();
		expect(leader.drive()).toBe(false);
		expect(said).toEqual(['held', 'released']);
	});

	it('that is stiff says so, and lets go when asked', async () => {
		const { scheduler, leader, chain } = createLeader({ energised: true });
		const found = await settle(scheduler, leader.connect(PORT, false));
		expect(found).toMatchObject({ ok: true, value: { stiff: true } });
		expect(await settle(scheduler, leader.letGo())).toMatchObject({ ok: true });
		expect(chain.servos.every(({ memory }) => memory.byte(40) === 0)).toBe(true);
	});

	it.each<[string, { calibration?: Calibration | null; refused?: boolean }, string]>([
		['was never calibrated', { calibration: null }, 'not_calibrated'],
		['another tab has', { refused: true }, 'other_tab']
	])('that %s is refused and let go of', async (_, options, cause) => {
		const { scheduler, leader, said } = createLeader(options);
		const found = await settle(scheduler, leader.connect(PORT, false));
		expect(found).toMatchObject({ ok: false, error: { cause } });
		expect(leader.drive()).toBe(false);
		expect(said.filter((word) => word === 'held').length).toBe(
			said.filter((word) => word === 'released').length
		);
		expect(await leader.letGo()).toMatchObject({ ok: false });
	});

	it('tells that its cable was pulled, and is no leader any more', async () => {
		const { scheduler, leader, transport, said, drives } = createLeader();
		await settle(scheduler, leader.connect(PORT, false));
		leader.drive();
		transport.unplug();
		await Promise.resolve();
		expect(said).toContain('lost');
		expect(drives()).toBeNull();
	});

	it('is told from the follower by moving it', async () => {
		const hand = createScriptedPlant((joint, tS) =>
			joint === 3 ? 0.3 * Math.sin(3 * Math.max(0, tS - 1)) : 0
		);
		const { scheduler, leader } = createLeader({ plant: hand });
		await settle(scheduler, leader.connect(PORT, false));
		const chain = createSo101Chain({ plant: createScriptedPlant(() => 0) });
		const transport = createChainTransport(new Wire({ chain, usbFrameMs: 1 }), scheduler, 'follower');
		await transport.open({ baudRate: SO101.baudRate });
		const commands = createBusCommands(createFeetechBus(transport, scheduler, { usbFrameMs: 1 }));
		expect(await settle(scheduler, leader.byHand(commands))).toEqual({ ok: true, value: 'leader' });
		expect(await leader.byHand(null)).toMatchObject({ ok: false, error: { cause: 'silent', places: ['b'] } });
		const left = leader.byHand(commands);
		await leader.close();
		expect(await settle(scheduler, left)).toMatchObject({ ok: false });
	});
});
