// What control does to the servos' torque and goals when something goes wrong: real gate, loop, bus and session over the
// virtual chain, under virtual time.

import { describe, expect, it } from 'vitest';
import { createControlRig } from './testing/control-rig';

const PAN = 0;
const TORQUE = 40;
const ACCELERATION = 41;
const GOAL = 42;
const SPEED = 46;
const ALL_ON = [1, 1, 1, 1, 1, 1];
const ALL_OFF = [0, 0, 0, 0, 0, 0];

describe('an arming that fails', () => {
	it.each([
		['leaves an arm stiff that stood stiff', true, ALL_ON],
		['leaves an arm limp that was limp', false, ALL_OFF]
	])('%s', async (_, energised, torque) => {
		const rig = await createControlRig({ energised });
		const { arm, control } = rig;
		const gripper = arm.chain.servos[5];
		if (gripper === undefined) throw new Error('no gripper');
		gripper.missing = true;
		expect(await arm.settle(control.arm())).toBe(false);
		gripper.missing = false;
		await rig.run(1);
		expect(control.state.phase).toBe('disarmed');
		expect(rig.torque()).toEqual(torque);
	});

	it('because the clock jumped leaves an arm stiff that stood stiff', async () => {
		const rig = await createControlRig({ energised: true });
		const arming = rig.control.arm();
		rig.arm.scheduler.advanceTo(rig.arm.scheduler.now() + 2);
		rig.loop.stop();
		rig.arm.scheduler.advanceTo(rig.arm.scheduler.now() + 700);
		rig.loop.start();
		await rig.arm.settle(arming);
		await rig.run(1);
		expect(rig.control.report()).toMatchObject({ status: 'disarmed', reason: 'woke' });
		expect(rig.torque()).toEqual(ALL_ON);
	});

	it('because the clock jumped takes back what the servos got meanwhile, and only then', async () => {
		const rig = await createControlRig();
		const arming = rig.control.arm();
		rig.arm.scheduler.advanceTo(rig.arm.scheduler.now() + 2);
		rig.loop.stop();
		rig.arm.scheduler.advanceTo(rig.arm.scheduler.now() + 700);
		rig.loop.start();
		await rig.arm.settle(arming);
		await rig.run(1);
		expect(rig.control.state).toMatchObject({ phase: 'disarmed', torque: 'off' });
		expect(rig.torque()).toEqual(ALL_OFF);
	});
});

describe('a locked arm that stands stiff', () => {
	it('goes limp at once when a person holds it, as it was found or as it was locked', async () => {
		const rig = await createControlRig({ energised: true });
		const { arm, control } = rig;
		expect(control.report()).toMatchObject({ status: 'disarmed', torque: 'on' });
		expect(await arm.settle(control.letGo())).toBeNull();
		expect(rig.torque()).toEqual(ALL_OFF);
		expect(control.report()).toMatchObject({ status: 'disarmed', torque: 'off' });

		expect(await arm.settle(control.arm())).toBe(true);
		control.lock();
		expect(control.report()).toMatchObject({ status: 'disarmed', torque: 'on' });
		rig.goalsSent();
		expect(await arm.settle(control.letGo())).toBeNull();
		expect(rig.torque()).toEqual(ALL_OFF);
		await rig.run(0.1);
		rig.goalsSent();
		await rig.run(0.5);
		expect(rig.goalsSent()).toBe(0);
	});

	it('says which joint kept its torque, and may be let go of again', async () => {
		const rig = await createControlRig({ energised: true });
		const { arm, control } = rig;
		const elbow = arm.chain.servos[2];
		if (elbow === undefined) throw new Error('no elbow');
		elbow.missing = true;
		expect(await arm.settle(control.letGo())).toMatchObject({
			code: 'arm_missing_servo',
			joints: ['elbow_flex']
		});
		expect(rig.torque()).toEqual([0, 0, 1, 0, 0, 0]);
		expect(control.report().torque).toBe('unknown');
		elbow.missing = false;
		await rig.run(0.1);
		expect(await arm.settle(control.letGo())).toBeNull();
		expect(rig.torque()).toEqual(ALL_OFF);
	});

	it('is not let go of while it is armed', async () => {
		const rig = await createControlRig();
		const { arm, control } = rig;
		expect(await arm.settle(control.arm())).toBe(true);
		expect(await arm.settle(control.letGo())).toBeNull();
		await rig.run(0.3);
		expect(rig.torque()).toEqual(ALL_ON);
		expect(control.report().status).toBe('armed');
	});
});

describe('a leader that goes and comes', () => {
	it('leaves a follower that follows it locked, and only a person sends it on', async () => {
		const rig = await createControlRig();
		const { arm, control, wished } = rig;
		control.select('leader');
		expect(await arm.settle(control.arm())).toBe(true);
		await rig.run(1);
		const at = rig.pose()[PAN] ?? Number.NaN;
		control.leaderChanged();
		expect(control.report().status).toBe('disarmed');
		wished[PAN] = 60;
		control.leaderChanged();
		await rig.run(2);
		expect(rig.pose()[PAN]).toBeCloseTo(at, 0);
		expect(rig.torque()).toEqual(ALL_ON);
		expect(await arm.settle(control.arm())).toBe(true);
		await rig.run(1);
		expect(rig.pose()[PAN]).toBeGreaterThan(at + 5);
	});

	it('is nothing to a follower that follows somebody else', async () => {
		const rig = await createControlRig();
		expect(await rig.arm.settle(rig.control.arm())).toBe(true);
		rig.control.leaderChanged();
		expect(rig.control.report()).toMatchObject({ status: 'armed', source: 'sliders' });
	});
});

describe('stop', () => {
	it.each([true, false])('on an arm that nobody armed writes no goals (stiff: %s)', async (energised) => {
		const rig = await createControlRig({ energised });
		rig.goalsSent();
		rig.control.stop();
		await rig.run(0.5);
		expect(rig.control.report().status).toBe('stopped');
		rig.control.stop();
		await rig.run(0.5);
		expect(rig.goalsSent()).toBe(0);
		expect(rig.torque()).toEqual(energised ? ALL_ON : ALL_OFF);
		rig.control.clearStop();
		expect(await rig.arm.settle(rig.control.arm())).toBe(true);
	});

	it('while an arm is being armed writes none either', async () => {
		const rig = await createControlRig();
		const arming = rig.control.arm();
		await rig.run(0.01);
		rig.goalsSent();
		rig.control.stop();
		expect(await rig.arm.settle(arming)).toBe(false);
		await rig.run(0.5);
		expect(rig.goalsSent()).toBe(0);
	});

	it('on an armed arm holds its pose by goals, until the stop is opened', async () => {
		const rig = await createControlRig();
		expect(await rig.arm.settle(rig.control.arm())).toBe(true);
		await rig.run(0.5);
		const at = rig.pose()[PAN] ?? Number.NaN;
		rig.control.stop();
		rig.wished[PAN] = 60;
		rig.goalsSent();
		await rig.run(0.5);
		expect(rig.goalsSent()).toBeGreaterThan(80);
		expect(rig.pose()[PAN]).toBeCloseTo(at, 0);
		rig.control.clearStop();
		await rig.run(0.05);
		rig.goalsSent();
		await rig.run(0.5);
		expect(rig.goalsSent()).toBe(0);
		expect(rig.torque()).toEqual(ALL_ON);
	});
});

describe('a supply that fails for less than a second', () => {
	it.each<[string, number, readonly number[]]>([
		['leaves an arm that is disarmed and says so', 6, ALL_OFF],
		['for one servo only leaves the others holding, and the arm disarmed', 1, [0, 1, 1, 1, 1, 1]]
	])('%s', async (_, restarted, torque) => {
		const rig = await createControlRig();
		const { arm, control } = rig;
		expect(await arm.settle(control.arm())).toBe(true);
		await rig.run(0.5);
		const servos = arm.chain.servos.slice(0, restarted);
		for (const servo of servos) servo.missing = true;
		await rig.run(0.4);
		expect(control.report()).toMatchObject({ status: 'holding', reason: 'reads_failing' });
		for (const servo of servos) {
			servo.missing = false;
			servo.memory.powerUp();
			servo.motor.powerUp();
		}
		await rig.run(0.5);
		expect(control.report()).toMatchObject({ status: 'disarmed', reason: 'went_limp' });
		expect(rig.torque()).toEqual(torque);
		rig.goalsSent();
		await rig.run(0.5);
		expect(rig.goalsSent()).toBe(0);
	});

	it('and only silenced it lets the arm go on by itself', async () => {
		const rig = await createControlRig();
		expect(await rig.arm.settle(rig.control.arm())).toBe(true);
		await rig.run(0.5);
		for (const servo of rig.arm.chain.servos) servo.missing = true;
		await rig.run(0.4);
		for (const servo of rig.arm.chain.servos) servo.missing = false;
		await rig.run(0.5);
		expect(rig.control.report().status).toBe('armed');
	});

	it('is asked about again when the servos do not answer, or fail anew meanwhile', async () => {
		const rig = await createControlRig();
		expect(await rig.arm.settle(rig.control.arm())).toBe(true);
		await rig.run(0.5);
		const [servo] = rig.arm.chain.servos;
		if (servo === undefined) throw new Error('no servo');
		for (const apartMs of [120, 5, 9, 40, 300]) {
			servo.missing = true;
			await rig.run(0.15);
			servo.missing = false;
			await rig.run(apartMs / 1000);
		}
		expect(['armed', 'holding']).toContain(rig.control.report().status);
		servo.memory.powerUp();
		servo.missing = true;
		await rig.run(0.15);
		servo.missing = false;
		await rig.run(3);
		expect(rig.control.report()).toMatchObject({ status: 'disarmed', reason: 'went_limp' });
	});

	it('and leaves them stiff, without the limits of their own, drives nothing before a person armed them anew', async () => {
		const rig = await createControlRig();
		const { arm, control, wished } = rig;
		const { servos } = arm.chain;
		// Some units come up holding themselves where they stand.
		for (const [j, { memory }] of servos.entries()) {
			const powerUp = memory.powerUp.bind(memory);
			memory.powerUp = () => {
				powerUp();
				memory.setByte(TORQUE, 1);
				memory.setWord(GOAL, arm.chain.presentPosition(j));
			};
		}
		const goals = (): readonly number[] => servos.map(({ memory }) => memory.word(GOAL));
		const limited = (): readonly boolean[] =>
			servos.map(({ memory }) => memory.byte(ACCELERATION) > 0 && memory.word(SPEED) > 0);
		expect(await arm.settle(control.arm())).toBe(true);
		wished[PAN] = 60;
		await rig.run(0.5);
		expect(limited()).not.toContain(false);
		arm.chain.supplyVolts = 3;
		await rig.run(0.02);
		arm.chain.supplyVolts = 7.4;
		await rig.run(0.12);
		expect(control.report()).toMatchObject({ status: 'holding', reason: 'reads_failing' });
		const held = goals();
		rig.goalsSent();
		await rig.run(0.6);
		expect(control.report()).toMatchObject({ status: 'disarmed', reason: 'went_limp' });
		expect(control.state.torque).toBe('on');
		expect(rig.torque()).toEqual(ALL_ON);
		expect([rig.goalsSent(), goals()]).toEqual([0, held]);
		expect(limited()).not.toContain(true);
		// A person: limits first, then it goes on, no faster than before.
		expect(await arm.settle(control.arm())).toBe(true);
		expect(limited()).not.toContain(false);
		await rig.run(2);
		expect(rig.pose()[PAN]).toBeGreaterThan(20);
	});

	it('and only silenced it, limits kept, lets it go on although a person stopped it meanwhile', async () => {
		const rig = await createControlRig();
		const { arm, control } = rig;
		expect(await arm.settle(control.arm())).toBe(true);
		for (const servo of arm.chain.servos) servo.missing = true;
		await rig.run(0.2);
		control.stop();
		for (const servo of arm.chain.servos) servo.missing = false;
		await rig.run(0.3);
		rig.goalsSent();
		await rig.run(0.2);
		expect(rig.goalsSent()).toBeGreaterThan(30);
		control.clearStop();
		expect(await arm.settle(control.arm())).toBe(true);
		rig.wished[PAN] = 40;
		await rig.run(2);
		expect(rig.pose()[PAN]).toBeGreaterThan(20);
	});

	it('is noticed while the arm is disarmed: what fails next knows what it may take away', async () => {
		const rig = await createControlRig({ energised: true });
		for (const servo of rig.arm.chain.servos) servo.missing = true;
		await rig.run(0.3);
		for (const servo of rig.arm.chain.servos) {
			servo.missing = false;
			servo.memory.powerUp();
		}
		await rig.run(0.5);
		expect(rig.control.state).toMatchObject({ phase: 'disarmed', torque: 'off' });
	});
});
