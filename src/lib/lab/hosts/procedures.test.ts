// Procedures on a virtual chain under virtual time, with the port's hold as a fake.

import { describe, expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import { SO101 } from '$lib/contracts';
import { settle } from '$lib/robot/testing/virtual-arm';
import { Wire, createChainTransport, createSo101Chain } from '$lib/sim';
import type { PortHold } from './port-hold';
import { Procedures } from './procedures';

const PORT = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };
/** Servo register: 1 = its lasting memory is closed. */
const LOCK = 55;

describe('a procedure that is ended', () => {
	it('gives the port back when its settings are whole, and whoever ends it waits for that', async () => {
		const scheduler = createVirtualScheduler();
		const chain = createSo101Chain({ configured: false });
		const transport = createChainTransport(new Wire({ chain, usbFrameMs: 1 }), scheduler, 'follower');
		const said: string[] = [];
		const procedures = new Procedures({
			scheduler,
			hold: async (port) => {
				await transport.open({ baudRate: SO101.baudRate });
				const release = async (): Promise<void> => {
					said.push(chain.servos.map(({ memory }) => memory.byte(LOCK)).join(''));
					await transport.close();
				};
				return {
					ok: true,
					value: { port, transport: transport as unknown as PortHold['transport'], release }
				};
			},
			onView: () => undefined
		});
		await settle(scheduler, procedures.start('calibrating', PORT));
		procedures.act({ do: 'begin' });
		// Into the writing: one of the servos is open now.
		while (chain.servos.every(({ memory }) => memory.byte(LOCK) === 1)) {
			await new Promise((resolve) => setImmediate(resolve));
			scheduler.runNext(scheduler.now() + 1000);
		}
		const ends = [procedures.end(), procedures.end()].map((end, k) => end.then(() => said.push(`end ${k}`)));
		await settle(scheduler, Promise.all(ends));
		expect(said[0]).toBe('111111');
		expect(said.slice(1).sort()).toEqual(['end 0', 'end 1']);
	});
});
