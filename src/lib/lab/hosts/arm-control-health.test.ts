// Heat and a sagging supply, from the servo's thermometer to what the arm does: real control, gate, loop and bus over the
// virtual chain, under virtual time.

import { describe, expect, it } from 'vitest';
import { SO101, labRateHz, so101FromRad, so101ToRad, type Setpoint } from '$lib/contracts';
import { STS3215_DRIVER, createArmSession } from '$lib/robot';
import { HEALTH, createGate, isAtRest } from '$lib/robot/safety';
import { createVirtualArm, createVirtualLoop } from '$lib/robot/testing/virtual-arm';
import { createSo101Plant } from '$lib/sim';
import { ArmControl } from './arm-control';

const START = [0, -60, 60, 30, 0, 50];
const PAN = 0;
const ELBOW = 2;

async function createArmed() {
	const plant = createSo101Plant();
	plant.reset(so101ToRad(START));
	const arm = await createVirtualArm({ plant });
	const { scheduler, chain } = arm;
	const gate = createGate();
	const wished = [...START];
	let health = 0;
	const control = new ArmControl({
		armId: 'follower',
		scheduler,
		gate,
		parkAllowed: true,
		wishOf: (source, tMs, epoch): Setpoint => ({ v: 1, source, epoch, tMs, q: Float32Array.from(wished) })
	});
	const step = gate.step.bind(gate);
	const watched = {
		reset: () => gate.reset(),
		step: (input: Parameters<typeof gate.step>[0]) => {
			const output = step(input);
			health = output.health;
			control.gateSaid(output);
			control.watch();
			return output;
		}
	};
	const loop = createVirtualLoop(arm, { gate: watched, inputs: control, rateHz: labRateHz(30) });
	loop.committed.on(() => void loop.takeBatch());
	const session = createArmSession({
		spec: SO101,
		bus: arm.commands,
		driver: STS3215_DRIVER,
		scheduler
	});
	const run = (seconds: number): void => {
		const until = scheduler.now() + 1000 * seconds;
		while (scheduler.now() < until) {
			control.pageBeatMs = scheduler.now();
			scheduler.advanceTo(Math.min(until, scheduler.now() + 33));
		}
	};
	const found = await arm.settle(session.connect());
	if (!found.ok) throw new Error(found.error.code);
	loop.start();
	control.connected(loop, session, found.value.energised);
	control.pageBeatMs = scheduler.now();
	const arming = control.arm();
	while (control.state.phase !== 'armed') {
		control.pageBeatMs = scheduler.now();
		await Promise.resolve();
		await Promise.resolve();
		scheduler.runNext(Number.POSITIVE_INFINITY);
	}
	await arming;
	// The slow way to meet its source is over before anything is measured.
	for (let k = 0; k < 20 && (k === 0 || control.report().handover); k++) run(0.5);
	expect(control.report().handover).toBe(false);
	const heat = (celsius: number): void => {
		const servo = chain.servos[ELBOW];
		if (servo !== undefined) servo.motor.temperatureC = celsius;
	};
	const at = (joint: number): number => so101FromRad(plant.q)[joint] ?? Number.NaN;
	const state = (): Float32Array => Float32Array.from(so101FromRad(plant.q));
	return { arm, control, wished, run, heat, at, state, health: () => health };
}

/** How far the pan turns in `seconds` when the wish lies far away. */
function turned(lab: Awaited<ReturnType<typeof createArmed>>, towards: number, seconds: number): number {
	const from = lab.at(PAN);
	lab.wished[PAN] = towards;
	lab.run(seconds);
	return Math.abs(lab.at(PAN) - from);
}

describe('a servo that gets hot', () => {
	it('is told at 55, slows the arm at 60 and lays it down at 65 degrees', async () => {
		const lab = await createArmed();
		const cool = turned(lab, 80, 0.6);
		lab.wished[PAN] = lab.at(PAN);
		lab.run(1);

		lab.heat(56);
		lab.run(0.1);
		expect(lab.health()).toBe(HEALTH.warm);
		expect(lab.control.report().status).toBe('armed');

		lab.heat(61);
		lab.run(0.1);
		expect(lab.health() & HEALTH.hot).toBe(HEALTH.hot);
		const hot = turned(lab, -80, 0.6);
		expect(hot).toBeLessThan(0.7 * cool);
		expect(hot).toBeGreaterThan(0.2 * cool);

		lab.heat(66);
		lab.run(0.1);
		expect(lab.control.state).toMatchObject({ phase: 'parking', reasons: ['overheat'] });
		for (let k = 0; k < 60 && lab.control.state.phase === 'parking'; k++) {
			lab.heat(66);
			lab.run(0.5);
		}
		expect(isAtRest(lab.state())).toBe(true);
		expect(lab.control.report()).toMatchObject({ status: 'disarmed', reason: 'went_to_rest' });
		// It lies there stiff: nothing goes limp by itself, and the servo's own 70 degrees were never met.
		expect(lab.arm.chain.servos.every(({ memory }) => memory.byte(40) === 1)).toBe(true);
	});
});

describe('a supply that sags', () => {
	it('makes the arm hold before a servo restarts, and go on by itself', async () => {
		const lab = await createArmed();
		lab.arm.chain.supplyVolts = 6.1;
		lab.run(0.3);
		expect(lab.health()).toBe(HEALTH.lowVoltage);
		expect(lab.control.report().status).toBe('armed');
		lab.arm.chain.supplyVolts = 5.3;
		lab.run(0.3);
		expect(lab.control.report()).toMatchObject({ status: 'holding', reason: 'voltage' });
		lab.arm.chain.supplyVolts = 7.4;
		// The servos are asked whether they still hold themselves: their answers need turns of their own.
		for (let ms = 0; ms < 500; ms++) {
			for (let k = 0; k < 10; k++) await Promise.resolve();
			lab.run(0.001);
		}
		expect(lab.control.report().status).toBe('armed');
		expect(lab.health()).toBe(0);
	});
});
