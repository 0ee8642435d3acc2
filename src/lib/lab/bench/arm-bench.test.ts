// The arm's steps of the bench against the virtual chain in virtual time: the figures are what was done to the arm. And the
// trace of a run, played back, gives the same figures.

import { beforeAll, describe, expect, it } from 'vitest';
import { createVirtualScheduler, type VirtualScheduler } from '$lib/core';
import { SO101 } from '$lib/contracts';
import {
	createReplayTransport,
	createTraceRing,
	decodeTrace,
	encodeTrace,
	tapTransport,
	type TraceRing
} from '$lib/robot';
import { settle } from '$lib/robot/testing/virtual-arm';
import { createChainTransport, createSo101Chain, Wire, type ServoChain } from '$lib/sim';
import { ArmBench } from './arm-bench';
import type { BenchArm, VirtualHand } from './arm-line';
import type { BenchPrompt, FigureName, StepOutcome } from './bench-types';
import { measureStall } from './stall-bench';
import { handOf, USB_FRAME_MS } from './virtual-bench-arm';

const P_GAIN = 21;
const TORQUE = 40;
const GOAL = 42;

interface Rig {
	readonly scheduler: VirtualScheduler;
	readonly chain: ServoChain;
	readonly bench: ArmBench;
	readonly arm: BenchArm;
	readonly ring: TraceRing;
	readonly prompts: BenchPrompt[];
	sleepMs: number;
	given: boolean;
}

async function virtualArm(
	scheduler: VirtualScheduler,
	ring: TraceRing,
	change: (hand: VirtualHand) => VirtualHand = (hand) => hand
): Promise<{ arm: BenchArm; chain: ServoChain }> {
	const chain = createSo101Chain();
	const inner = createChainTransport(new Wire({ chain, usbFrameMs: USB_FRAME_MS }), scheduler);
	const transport = tapTransport(inner, scheduler, ring);
	const reopen = (): Promise<boolean> =>
		transport.open({ baudRate: SO101.baudRate }).then(
			() => true,
			() => false
		);
	await reopen();
	const hand = change(handOf(chain, inner));
	return { chain, arm: { kind: 'virtual', transport, hand, reopen, close: () => transport.close() } };
}

async function rig(change?: (hand: VirtualHand, scheduler: VirtualScheduler) => VirtualHand): Promise<Rig> {
	const scheduler = createVirtualScheduler();
	const ring = createTraceRing();
	const { arm, chain } = await virtualArm(scheduler, ring, (hand) => change?.(hand, scheduler) ?? hand);
	const made = { scheduler, chain, arm, ring, prompts: [] as BenchPrompt[], sleepMs: 0, given: false };
	const bench = new ArmBench({
		arm,
		scheduler,
		wallNow: () => scheduler.now() + made.sleepMs,
		prompt: (prompt) => made.prompts.push(prompt),
		stopped: () => made.given,
		cycles: 300
	});
	return Object.assign(made, { bench });
}

function valueOf(outcome: StepOutcome, name: FigureName): number | null {
	if (outcome.kind !== 'measured') throw new Error(outcome.failure);
	const found = outcome.figures.find((entry) => entry.name === name);
	if (found === undefined) throw new Error(`no ${name}`);
	return found.value;
}

describe('bench on the virtual arm', () => {
	it('knows who answers', async () => {
		const { scheduler, bench, chain } = await rig();
		const outcome = await settle(scheduler, bench.connect(12));
		expect(valueOf(outcome, 'servos')).toBe(6);
		expect(valueOf(outcome, 'open_ms')).toBe(12);
		expect(valueOf(outcome, 'volts')).toBeCloseTo(chain.volts, 0);
		expect(valueOf(outcome, 'ping_p99_ms')).toBeLessThanOrEqual(2);
		expect(outcome).toMatchObject({ arm: 'virtual', facts: { calibrated: 'yes' } });
		for (const servo of chain.servos) servo.missing = true;
		expect(await settle(scheduler, bench.connect(0))).toMatchObject({ kind: 'failed', failure: 'no_answer' });
	});

	it('counts turns of the loop', async () => {
		const { scheduler, bench } = await rig();
		await settle(scheduler, bench.connect(0));
		const outcome = await settle(scheduler, bench.loop());
		expect(['missed', 'failed', 'retries'].map((name) => valueOf(outcome, name as FigureName))).toEqual([
			0, 0, 0
		]);
		expect(valueOf(outcome, 'period_p999_ms')).toBe(5);
		expect(valueOf(outcome, 'cycles')).toBeGreaterThanOrEqual(300);
	});

	it('measures a pulled cable and its return', async () => {
		const back: { atMs: number } = { atMs: 0 };
		const { scheduler, bench, prompts } = await rig((hand, clock) => ({
			...hand,
			putCableBack: () => void clock.at((back.atMs = clock.now() + 2000), () => hand.putCableBack())
		}));
		const outcome = await settle(scheduler, bench.unplug());
		expect(prompts).toEqual(['pull_cable', 'put_cable_back']);
		expect(valueOf(outcome, 'noticed_ms')).toBeLessThan(10);
		expect(valueOf(outcome, 'away_ms')).toBeGreaterThanOrEqual(2000);
		expect(valueOf(outcome, 'away_ms')).toBeLessThan(2400);
		expect(valueOf(outcome, 'back_ms')).toBeLessThan(20);
		// And the line is whole again.
		expect(valueOf(await settle(scheduler, bench.loop()), 'failed')).toBe(0);
	});

	it.each([
		['stays away', { putCableBack: () => undefined }, 'not_back'],
		['is never pulled', { pullCable: () => undefined }, 'not_seen']
	])('says so when the cable %s', async (_, change, failure) => {
		const { scheduler, bench } = await rig((hand) => ({ ...hand, ...change }));
		expect(await settle(scheduler, bench.unplug())).toMatchObject({ kind: 'failed', failure });
	});

	it('measures a supply that is switched off and on', async () => {
		const { scheduler, bench } = await rig((hand, clock) => ({
			...hand,
			switchOn: () => void clock.at(clock.now() + 3000, () => hand.switchOn())
		}));
		const outcome = await settle(scheduler, bench.power());
		expect(valueOf(outcome, 'silent_servos')).toBe(6);
		expect(valueOf(outcome, 'noticed_ms')).toBeLessThan(60);
		expect(valueOf(outcome, 'away_ms')).toBeGreaterThan(3000);
		expect(valueOf(outcome, 'energised_after')).toBe(0);
	});

	it('sees sleep by the clock on the wall', async () => {
		const made = await rig();
		const { scheduler, bench } = made;
		scheduler.at(1000, () => (made.sleepMs = 45_000));
		const outcome = await settle(scheduler, bench.sleep());
		expect(valueOf(outcome, 'slept_ms')).toBeCloseTo(45_020, -2);
		expect(outcome).toMatchObject({ facts: { port_after_sleep: 'stayed' } });
	});

	it('reads two arms at once', async () => {
		const { scheduler, bench } = await rig();
		const { arm } = await virtualArm(scheduler, createTraceRing());
		const outcome = await settle(scheduler, bench.twoArms(arm));
		expect([valueOf(outcome, 'failed'), valueOf(outcome, 'second_failed')]).toEqual([0, 0]);
	});

	it('stops when the person gives up', async () => {
		const made = await rig((hand) => ({ ...hand, pullCable: () => undefined }));
		made.scheduler.at(1000, () => (made.given = true));
		const outcome = await settle(made.scheduler, made.bench.unplug());
		expect([outcome, made.scheduler.now() < 2000]).toMatchObject([{ failure: 'stopped' }, true]);
	});
});

describe('the gripper on something soft', () => {
	it('presses, gives way or not, and lets the arm rest without torque', async () => {
		const { scheduler, bench, chain, arm, prompts } = await rig();
		await settle(scheduler, bench.connect(0));
		const stall = measureStall({
			arm,
			line: bench.line,
			calibration: bench.calibration,
			scheduler,
			prompt: (prompt) => prompts.push(prompt),
			stopped: () => false,
			pageBeatMs: () => scheduler.now()
		});
		const outcome = await settle(scheduler, stall);
		expect(valueOf(outcome, 'peak_load_percent')).toBeGreaterThan(15);
		expect(valueOf(outcome, 'relieved_ms')).toBeGreaterThan(0);
		expect(chain.servos.map((servo) => servo.memory.byte(TORQUE))).toEqual([0, 0, 0, 0, 0, 0]);
		expect(prompts).toEqual(['hold_soft_thing', 'none']);
	});

	it.each([
		['gets the settings of the lab first', false, 16],
		['is not moved while it stands stiff without them', true, 32]
	])('%s', async (_, stiff, gain) => {
		const { scheduler, bench, chain, arm } = await rig();
		for (const [joint, { memory }] of chain.servos.entries()) {
			memory.setWord(GOAL, Math.round(chain.presentPosition(joint)));
			memory.setByte(P_GAIN, 32);
			memory.setByte(TORQUE, stiff ? 1 : 0);
		}
		await settle(scheduler, bench.connect(0));
		const before = [...chain.plant.q];
		const stall = measureStall({
			arm,
			line: bench.line,
			calibration: bench.calibration,
			scheduler,
			prompt: () => undefined,
			stopped: () => false,
			pageBeatMs: () => scheduler.now()
		});
		const outcome = await settle(scheduler, stall);
		expect(outcome).toMatchObject(stiff ? { failure: 'not_armed' } : { kind: 'measured' });
		expect(new Set(chain.servos.map(({ memory }) => memory.byte(P_GAIN)))).toEqual(new Set([gain]));
		if (!stiff) return;
		expect(chain.servos.map(({ memory }) => memory.byte(TORQUE))).toEqual([1, 1, 1, 1, 1, 1]);
		for (const [joint, q] of chain.plant.q.entries())
			expect(Math.abs(q - (before[joint] ?? 0))).toBeLessThan(0.05);
	});

	it('stays where it is, under torque, when a person presses Stop', async () => {
		const { scheduler, bench, chain, arm } = await rig();
		await settle(scheduler, bench.connect(0));
		let stopped = false;
		const stall = measureStall({
			arm,
			line: bench.line,
			calibration: bench.calibration,
			scheduler,
			prompt: () => void scheduler.at(scheduler.now() + 600, () => (stopped = true)),
			stopped: () => stopped,
			pageBeatMs: () => scheduler.now()
		});
		expect(await settle(scheduler, stall)).toMatchObject({ failure: 'stopped_stiff' });
		expect(chain.servos.map((servo) => servo.memory.byte(TORQUE))).toEqual([1, 1, 1, 1, 1, 1]);
		const before = [...chain.plant.q];
		chain.advanceTo(scheduler.now() + 3000);
		for (const [joint, q] of chain.plant.q.entries())
			expect(Math.abs(q - (before[joint] ?? 0))).toBeLessThan(0.02);
	});
});

describe('the trace of a bench run', () => {
	let first: StepOutcome[];
	let file: Uint8Array;

	beforeAll(async () => {
		const { scheduler, bench, ring } = await rig();
		first = [await settle(scheduler, bench.connect(5)), await settle(scheduler, bench.loop())];
		file = encodeTrace({ virtual: true, ...ring.take() });
	});

	it('gives the same figures without the arm', async () => {
		const trace = decodeTrace(file);
		if (!trace.ok) throw new Error(trace.error.message);
		const scheduler = createVirtualScheduler();
		const transport = createReplayTransport(trace.value, scheduler);
		await transport.open({ baudRate: SO101.baudRate });
		const never = (): Promise<boolean> => Promise.resolve(false);
		const bench = new ArmBench({
			arm: { kind: 'virtual', transport, hand: null, reopen: never, close: () => transport.close() },
			scheduler,
			wallNow: () => scheduler.now(),
			prompt: () => undefined,
			stopped: () => false,
			cycles: 300
		});
		const again = [await settle(scheduler, bench.connect(5)), await settle(scheduler, bench.loop())];
		expect(again).toEqual(first);
		expect(transport.difference).toBeNull();
	});
});
