import { describe, expect, it } from 'vitest';
import { SO101, TICK_FLAGS, type Setpoint } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import type { Gate } from './safety/gate-types';
import { ControlLoop, type LoopInputs } from './control-loop';
import { createFeetechBus, STS3215_DRIVER } from './feetech';
import { createUnitConverter } from './so101/units';
import { VIRTUAL_SO101_CALIBRATION } from '$lib/sim';
import {
	createOpenGate,
	createScriptedPlant,
	createVirtualArm,
	createVirtualLoop
} from './testing/virtual-arm';

const JOINTS = SO101.joints.length;
const still = createScriptedPlant(() => 0.1);

function wishing(q: ArrayLike<number>): LoopInputs {
	const setpoint: Setpoint = { v: 1, source: 'sliders', epoch: 0, tMs: 0, q: Float32Array.from(q) };
	return { epoch: 0, stopped: false, pageBeatMs: 0, setpoint };
}

describe('the loop when the arm fails it', () => {
	it('a servo that goes and comes back: failed ticks without values, then values again within 0.3 s', async () => {
		const arm = await createVirtualArm({ plant: still });
		const loop = createVirtualLoop(arm);
		const servo = arm.chain.servos[4];
		if (servo === undefined) throw new Error('no servo');
		loop.start(1);
		arm.scheduler.advanceTo(500);
		expect(loop.counters.failedTicks).toBe(0);
		servo.missing = true;
		arm.scheduler.advanceTo(3500);
		const before = loop.counters;
		expect(before.failedTicks).toBeGreaterThanOrEqual(598);
		expect(loop.stateMs).toBeLessThan(501);
		servo.missing = false;
		arm.scheduler.advanceTo(3800);
		expect(loop.stateMs).toBeGreaterThan(3500);
		arm.scheduler.advanceTo(6000);
		const { failedTicks } = loop.counters;
		arm.scheduler.advanceTo(8000);
		expect(loop.counters.failedTicks).toBe(failedTicks);
		expect(loop.counters.missedTicks).toBe(0);
	});

	it('a cable pulled in the middle of an answer: the tick has no value, the loop goes on and says so', async () => {
		const arm = await createVirtualArm({ plant: still, usbFrameMs: 0 });
		const loop = createVirtualLoop(arm);
		loop.start(1);
		arm.scheduler.at(101.8, () => arm.transport.unplug());
		arm.scheduler.advanceTo(301);
		expect(arm.transport.state).toBe('lost');
		expect(arm.bus.alive).toBe(false);
		const { ticks, failedTicks, missedTicks } = loop.counters;
		expect({ ticks, failedTicks, missedTicks }).toEqual({ ticks: 61, failedTicks: 40, missedTicks: 0 });
		const batch = loop.takeBatch();
		expect(batch?.flags[19]).toBe(TICK_FLAGS.read);
		expect(batch?.flags[20]).toBe(0);
		expect(Number.isNaN(batch?.state[20 * JOINTS])).toBe(true);
	});

	it('a brown-out costs the ticks of the restart and nothing else', async () => {
		const arm = await createVirtualArm();
		const loop = createVirtualLoop(arm, { inputs: wishing([0, 0, 0, 0, 0, 50]) });
		loop.setArmed(true);
		loop.start(1);
		arm.scheduler.at(1000, () => (arm.chain.supplyVolts = 3));
		arm.scheduler.at(1030, () => (arm.chain.supplyVolts = 7.4));
		arm.scheduler.advanceTo(4000);
		const { failedTicks, missedTicks } = loop.counters;
		expect(failedTicks).toBeGreaterThan(20);
		expect(failedTicks).toBeLessThan(120);
		expect(missedTicks).toBe(0);
		expect(loop.stateMs).toBeGreaterThan(3990);
	});

	it('two servos with one id never make a reading of that id', async () => {
		const arm = await createVirtualArm({ plant: still });
		arm.chain.servos[1]?.memory.preset(5, 1, 1);
		const loop = createVirtualLoop(arm);
		loop.start(1);
		arm.scheduler.advanceTo(200);
		expect(loop.state).toBeNull();
	});
});

describe('the loop when the machine fails it', () => {
	it('late ticks are counted and skipped, never caught up', async () => {
		const arm = await createVirtualArm({ plant: still });
		let stallUntilMs = 0;
		const stalling: Scheduler = {
			now: () => arm.scheduler.now(),
			at: (atMs, run) => arm.scheduler.at(Math.max(atMs, stallUntilMs), run)
		};
		const bus = createFeetechBus(arm.transport, stalling);
		const loop = new ControlLoop({
			armId: 'arm-1',
			spec: SO101,
			bus,
			driver: STS3215_DRIVER,
			scheduler: stalling,
			gate: createOpenGate(JOINTS),
			units: createUnitConverter(SO101, VIRTUAL_SO101_CALIBRATION),
			inputs: wishing([0, 0, 0, 0, 0, 50]),
			rateHz: 200
		});
		const starts: number[] = [];
		loop.committed.on((tick) => starts.push(tick));
		loop.start(0);
		arm.scheduler.at(99, () => (stallUntilMs = 117));
		arm.scheduler.advanceTo(199);
		expect(loop.counters.missedTicks).toBe(2);
		expect(starts).not.toContain(21);
		expect(starts).toContain(23);
		const first = loop.takeBatch();
		const second = loop.takeBatch();
		expect([first?.firstTick, first?.count]).toEqual([0, 21]);
		expect(second?.firstTick).toBe(23);
	});

	it('a slow consumer loses the oldest ticks only', async () => {
		const arm = await createVirtualArm({ plant: still });
		const loop = createVirtualLoop(arm, { ringTicks: 64 });
		loop.start(1);
		arm.scheduler.advanceTo(1000);
		const batch = loop.takeBatch();
		expect(batch?.firstTick).toBe(loop.counters.ticks - 64);
		expect(batch?.count).toBe(63);
		expect(loop.takeBatch()).toBeNull();
	});
});

describe('the last look before the wire', () => {
	it.each([Number.NaN, Number.POSITIVE_INFINITY])('a gate that says %d sends nothing', async (bad) => {
		const arm = await createVirtualArm();
		const broken: Gate = {
			step: () => ({ send: true, goal: new Float32Array(JOINTS).fill(bad), limitedBy: 0 }),
			reset: () => undefined
		};
		const loop = createVirtualLoop(arm, { gate: broken });
		loop.setArmed(true);
		loop.start(1);
		arm.scheduler.advanceTo(100);
		const batch = loop.takeBatch();
		expect(batch?.flags.every((flags) => (flags & TICK_FLAGS.sent) === 0)).toBe(true);
		expect(batch?.goal.every(Number.isNaN)).toBe(true);
		expect(arm.chain.servos.every((servo) => servo.memory.word(42) === 0)).toBe(true);
	});

	it('nothing is sent before the arm is armed, and what is sent is what the batch says', async () => {
		const arm = await createVirtualArm();
		const loop = createVirtualLoop(arm, { inputs: wishing([10, -10, 5, 0, 20, 40]) });
		loop.start(1);
		arm.scheduler.advanceTo(50);
		expect(arm.chain.servos.every((servo) => servo.memory.word(42) === 0)).toBe(true);
		loop.takeBatch();
		loop.setArmed(true);
		arm.scheduler.advanceTo(100);
		const batch = loop.takeBatch();
		const units = createUnitConverter(SO101, VIRTUAL_SO101_CALIBRATION);
		const ticks = new Float64Array(JOINTS);
		const last = (batch?.count ?? 1) - 1;
		units.toTicks(batch?.goal.subarray(last * JOINTS) ?? [], ticks);
		expect(arm.chain.servos.map((servo) => servo.memory.word(42))).toEqual([...ticks]);
		expect((batch?.flags[last] ?? 0) & TICK_FLAGS.sent).toBe(TICK_FLAGS.sent);
	});
});
