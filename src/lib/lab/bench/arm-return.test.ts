// The cable goes back in, and it may be another arm's: the bench measures the one it began with, and moves no other.

import { describe, expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import { SO101, type Calibration } from '$lib/contracts';
import { settle } from '$lib/robot/testing/virtual-arm';
import { createChainTransport, createSo101Chain, VIRTUAL_SO101_CALIBRATION, Wire } from '$lib/sim';
import { ArmBench } from './arm-bench';
import type { BenchArm } from './arm-line';
import { handOf, USB_FRAME_MS } from './virtual-bench-arm';

const OTHER: Calibration = Object.fromEntries(
	Object.entries(VIRTUAL_SO101_CALIBRATION).map(([name, entry]) => [
		name,
		{ ...entry, homing_offset: entry.homing_offset + 31 }
	])
);

/** Ports of the same board: `order` says which one is opened at each try. */
async function table(order: readonly ('mine' | 'other')[]) {
	const scheduler = createVirtualScheduler();
	const port = (calibration: Calibration) => {
		const chain = createSo101Chain({ calibration });
		return {
			chain,
			transport: createChainTransport(new Wire({ chain, usbFrameMs: USB_FRAME_MS }), scheduler)
		};
	};
	const ports = { mine: port(VIRTUAL_SO101_CALIBRATION), other: port(OTHER) };
	const { mine } = ports;
	await mine.transport.open({ baudRate: SO101.baudRate });
	const opened: string[] = [];
	let current = mine;
	const arm: BenchArm = {
		kind: 'virtual',
		get transport() {
			return current.transport;
		},
		hand: handOf(mine.chain, mine.transport),
		async reopen() {
			await current.transport.close().catch(() => undefined);
			const which = order[Math.min(opened.length, order.length - 1)] ?? 'mine';
			opened.push(which);
			current = ports[which];
			return current.transport.open({ baudRate: SO101.baudRate }).then(
				() => true,
				() => false
			);
		},
		close: () => current.transport.close()
	};
	const bench = new ArmBench({
		arm,
		scheduler,
		wallNow: () => scheduler.now(),
		prompt: () => undefined,
		stopped: () => false,
		cycles: 100
	});
	await settle(scheduler, bench.connect(0));
	return { scheduler, bench, opened };
}

describe('an arm that comes back to the bench', () => {
	it('is looked for until it is the one of before', async () => {
		const { scheduler, bench, opened } = await table(['other', 'mine']);
		expect(await settle(scheduler, bench.unplug())).toMatchObject({ kind: 'measured' });
		expect(opened).toEqual(['other', 'mine']);
		expect(await settle(scheduler, bench.loop())).toMatchObject({ kind: 'measured' });
	});

	it('is not back when only another one is there', async () => {
		const { scheduler, bench } = await table(['other']);
		expect(await settle(scheduler, bench.unplug())).toMatchObject({ kind: 'failed', failure: 'not_back' });
		// And that one is let go of: nothing that follows may move it.
		expect(await settle(scheduler, bench.loop())).toMatchObject({ kind: 'failed' });
	});
});
