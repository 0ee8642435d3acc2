import { describe, expect, it } from 'vitest';
import { SO101, SO101_CHAIN, type Calibration } from '$lib/contracts';
import { VIRTUAL_SO101_CALIBRATION } from '$lib/sim';
import { checkCalibration } from '../calibration';
import { formatLerobotCalibration } from '../calibration-files/lerobot-file';
import { intoTurn } from '../so101/turn';
import { createBench, type Bench } from './testing/calibrated-arm';

const TICKS_PER_RAD = 4096 / (2 * Math.PI);
/** The gripper's middle; the other joints' is zero. */
const MIDDLE = SO101_CHAIN.joints.map(({ name, minRad, maxRad }) =>
	name === 'gripper' ? (minRad + maxRad) / 2 : 0
);

async function finish(bench: Bench): Promise<void> {
	bench.run.finishSweep();
	await bench.until(({ step }) => step === 'done' || step === 'problem');
}

/** What LeRobot would save: raw - 2047, and the smallest and largest positions. */
function expected(bench: Bench): Calibration {
	return Object.fromEntries(
		SO101.joints.map((joint, j) => {
			const zero = bench.arm.chain.servos[j]?.zeroSteps ?? 0;
			const raw = (rad: number): number => Math.floor(zero + rad * TICKS_PER_RAD);
			const { minRad, maxRad } = SO101_CHAIN.joints[j] ?? { minRad: 0, maxRad: 0 };
			const homing = intoTurn(raw(MIDDLE[j] ?? 0)) - 2047;
			const swept = joint.name !== 'wrist_roll';
			return [
				joint.name,
				{
					id: joint.servoId,
					drive_mode: 0,
					homing_offset: homing,
					range_min: swept ? raw(minRad) - homing : 0,
					range_max: swept ? raw(maxRad) - homing : 4095
				}
			];
		})
	);
}

describe('from new to calibrated', () => {
	it("gives LeRobot's numbers, in the file and in the servos, and the arm is known afterwards", async () => {
		const bench = await createBench({ calibration: null, configured: false, middle: MIDDLE });
		await bench.sweepAll();
		expect(bench.run.view.joints.every(({ enough }) => enough)).toBe(true);
		await finish(bench);
		expect(bench.run.view).toMatchObject({ step: 'done', problem: null });
		const wanted = expected(bench);
		expect(bench.remembered()).toEqual(wanted);
		expect(bench.run.exportText()).toBe(formatLerobotCalibration(wanted, SO101));
		const connected = await bench.arm.settle(bench.session.connect());
		expect(connected.ok && connected.value.calibration).toEqual(wanted);
		expect(connected.ok && connected.value.energised).toBe(false);
	});

	it('writes nothing when nothing differs', async () => {
		const bench = await createBench({ middle: MIDDLE });
		await bench.sweepAll();
		await finish(bench);
		const writes = bench.arm.bus.counters.eepromWrites;
		expect(writes).toBeGreaterThan(0);
		bench.hand.target.set(MIDDLE);
		bench.hand.plant.q.set(MIDDLE);
		await bench.sweepAll();
		await finish(bench);
		expect(bench.run.view.step).toBe('done');
		expect(bench.arm.bus.counters.eepromWrites).toBe(writes);
	});

	it('shows live positions and bars; a joint that was not read has none', async () => {
		const bench = await createBench({ middle: MIDDLE });
		expect(bench.run.view.joints[0]).toEqual({
			name: 'shoulder_pan',
			ticks: null,
			min: null,
			max: null,
			enough: false,
			wrapped: false
		});
		bench.run.begin();
		await bench.until(({ step, joints }) => step === 'middle' && joints[0]?.ticks !== null);
		bench.run.middleIsSet();
		await bench.until(({ step }) => step === 'sweep');
		await bench.moveTo({ 0: 0.5 });
		const [pan] = bench.run.view.joints;
		expect(pan?.min).toBe(2047);
		expect(pan?.max).toBe(pan?.ticks);
		expect((pan?.max ?? 0) - 2047).toBeCloseTo(0.5 * TICKS_PER_RAD, -1);
		const elbow = bench.arm.chain.servos[2];
		if (elbow !== undefined) elbow.missing = true;
		await bench.until(({ joints }) => joints[0]?.ticks === null);
		expect(await bench.until(({ step }) => step === 'problem')).toMatchObject({
			problem: { code: 'arm_missing_servo', joints: ['elbow_flex'] }
		});
		if (elbow !== undefined) elbow.missing = false;
		bench.run.again();
		await bench.until(({ step, joints }) => step === 'sweep' && joints[0]?.ticks !== null);
		expect(bench.run.view.joints[0]?.max).toBe(pan?.max);
	});
});

describe('what a person may do wrong', () => {
	it('joints that were not moved far enough are named, and sweeping goes on where it was', async () => {
		const bench = await createBench({ middle: MIDDLE });
		await bench.sweepAll(0.7);
		await finish(bench);
		expect(bench.run.view).toMatchObject({
			step: 'problem',
			problem: {
				code: 'swept_too_little',
				joints: ['shoulder_pan', 'shoulder_lift', 'elbow_flex', 'wrist_flex']
			}
		});
		expect(bench.arm.bus.counters.eepromWrites).toBe(0);
		bench.run.again();
		for (const end of ['minRad', 'maxRad'] as const)
			for (let j = 0; j < 4; j++) await bench.moveTo({ [j]: SO101_CHAIN.joints[j]?.[end] ?? 0 });
		await finish(bench);
		expect(bench.run.view.step).toBe('done');
	});

	it('a joint that turns right round is loose', async () => {
		const bench = await createBench({ middle: MIDDLE });
		await bench.sweepAll();
		await bench.moveTo({ 3: 6 });
		await finish(bench);
		expect(bench.run.view.problem).toEqual({ code: 'swept_too_far', joints: ['wrist_flex'] });
		expect(bench.arm.bus.counters.eepromWrites).toBe(0);
	});
});

describe('the end of the count', () => {
	/** Mounts the horns so that joint `j` in its middle pose reads `raw`. */
	async function mounted(raw: number, middle = MIDDLE): Promise<Bench> {
		const offsets = SO101.joints.map(() => raw - 2047);
		return createBench({ calibration: null, homingOffsets: offsets, middle });
	}

	it.each([4095, 4094, 0, 1, 2047, 2048])(
		'middle pose at raw %i: storable, and the joint stands at its middle',
		async (raw) => {
			const bench = await mounted(raw);
			await bench.sweepAll();
			await finish(bench);
			expect(bench.run.view.step).toBe('done');
			const held = bench.remembered();
			expect(checkCalibration(held, SO101).ok).toBe(true);
			for (const [j, joint] of SO101.joints.entries()) {
				if (joint.unit === 'percent' || joint.name === 'wrist_roll') continue;
				bench.hand.plant.q[j] = 0;
				expect(Math.abs(bench.arm.chain.presentPosition(j) - 2047)).toBeLessThanOrEqual(1);
				expect(bench.run.view.joints[j]?.wrapped).toBe(false);
			}
		}
	);

	it('a wrong middle pose, so that the count runs over inside the travel: seen while sweeping, mended', async () => {
		// Held at the lower stop instead of the middle: the upper one is further away than half a turn.
		const wrong = SO101_CHAIN.joints.map(({ name, minRad }) => (name === 'shoulder_pan' ? minRad : 0));
		const bench = await createBench({ calibration: null, middle: wrong });
		await bench.sweepAll();
		const pan = bench.run.view.joints[0];
		expect(pan?.wrapped).toBe(true);
		await finish(bench);
		expect(bench.run.view.step).toBe('done');
		const held = bench.remembered()['shoulder_pan'];
		expect(held === undefined ? null : Math.floor((held.range_min + held.range_max) / 2)).toBe(2047);
		// Nowhere in the travel does the servo's count run over any more.
		const { minRad, maxRad } = SO101_CHAIN.joints[0] ?? { minRad: 0, maxRad: 0 };
		let last = -1;
		for (let rad = minRad; rad <= maxRad; rad += 0.01) {
			bench.hand.plant.q[0] = rad;
			const at = bench.arm.chain.presentPosition(0);
			expect(at).toBeGreaterThan(last);
			last = at;
		}
	});
});

describe('files instead of a sweep', () => {
	const file = (calibration: Calibration): string => formatLerobotCalibration(calibration, SO101);
	const shifted = (steps: readonly number[]): Calibration =>
		Object.fromEntries(
			Object.entries(VIRTUAL_SO101_CALIBRATION).map(([name, entry], j) => [
				name,
				{ ...entry, homing_offset: entry.homing_offset + (steps[j] ?? 0) }
			])
		);

	it('restores an arm that lost its calibration', async () => {
		const bench = await createBench({ calibration: null, middle: MIDDLE });
		bench.run.importText(file(VIRTUAL_SO101_CALIBRATION));
		await bench.until(({ step }) => step === 'done');
		expect(bench.remembered()).toEqual(VIRTUAL_SO101_CALIBRATION);
	});

	it('a file of another arm is refused, nothing is written', async () => {
		const bench = await createBench({ middle: MIDDLE });
		bench.run.importText(file(shifted([500, -500, 0, 0, 0, 0])));
		expect(await bench.until(({ step }) => step === 'problem')).toMatchObject({
			problem: { code: 'file_other_arm', joints: ['shoulder_pan', 'shoulder_lift'] }
		});
		expect(bench.arm.bus.counters.eepromWrites).toBe(0);
	});

	it('servos as new, arm standing where the file says it cannot: another arm', async () => {
		const bench = await createBench({ calibration: null, middle: [1.9, 0, 0, 0, 0, 0.5] });
		bench.run.importText(file(shifted([-500, 0, 0, 0, 0, 0])));
		expect(await bench.until(({ step }) => step === 'problem')).toMatchObject({
			problem: { code: 'file_other_arm', joints: ['shoulder_pan'] }
		});
	});

	it("phosphobot's file: its zero pose is the middle, counted from what the servos hold", async () => {
		const bench = await createBench({ calibration: shifted([7, -7, 7, -7, 7, -7]), middle: MIDDLE });
		// As its own procedure would read the zero pose, gripper closed.
		const offsets = SO101.joints.map(({ unit }, j) => {
			bench.hand.plant.q[j] = unit === 'percent' ? (SO101_CHAIN.joints[j]?.minRad ?? 0) : 0;
			return bench.arm.chain.presentPosition(j);
		});
		bench.run.importText(
			JSON.stringify({
				name: 'so-100',
				servos_offsets: offsets,
				servos_offsets_signs: [-1, 1, 1, 1, 1, 1]
			})
		);
		await bench.until(({ step }) => step === 'done');
		const held = bench.remembered();
		for (const [name, { homing_offset, range_min, range_max }] of Object.entries(held)) {
			const right = VIRTUAL_SO101_CALIBRATION[name];
			expect(Math.abs(homing_offset - (right?.homing_offset ?? 0)), name).toBeLessThanOrEqual(1);
			expect(Math.abs(range_min - (right?.range_min ?? 0)), name).toBeLessThanOrEqual(1);
			expect(Math.abs(range_max - (right?.range_max ?? 0)), name).toBeLessThanOrEqual(1);
		}
	});

	it('a damaged file is told by its own code and the arm may be swept instead', async () => {
		const bench = await createBench({ middle: MIDDLE });
		bench.run.importText('{"shoulder_pan": {"id": 1,');
		expect((await bench.until(({ step }) => step === 'problem')).problem?.code).toBe('file_truncated');
		bench.run.again();
		expect(bench.run.view.step).toBe('intro');
		bench.run.begin();
		await bench.until(({ step }) => step === 'middle');
	});

	it('an arm that holds itself up is not let go for a file', async () => {
		const bench = await createBench({ energised: true, middle: MIDDLE });
		bench.run.importText(file(shifted([20, 20, 20, 20, 20, 20])));
		expect((await bench.until(({ step }) => step === 'problem')).problem?.code).toBe('arm_energised');
		expect(bench.arm.chain.servos.map(({ memory }) => memory.byte(40))).toEqual([1, 1, 1, 1, 1, 1]);
		// Writing again would be refused again: the way on is the beginning, where a person holds it and torque goes off.
		bench.run.again();
		expect(bench.run.view.step).toBe('intro');
		bench.run.begin();
		await bench.until(({ step }) => step === 'middle');
		bench.run.importText(file(shifted([20, 20, 20, 20, 20, 20])));
		await bench.until(({ step }) => step === 'done');
	});
});
