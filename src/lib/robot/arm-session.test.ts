import { describe, expect, it } from 'vitest';
import { SO101, type Calibration } from '$lib/contracts';
import { VIRTUAL_SO101_CALIBRATION } from '$lib/sim';
import { createArmSession, type ArmSession } from './arm-session';
import { STS3215_DRIVER } from './feetech';
import type { ServoLimits } from './servo-driver';
import { createVirtualArm, type VirtualArm, type VirtualArmOptions } from './testing/virtual-arm';

const LIMITS: ServoLimits[] = SO101.joints.map(() => ({
	speedTicksPerS: 466,
	accelerationTicksPerS2: 2000,
	torqueFraction: 0.5
}));
const TORQUE = 40;
const OTHER_CALIBRATION: Calibration = Object.fromEntries(
	Object.entries(VIRTUAL_SO101_CALIBRATION).map(([name, joint]) => [
		name,
		{ ...joint, homing_offset: joint.homing_offset + 3 }
	])
);

async function setUp(options: VirtualArmOptions = {}): Promise<{ arm: VirtualArm; session: ArmSession }> {
	const arm = await createVirtualArm(options);
	return {
		arm,
		session: createArmSession({
			spec: SO101,
			bus: arm.commands,
			driver: STS3215_DRIVER,
			scheduler: arm.scheduler
		})
	};
}

function registers(arm: VirtualArm, address: number): number[] {
	return arm.chain.servos.map((servo) => servo.memory.byte(address));
}

describe('connecting', () => {
	it('a calibrated arm: facts, calibration, and not one lasting write', async () => {
		const { arm, session } = await setUp();
		const connected = await arm.settle(session.connect());
		expect(connected).toEqual({
			ok: true,
			value: { firmware: '3.10', calibration: VIRTUAL_SO101_CALIBRATION, energised: false, unconfigured: [] }
		});
		expect(await arm.settle(session.configure())).toEqual({ ok: true, value: undefined });
		expect(await arm.settle(session.arm(LIMITS))).toEqual({ ok: true, value: undefined });
		expect(arm.bus.counters.eepromWrites).toBe(0);
		expect(arm.chain.servos.map((servo) => servo.memory.lastingWrites)).toEqual([0, 0, 0, 0, 0, 0]);
	});

	it('factory settings are mended once, and only where they differ', async () => {
		const { arm, session } = await setUp({ configured: false });
		const connected = await arm.settle(session.connect());
		expect(connected.ok && connected.value.unconfigured).toHaveLength(6);
		expect((await arm.settle(session.configure())).ok).toBe(true);
		// Return delay and P of six servos, and three more of the gripper.
		expect(arm.bus.counters.eepromWrites).toBe(6 * 2 + 3);
		expect(registers(arm, 55)).toEqual([1, 1, 1, 1, 1, 1]);
		expect((await arm.settle(session.configure())).ok).toBe(true);
		expect(arm.bus.counters.eepromWrites).toBe(15);
		// They survive a power cycle.
		for (const servo of arm.chain.servos) servo.memory.powerUp();
		const again = await arm.settle(session.connect());
		expect(again.ok && again.value.unconfigured).toEqual([]);
	});

	it('a missing servo is named', async () => {
		const { arm, session } = await setUp();
		for (const index of [2, 5]) {
			const servo = arm.chain.servos[index];
			if (servo !== undefined) servo.missing = true;
		}
		expect(await arm.settle(session.connect())).toMatchObject({
			ok: false,
			error: { code: 'arm_missing_servo', joints: ['elbow_flex', 'gripper'] }
		});
	});

	it('servos that a busy computer lets answer half a second late are not missing', async () => {
		const { arm, session } = await setUp();
		for (const servo of arm.chain.servos) servo.missing = true;
		arm.scheduler.at(arm.scheduler.now() + 500, () => {
			for (const servo of arm.chain.servos) servo.missing = false;
		});
		expect((await arm.settle(session.connect())).ok).toBe(true);
	});

	it.each([
		['another model', 3, 0x0a, 'arm_wrong_model'],
		['other firmware', 1, 9, 'arm_firmware_mismatch']
	])('%s is refused', async (_name, address, value, code) => {
		const { arm, session } = await setUp();
		arm.chain.servos[3]?.memory.preset(address, value, 1);
		expect(await arm.settle(session.connect())).toMatchObject({
			ok: false,
			error: { code, joints: ['wrist_flex'] }
		});
	});

	it('an arm as new has no calibration; storing one makes it known', async () => {
		const { arm, session } = await setUp({ calibration: null });
		expect(await arm.settle(session.connect())).toMatchObject({
			ok: false,
			error: {
				code: 'arm_not_calibrated',
				joints: ['shoulder_pan', 'shoulder_lift', 'elbow_flex', 'wrist_flex', 'gripper']
			}
		});
		expect((await arm.settle(session.storeCalibration(VIRTUAL_SO101_CALIBRATION))).ok).toBe(true);
		for (const servo of arm.chain.servos) servo.memory.powerUp();
		const again = await arm.settle(session.connect());
		expect(again.ok && again.value.calibration).toEqual(VIRTUAL_SO101_CALIBRATION);
	});

	it('a voltage out of range is the servo talking, not silence', async () => {
		const { arm, session } = await setUp({ supplyVolts: 12 });
		arm.scheduler.advanceTo(5);
		expect(await arm.settle(session.connect())).toMatchObject({
			ok: false,
			error: { code: 'servo_voltage', bits: 1, joints: ['shoulder_pan'] }
		});
	});

	it('a servo that is too hot says so by name', async () => {
		const { arm, session } = await setUp();
		const elbow = arm.chain.servos[2];
		if (elbow !== undefined) elbow.motor.temperatureC = 75;
		arm.scheduler.advanceTo(5);
		expect(await arm.settle(session.connect())).toMatchObject({
			ok: false,
			error: { code: 'servo_overheat', joints: ['elbow_flex'] }
		});
	});

	it.each([
		['a setting', 21, (session: ArmSession) => session.configure()],
		['a calibration', 31, (session: ArmSession) => session.storeCalibration(OTHER_CALIBRATION)]
	])('%s that a servo acknowledges and does not keep is told', async (_, address, store) => {
		const { arm, session } = await setUp({ configured: false });
		arm.chain.servos[4]?.memory.wornOut.add(address);
		expect(await arm.settle(store(session))).toMatchObject({
			ok: false,
			error: { code: 'arm_setting_refused', joints: ['wrist_roll'] }
		});
	});

	it('a pulled cable ends it at once', async () => {
		const { arm, session } = await setUp();
		const connecting = session.connect();
		arm.scheduler.at(3, () => arm.transport.unplug());
		expect(await arm.settle(connecting)).toMatchObject({ ok: false, error: { code: 'port_lost' } });
	});

	it('gets through a noisy line', async () => {
		const noise = 0.005;
		const faults = { corrupt: noise, dropByte: noise, doubleByte: noise, late: noise, corruptRequest: noise };
		for (let seed = 1; seed <= 20; seed++) {
			const { arm, session } = await setUp({ faults, seed });
			const connected = await arm.settle(session.connect());
			expect(connected.ok && connected.value.calibration).toEqual(VIRTUAL_SO101_CALIBRATION);
		}
	});
});

describe('arming', () => {
	it('energises without moving, whatever goal was left in the servos', async () => {
		const { arm, session } = await setUp();
		for (const servo of arm.chain.servos) servo.memory.setWord(42, 3000);
		const before = SO101.joints.map((_, j) => arm.chain.presentPosition(j));
		expect((await arm.settle(session.arm(LIMITS))).ok).toBe(true);
		expect(registers(arm, TORQUE)).toEqual([1, 1, 1, 1, 1, 1]);
		arm.scheduler.advanceTo(arm.scheduler.now() + 1000);
		arm.chain.advanceTo(arm.scheduler.now());
		SO101.joints.forEach((_, j) => {
			// What is left is the sag of a servo without integral gain.
			expect(Math.abs(arm.chain.presentPosition(j) - (before[j] ?? 0))).toBeLessThan(40);
		});
		expect(registers(arm, 41)).toEqual([20, 20, 20, 20, 20, 20]);
		expect(arm.chain.servos.map((servo) => servo.memory.word(46))).toEqual(LIMITS.map(() => 466));
		expect(arm.chain.servos.map((servo) => servo.memory.word(48))).toEqual(LIMITS.map(() => 500));
	});

	it('an arm that holds itself up does not sag when it is armed again', async () => {
		const { arm, session } = await setUp();
		const settle = (): number[] => {
			arm.scheduler.advanceTo(arm.scheduler.now() + 1000);
			arm.chain.advanceTo(arm.scheduler.now());
			return SO101.joints.map((_, j) => arm.chain.presentPosition(j));
		};
		expect((await arm.settle(session.arm(LIMITS))).ok).toBe(true);
		const first = settle();
		expect((await arm.settle(session.arm(LIMITS))).ok).toBe(true);
		expect(settle()).toEqual(first);
	});

	it('a stiff joint that was sent far away does not go on when it is armed again', async () => {
		const { arm, session } = await setUp();
		expect((await arm.settle(session.arm(LIMITS))).ok).toBe(true);
		for (const servo of arm.chain.servos) servo.memory.setWord(42, 3000);
		const before = SO101.joints.map((_, j) => arm.chain.presentPosition(j));
		expect((await arm.settle(session.arm(LIMITS))).ok).toBe(true);
		SO101.joints.forEach((_, j) => {
			const goal = arm.chain.servos[j]?.memory.word(42) ?? 0;
			expect(Math.abs(goal - (before[j] ?? 0))).toBeLessThan(100);
		});
	});

	it('never writes lasting settings under torque', async () => {
		const { arm, session } = await setUp({ configured: false });
		expect((await arm.settle(session.arm(LIMITS))).ok).toBe(true);
		expect(await arm.settle(session.configure())).toMatchObject({
			ok: false,
			error: { code: 'arm_energised' }
		});
		expect(arm.bus.counters.eepromWrites).toBe(0);
	});

	it('a joint that pushed against something until its servo gave up is named', async () => {
		const { arm, session } = await setUp();
		await arm.settle(session.arm(LIMITS.map((limits) => ({ ...limits, torqueFraction: 1 }))));
		const lift = arm.chain.servos[1];
		if (lift !== undefined) lift.blockedAt = arm.chain.plant.q[1] ?? 0;
		lift?.memory.setWord(42, arm.chain.presentPosition(1) + 900);
		arm.scheduler.advanceTo(arm.scheduler.now() + 5000);
		arm.chain.advanceTo(arm.scheduler.now());
		expect(await arm.settle(session.freeze())).toMatchObject({
			ok: false,
			error: { code: 'servo_overload', joints: ['shoulder_lift'] }
		});
	});

	it('release lets go of every joint it can reach and names the others', async () => {
		const { arm, session } = await setUp();
		await arm.settle(session.arm(LIMITS));
		const lift = arm.chain.servos[1];
		if (lift !== undefined) lift.missing = true;
		expect(await arm.settle(session.release())).toMatchObject({
			ok: false,
			error: { joints: ['shoulder_lift'] }
		});
		expect(registers(arm, TORQUE)).toEqual([0, 1, 0, 0, 0, 0]);
	});
});

it.each([
	[1, 'servo_voltage'],
	[4, 'servo_overheat'],
	[8, 'servo_overload'],
	[32, 'servo_overload'],
	[1 | 4 | 32, 'servo_overheat'],
	[1 | 32, 'servo_overload'],
	[2, 'servo_fault'],
	[64, 'servo_fault']
])('fault bits %i are %s', (bits, fault) => {
	expect(STS3215_DRIVER.faultOf(bits)).toBe(fault);
});
