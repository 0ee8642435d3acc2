// What control does to the servos' torque and goals when something goes wrong: real gate, loop, bus and session over the
// virtual chain, under virtual time.

import { describe, expect, it } from 'vitest';
import { createControlRig } from './testing/control-rig';

const PAN = 0;
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
