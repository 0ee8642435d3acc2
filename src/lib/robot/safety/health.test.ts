// What health makes of readings, and on the virtual chain what comes of it in newtons, volts and milliseconds.

import { describe, expect, it } from 'vitest';
import {
	HEALTH_LIMITS,
	SERVO_FAULTS,
	SO101,
	judgeJoint,
	so101FromRad,
	type JointReading
} from '$lib/contracts';
import { REG } from '$lib/sim/chain/servo-memory';
import { SERVO_MODEL } from './ahead-budget';
import { SO101_ARM_MODEL } from './arm-geometry';
import { HEALTH, createHealth, type Telemetry } from './health';
import { createGatedArm, type GatedArm } from './testing/gated-arm';

const GRIPPER = SO101.joints.findIndex((joint) => joint.name === 'gripper');
const HOME = [0, -60, 60, 30, 0, 60];
const six = (value: number): number[] => new Array<number>(6).fill(value);
const STILL = six(0);

function telemetry(over: Partial<Record<keyof Telemetry, number[]>> = {}): Telemetry {
	const unread = six(Number.NaN);
	return {
		load: unread,
		voltage: unread,
		temperature: unread,
		current: unread,
		faults: six(0),
		...over
	};
}

const only = (joint: number, value: number): number[] => six(0).map((_, j) => (j === joint ? value : 0));

describe('health', () => {
	it('takes a complaint of the servo for what it says', () => {
		const health = createHealth(SO101);
		health.observe(telemetry({ faults: only(2, SERVO_FAULTS.overheat) }), STILL, 0.005);
		expect(health.flags & HEALTH.park).toBe(HEALTH.park);
		expect(health.speedShare).toBe(0.5);
		health.observe(telemetry({ faults: only(1, SERVO_FAULTS.overload) }), STILL, 0.005);
		expect(health.flags).toBe(HEALTH.stall | HEALTH.fault);
		expect([...health.marginShare]).toEqual([1, 0.5, 1, 1, 1, 1]);
		health.observe(telemetry({ load: six(3) }), STILL, 0.005);
		expect(health.flags).toBe(0);
		health.observe(telemetry({ faults: only(0, SERVO_FAULTS.sensor) }), STILL, 0.005);
		expect(health.flags).toBe(HEALTH.fault);
	});

	it('believes a complaint about the supply only when it lasts', () => {
		const health = createHealth(SO101);
		const low = telemetry({ faults: only(3, SERVO_FAULTS.voltage) });
		health.observe(low, STILL, 0.005);
		expect(health.flags & HEALTH.brownOut).toBe(0);
		for (let tick = 0; tick < 4; tick++) health.observe(low, STILL, 0.005);
		expect(health.flags & HEALTH.brownOut).toBe(HEALTH.brownOut);
	});

	it('slows a servo that draws too much for a tenth of a second', () => {
		const health = createHealth(SO101);
		const much = telemetry({ current: only(1, HEALTH_LIMITS.slowMa) });
		for (let tick = 0; tick < 19; tick++) health.observe(much, STILL, 0.005);
		expect(health.speedShare).toBe(1);
		for (let tick = 0; tick < 3; tick++) health.observe(much, STILL, 0.005);
		expect(health.flags).toBe(HEALTH.highCurrent);
		expect(health.speedShare).toBe(0.5);
		health.observe(telemetry({ current: six(200) }), STILL, 0.005);
		expect(health.flags).toBe(0);
	});

	it.each([
		[5, 4.65, 4.3],
		[7.4, 6.2, 5.5],
		[12, 10.1, 8.9]
	])('slows and holds before servos on %d V go to sleep', (supply, low, brownOut) => {
		const health = createHealth(SO101);
		const run = (volts: number): number => {
			for (let tick = 0; tick < 100; tick++) health.observe(telemetry({ voltage: six(volts) }), STILL, 0.005);
			return health.flags;
		};
		expect(run(supply)).toBe(0);
		expect(run(low)).toBe(HEALTH.lowVoltage);
		expect(run(brownOut)).toBe(HEALTH.lowVoltage | HEALTH.brownOut);
		expect(run(supply)).toBe(0);
	});

	it('changes nothing by silence', () => {
		const health = createHealth(SO101);
		for (let tick = 0; tick < 100; tick++) health.observe(telemetry(), six(Number.NaN), 0.005);
		expect(health.flags).toBe(0);
		expect(health.speedShare).toBe(1);
	});
});

/** Newtons at the jaw tips: what the gripper's motor presses with, over the lever of the published model. */
const JAW_LEVER_M = ((): number => {
	const [x, y] = SO101_ARM_MODEL.points.find((point) => point.name === 'jaw')?.positionM ?? [NaN, NaN];
	return Math.hypot(x, y);
})();
const STALL_NM = 1.9;

function jawNewtons(gated: GatedArm): number {
	return (Math.abs(gated.arm.chain.servos[GRIPPER]?.motor.duty ?? NaN) * STALL_NM) / JAW_LEVER_M;
}

describe('a gripper that closes on something', () => {
	const SAFE_N = 4.8;

	it.each([10, 30, 55])('is relieved within 200 ms at %d percent and stays so', async (percent) => {
		const gated = await createGatedArm([...HOME]);
		gated.run(0.5);
		gated.wish = () => [...HOME.slice(0, 5), 0];
		const servo = gated.arm.chain.servos[GRIPPER];
		if (servo === undefined) throw new Error('no gripper');
		const { plant } = gated.arm.chain;
		const opening = (): number => so101FromRad(plant.q)[GRIPPER] ?? NaN;
		while (opening() > percent) gated.run(0.001);
		servo.blockedAt = plant.q[GRIPPER] ?? NaN;
		const contactMs = gated.arm.scheduler.now();
		let most = 0;
		let lastOverMs = contactMs;
		while (gated.arm.scheduler.now() < contactMs + 5000) {
			gated.run(0.002);
			gated.arm.chain.advanceTo(gated.arm.scheduler.now());
			const newtons = jawNewtons(gated);
			most = Math.max(most, newtons);
			if (newtons > SAFE_N) lastOverMs = gated.arm.scheduler.now();
		}
		process.stdout.write(
			`gripper at ${percent} %: most ${most.toFixed(1)} N, relieved after ${(lastOverMs - contactMs).toFixed(0)} ms, holds ${jawNewtons(gated).toFixed(1)} N\n`
		);
		expect(lastOverMs - contactMs).toBeLessThanOrEqual(200);
		expect(most).toBeLessThan(11);
		expect(jawNewtons(gated)).toBeGreaterThan(3);
		// The servo has nothing to complain of: it never counted to its own overload.
		expect(servo.motor.status).toBe(0);
		// And it opens again at once.
		servo.blockedAt = null;
		gated.wish = () => HOME;
		gated.run(3);
		expect(opening()).toBeGreaterThan(55);
	});

	it('presses as the model of the servo says', () => {
		const margin = (2.41 / 100) * 1.919862 * SERVO_MODEL.stiffnessNmPerRad;
		expect(JAW_LEVER_M).toBeCloseTo(0.08, 3);
		expect(margin / JAW_LEVER_M).toBeCloseTo(10.3, 1);
		expect((0.42 * margin) / JAW_LEVER_M).toBeCloseTo(4.3, 1);
		expect((0.42 * margin) / STALL_NM).toBeLessThan(0.2);
	});
});

describe('a supply that gives way', () => {
	it.each([5, 7.4])('makes an arm on %d V hold before a servo restarts', async (supply) => {
		const gated = await createGatedArm([...HOME]);
		const { chain } = gated.arm;
		chain.supplyVolts = supply;
		for (const { memory } of chain.servos) memory.preset(REG.minVoltage, 40, 1);
		gated.loop.setArmed(false);
		gated.run(0.2);
		gated.loop.setArmed(true);
		gated.run(1);
		let heldAtV = Number.NaN;
		gated.loop.committed.on(() => undefined);
		while (chain.supplyVolts > 4.1) {
			chain.supplyVolts -= 0.01;
			gated.run(0.02);
			const before = chain.supplyVolts;
			if (Number.isNaN(heldAtV) && gated.flags() & HEALTH.brownOut) heldAtV = before;
		}
		expect(heldAtV).toBeGreaterThan(4.2);
		expect(chain.servos.every(({ memory }) => memory.byte(REG.torqueEnable) === 1)).toBe(true);
	});
});

describe('the words for one joint', () => {
	const fine: JointReading = {
		temperatureC: 30,
		voltageV: 7.4,
		currentMa: 100,
		loadPercent: 5,
		faults: 0,
		gripper: false
	};

	it('say nothing of a joint that was not read', () => {
		const unread = { temperatureC: null, voltageV: null, currentMa: null, loadPercent: null, faults: null };
		expect(judgeJoint({ ...unread, gripper: false }, 7.4)).toEqual({ level: null, causes: [] });
	});

	it.each([
		[{}, 'ok', []],
		[{ temperatureC: 55 }, 'warn', ['warm']],
		[{ temperatureC: 60 }, 'slow', ['hot']],
		[{ temperatureC: 65 }, 'park', ['too_hot']],
		[{ voltageV: 6.2 }, 'slow', ['low_voltage']],
		[{ voltageV: 5.4 }, 'hold', ['brown_out']],
		[{ loadPercent: -72 }, 'warn', ['pressing']],
		[{ loadPercent: 30, gripper: true }, 'warn', ['pressing']],
		[{ loadPercent: 30 }, 'ok', []],
		[{ currentMa: 1600 }, 'warn', ['high_current']],
		[{ currentMa: -2100 }, 'slow', ['over_current']],
		[{ faults: 4 | 32, temperatureC: 71 }, 'park', ['servo_overheat', 'too_hot', 'servo_overload']],
		[{ faults: 1 }, 'hold', ['servo_voltage']],
		[{ faults: 2 }, 'slow', ['servo_sensor']]
	])('%o is %s', (over, level, causes) => {
		expect(judgeJoint({ ...fine, ...over }, 7.4)).toEqual({ level, causes });
	});
});
