import { describe, expect, it } from 'vitest';
import { SO101, TICK_FLAGS } from '$lib/contracts';
import type { FaultRates } from '$lib/sim';
import { labRateHz } from '$lib/contracts';
import type { ControlLoop } from './control-loop';
import { createScriptedPlant, createVirtualArm, createVirtualLoop } from './testing/virtual-arm';

/** Joints sweep fast enough that any two ticks differ. */
const sweep = (joint: number, tS: number): number => 0.8 * Math.sin(tS * (2.1 + 0.3 * joint) + joint);

interface Run {
	readonly ticks: number;
	readonly failed: number;
	readonly missed: number;
	readonly invented: number;
	readonly arm: Awaited<ReturnType<typeof createVirtualArm>>;
	readonly loop: ControlLoop;
}

/** Runs the loop over a sweeping arm and holds every reported position against what the servos said in that tick. */
async function run(
	seconds: number,
	options: { faults?: FaultRates; seed?: number; usbFrameMs?: number; rateHz?: number }
): Promise<Run> {
	const arm = await createVirtualArm({ plant: createScriptedPlant(sweep), ...options });
	const loop = createVirtualLoop(arm, { rateHz: options.rateHz ?? 200 });
	const said = SO101.joints.map(() => new Set<number>());
	let invented = 0;
	arm.chain.onReadAnswered = (id, _at, _address, position) => said[id - 1]?.add(position);
	loop.committed.on(() => {
		const batch = loop.takeBatch();
		if (batch !== null && batch.count === 1 && ((batch.flags[0] ?? 0) & TICK_FLAGS.read) !== 0)
			said.forEach((positions, j) => {
				if (!positions.has(loop.readings.position[j] ?? Number.NaN)) invented += 1;
			});
		if (batch !== null && ((batch.flags[0] ?? 0) & TICK_FLAGS.read) === 0)
			expect(batch.state.every(Number.isNaN)).toBe(true);
		for (const positions of said) positions.clear();
	});
	loop.start(1);
	arm.scheduler.advanceTo(0.9 + seconds * 1000);
	loop.stop();
	const { ticks, failedTicks, missedTicks } = loop.counters;
	return { ticks, failed: failedTicks, missed: missedTicks, invented, arm, loop };
}

describe('lab rate', () => {
	it.each([
		[30, 210],
		[25, 200],
		[60, 240],
		[10, 200],
		[50, 200]
	])('%i fps -> %i Hz', (fps, rate) => expect(labRateHz(fps)).toBe(rate));
});

describe('control loop', () => {
	it('misses nothing at 200 Hz with full telemetry, wire time and 1 ms USB frames', async () => {
		const result = await run(20, {});
		expect(result).toMatchObject({ missed: 0, failed: 0, invented: 0 });
		expect(result.ticks).toBe(4000);
	});

	it('misses nothing at 210 Hz either', async () => {
		expect(await run(20, { rateHz: 210 })).toMatchObject({ missed: 0, failed: 0, invented: 0 });
	});

	it('serves 99.9 % of the ticks with 1 % corrupt or late answers, and invents none', async () => {
		const result = await run(60, { faults: { corrupt: 0.005, late: 0.005 }, seed: 7 });
		expect(result.missed).toBe(0);
		expect(result.failed / result.ticks).toBeLessThanOrEqual(0.001);
	});

	it('invents nothing under every fault at once', async () => {
		const faults: FaultRates = {
			corrupt: 0.02,
			dropByte: 0.02,
			doubleByte: 0.02,
			dropPacket: 0.02,
			late: 0.02,
			lateMs: [0.5, 15],
			noise: 0.02,
			corruptRequest: 0.02,
			stallPipe: 0.01
		};
		for (const usbFrameMs of [0, 1]) {
			const result = await run(60, { faults, seed: 11, usbFrameMs });
			expect(result.invented).toBe(0);
			expect(result.failed).toBeGreaterThan(0);
			expect(result.failed).toBeLessThan(0.9 * result.ticks);
		}
	});
});
