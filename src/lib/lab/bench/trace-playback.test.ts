// Every byte trace in fixtures/, recorded by the bench page, played back under the bench's own measurements: who answered
// then answers now, and every turn that was read then is read now. A trace of a real arm is put here as it is.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import { SO101 } from '$lib/contracts';
import { createReplayTransport, decodeTrace, type Trace } from '$lib/robot';
import { settle } from '$lib/robot/testing/virtual-arm';
import { ArmBench } from './arm-bench';

const FOLDER = join(import.meta.dirname, 'fixtures');
/** Turns that are played; a trace holds at least these. */
const CYCLES = 60;

function load(name: string): Trace {
	const read = decodeTrace(readFileSync(join(FOLDER, name)));
	if (!read.ok) throw new Error(`${name}: ${read.error.code}, ${read.error.message}`);
	return read.value;
}

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.trace'));

describe.each(names)('%s', (name) => {
	it('is read again, byte for byte', async () => {
		const scheduler = createVirtualScheduler();
		const transport = createReplayTransport(load(name), scheduler);
		await transport.open({ baudRate: SO101.baudRate });
		const bench = new ArmBench({
			arm: {
				kind: 'virtual',
				transport,
				hand: null,
				reopen: () => Promise.resolve(false),
				close: () => transport.close()
			},
			scheduler,
			wallNow: () => scheduler.now(),
			prompt: () => undefined,
			stopped: () => false,
			cycles: CYCLES
		});
		const connected = await settle(scheduler, bench.connect(0));
		expect(connected).toMatchObject({ kind: 'measured', facts: { calibrated: 'yes' } });
		const figures = connected.kind === 'measured' ? connected.figures : [];
		expect(figures.find((figure) => figure.name === 'servos')?.value).toBe(SO101.joints.length);
		const loop = await settle(scheduler, bench.loop());
		expect(loop.kind === 'measured' && loop.figures.find((figure) => figure.name === 'failed')?.value).toBe(
			0
		);
		expect(transport.difference).toBeNull();
	});
});
