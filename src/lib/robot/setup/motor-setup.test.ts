import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRESETS_12_V, PRESETS_OUT_OF_THE_BOX } from '$lib/sim';
import { lastingWrites, type VirtualPortOptions } from '../find/testing/port';
import { AS_NEW, BAUD, bench, expectSetUp, ID, indexOf, lasting, NEW_ARM, ORDER } from './testing/bench';

describe('setting up a new arm', () => {
	it('takes six motors from their boxes, the gripper first, one lasting write each where needed', async () => {
		const arm = bench();
		const before = ORDER.map((joint) => lasting(arm.servo(joint)));
		arm.run.begin();
		for (const joint of ORDER) {
			expect(arm.run.view).toMatchObject({ step: 'connect_motor', joint });
			arm.plug(joint);
			expect(await arm.connect()).toMatchObject({ step: 'motor_done', joint, found: { id: 1 } });
			arm.run.next();
		}
		expect(arm.run.view).toMatchObject({ step: 'all_done', joint: null, done: ORDER });
		for (const [k, joint] of ORDER.entries()) {
			expectSetUp(arm, joint);
			const wanted = [...(before[k] ?? [])];
			wanted[ID] = indexOf(joint) + 1;
			expect(lasting(arm.servo(joint))).toEqual(wanted);
		}
		// The shoulder's motor is number 1 already.
		expect(lastingWrites(arm.port.chain)).toBe(5);
		expect(arm.run.counters.eepromWrites).toBe(5);
		expect(new Set(arm.views.map(({ step }) => step))).toEqual(
			new Set(['connect_motor', 'searching', 'writing', 'motor_done', 'all_done'])
		);
	});

	it('finds a motor at any id and rate; writes what differs, twice nothing', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom(...ORDER),
				fc.integer({ min: 0, max: 253 }),
				fc.integer({ min: 0, max: 7 }),
				async (joint, id, baud) => {
					const presets = { [joint]: [[ID, id, 1] as const, [BAUD, baud, 1] as const] };
					const arm = bench({ ...AS_NEW, presets }, [joint]);
					const differing = (id === indexOf(joint) + 1 ? 0 : 1) + (baud === 0 ? 0 : 1);
					arm.plug(joint);
					arm.run.begin();
					expect((await arm.connect()).step).toBe('motor_done');
					expectSetUp(arm, joint);
					expect(lastingWrites(arm.port.chain)).toBe(differing);
					const again = bench({}, [joint], arm.port);
					again.run.begin();
					expect((await again.connect()).step).toBe('motor_done');
					expect(again.run.counters.eepromWrites).toBe(0);
					expect(lastingWrites(arm.port.chain)).toBe(differing);
				}
			),
			{ numRuns: 40, seed: 21 }
		);
	});

	it('sets up the motors it is told to', () => {
		const arm = bench(NEW_ARM, ['wrist_flex', 'gripper']);
		arm.run.begin();
		expect(arm.run.view.joint).toBe('gripper');
	});

	it('works over a bad line; nothing is written that is there already', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
				const rate = 0.02;
				const faults = {
					corrupt: rate,
					dropByte: rate,
					doubleByte: rate,
					dropPacket: rate,
					noise: rate,
					late: rate,
					corruptRequest: rate
				};
				const presets = { elbow_flex: [[ID, 9, 1] as const, [BAUD, 3, 1] as const] };
				const arm = bench({ ...AS_NEW, presets, faults, seed }, ['elbow_flex']);
				arm.plug('elbow_flex');
				arm.run.begin();
				let view = await arm.connect();
				for (let round = 0; round < 4 && view.step === 'problem'; round++) {
					arm.run.retry();
					view = await arm.connect();
				}
				expect(view.step).toBe('motor_done');
				expectSetUp(arm, 'elbow_flex');
				expect(lastingWrites(arm.port.chain)).toBe(2);
			}),
			{ numRuns: 50, seed: 22 }
		);
	});
});

describe('refused before anything is written', () => {
	const refusedWith = async (options: VirtualPortOptions, joint: string, ...plugged: string[]) => {
		const arm = bench(options, [joint]);
		arm.plug(...plugged);
		arm.run.begin();
		const view = await arm.connect();
		expect(view.step).toBe('problem');
		expect(arm.port.sent).not.toContain(3);
		return { arm, problem: view.problem };
	};

	it('two motors of one id, of two ids, at two rates, by their names', async () => {
		expect((await refusedWith(NEW_ARM, 'gripper', 'gripper', 'wrist_roll')).problem).toMatchObject({
			code: 'several_motors',
			details: { ids: '1', shared: 1 }
		});
		expect((await refusedWith(AS_NEW, 'gripper', 'gripper', 'wrist_roll')).problem).toEqual({
			code: 'several_motors',
			details: { ids: '5, 6', joints: 'wrist_roll, gripper', shared: 0 }
		});
		const rates = { ...AS_NEW, presets: { wrist_roll: [[BAUD, 7, 1] as const] } };
		expect((await refusedWith(rates, 'gripper', 'gripper', 'wrist_roll')).problem?.code).toBe(
			'several_motors'
		);
	});

	it('two motors that share an id nobody expects', async () => {
		const presets = { gripper: [[ID, 99, 1] as const], wrist_roll: [[ID, 99, 1] as const] };
		for (let seed = 1; seed <= 10; seed++) {
			const { problem } = await refusedWith({ ...AS_NEW, presets, seed }, 'gripper', 'gripper', 'wrist_roll');
			expect(problem).toMatchObject({ code: 'several_motors', details: { ids: '99' } });
		}
	});

	it('nobody: searched thoroughly the next time', async () => {
		const { arm, problem } = await refusedWith(NEW_ARM, 'gripper');
		expect(problem?.code).toBe('no_motor');
		const asked = arm.port.sent.length;
		arm.run.retry();
		expect((await arm.connect()).problem?.code).toBe('no_motor');
		expect(arm.port.sent.length - asked).toBeGreaterThan(8 * 250);
		expect(arm.port.sent).not.toContain(3);
	});

	it('another model', async () => {
		const options = { ...AS_NEW, presets: { gripper: [[3, 1284, 2] as const] } };
		expect((await refusedWith(options, 'gripper', 'gripper')).problem).toEqual({
			code: 'wrong_model',
			details: { model: 1284 }
		});
	});

	it('too much voltage, which nobody may overrule; too little, which one may', async () => {
		const high = await refusedWith({ ...NEW_ARM, supplyVolts: 12 }, 'gripper', 'gripper');
		expect(high.problem).toEqual({
			code: 'voltage',
			details: { level: 'high', volts: 12, minVolts: 4, maxVolts: 8 }
		});
		expect(high.arm.run.view.canUseAnyway).toBe(false);
		high.arm.run.useAnyway();
		expect(high.arm.run.view.step).toBe('problem');

		const low = await refusedWith(
			{
				...AS_NEW,
				presets: {
					gripper: [
						[15, 90, 1],
						[ID, 1, 1]
					]
				}
			},
			'gripper',
			'gripper'
		);
		expect(low.problem).toMatchObject({ code: 'voltage', details: { level: 'low', volts: 7.4 } });
		expect(low.arm.run.view.canUseAnyway).toBe(true);
		low.arm.run.useAnyway();
		expect((await low.arm.rest()).step).toBe('motor_done');
		// It complains of the voltage with every answer; it is set up all the same.
		expectSetUp(low.arm, 'gripper');
	});

	it('a motor of another voltage class than those before it', async () => {
		const presets = { ...PRESETS_OUT_OF_THE_BOX, wrist_roll: [...PRESETS_12_V, [ID, 1, 1] as const] };
		const arm = bench({ ...AS_NEW, presets });
		arm.run.begin();
		arm.plug('gripper');
		await arm.connect();
		arm.run.next();
		arm.plug('wrist_roll');
		expect((await arm.connect()).problem).toEqual({
			code: 'mixed_voltage',
			details: { maxVolts: 14, otherVolts: 8 }
		});
		arm.run.useAnyway();
		expect((await arm.rest()).step).toBe('motor_done');
	});

	it('the motor that was done a moment ago', async () => {
		const arm = bench();
		arm.run.begin();
		arm.plug('gripper');
		await arm.connect();
		arm.run.next();
		const writes = lastingWrites(arm.port.chain);
		expect((await arm.connect()).problem).toEqual({ code: 'same_motor', details: { joint: 'gripper' } });
		expect(lastingWrites(arm.port.chain)).toBe(writes);
		arm.run.retry();
		arm.plug('wrist_roll');
		expect((await arm.connect()).step).toBe('motor_done');
		expectSetUp(arm, 'gripper');
		expectSetUp(arm, 'wrist_roll');
	});

	it('a motor whose memory is worn out: acknowledged, not kept', async () => {
		const arm = bench(NEW_ARM, ['gripper']);
		arm.servo('gripper').memory.wornOut.add(ID);
		arm.plug('gripper');
		arm.run.begin();
		expect((await arm.connect()).problem).toEqual({ code: 'setting_refused', details: { register: 'ID' } });
	});
});
