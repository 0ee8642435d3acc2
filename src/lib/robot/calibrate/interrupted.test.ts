// The cable pulled, the power gone, the tab closed, a cell worn out: at every moment of a calibration the arm holds the old
// one, the new one, or says of itself that it has none. Never a mixture.

import { describe, expect, it } from 'vitest';
import { SO101, SO101_CHAIN, type Calibration } from '$lib/contracts';
import { VIRTUAL_SO101_CALIBRATION } from '$lib/sim';
import { checkCalibration } from '../calibration';
import { formatLerobotCalibration } from '../calibration-files/lerobot-file';
import { createBench, type Bench } from './testing/calibrated-arm';

const OLD = VIRTUAL_SO101_CALIBRATION;
const NEW: Calibration = Object.fromEntries(
	Object.entries(OLD).map(([name, entry], j) => [
		name,
		name === 'wrist_roll'
			? { ...entry, homing_offset: entry.homing_offset + 40 }
			: {
					...entry,
					homing_offset: entry.homing_offset + 20 + j,
					range_min: entry.range_min + 15,
					range_max: entry.range_max - 5 - j
				}
	])
);
/** Servo register: 1 = its lasting memory is closed. */
const LOCK = 55;
const NEW_FILE = formatLerobotCalibration(NEW, SO101);
const MIDDLE = SO101_CHAIN.joints.map(({ name }) => (name === 'gripper' ? 0.5 : 0));

function whatItHolds(bench: Bench): 'old' | 'new' | 'none' | 'mixture' {
	const held = bench.remembered();
	if (JSON.stringify(held) === JSON.stringify(OLD)) return 'old';
	if (JSON.stringify(held) === JSON.stringify(NEW)) return 'new';
	return checkCalibration(held, SO101).ok ? 'mixture' : 'none';
}

/** Runs whatever is scheduled up to `untilMs`, with all promise steps. */
async function runTo(bench: Bench, untilMs: number): Promise<void> {
	for (let idle = 0; idle < 3;) {
		await new Promise((resolve) => setImmediate(resolve));
		idle = bench.arm.scheduler.runNext(untilMs) ? 0 : idle + 1;
	}
}

async function timeOfWriting(): Promise<[beginMs: number, endMs: number]> {
	const bench = await createBench({ middle: MIDDLE });
	bench.run.importText(NEW_FILE);
	await bench.until(({ step }) => step === 'writing');
	const begin = bench.arm.scheduler.now();
	await bench.until(({ step }) => step === 'done');
	expect(whatItHolds(bench)).toBe('new');
	return [begin, bench.arm.scheduler.now()];
}

describe('while it is written', () => {
	it('a cable pulled at any moment leaves the old one, the new one, or none', async () => {
		const [beginMs, endMs] = await timeOfWriting();
		const seen = new Map<string, number>();
		const moments = 120;
		for (let k = 0; k <= moments; k++) {
			const bench = await createBench({ middle: MIDDLE });
			bench.arm.scheduler.at(beginMs + ((endMs - beginMs) * k) / moments, () => bench.arm.transport.unplug());
			bench.run.importText(NEW_FILE);
			const { step, problem } = await bench.until((view) => view.step === 'done' || view.step === 'problem');
			if (step === 'problem') expect(problem?.code).toBe('port_lost');
			const held = whatItHolds(bench);
			seen.set(held, (seen.get(held) ?? 0) + 1);
			if (step === 'done') expect(held).toBe('new');
		}
		expect(seen.has('mixture')).toBe(false);
		expect(seen.get('old') ?? 0).toBeGreaterThan(0);
		expect(seen.get('none') ?? 0).toBeGreaterThan(0);
		expect(seen.get('new') ?? 0).toBeGreaterThan(0);
	});

	it('the power gone at any moment, the same', async () => {
		const [beginMs, endMs] = await timeOfWriting();
		for (let k = 0; k <= 40; k++) {
			const bench = await createBench({ middle: MIDDLE });
			bench.arm.scheduler.at(beginMs + ((endMs - beginMs) * k) / 40, () => {
				for (const servo of bench.arm.chain.servos) servo.missing = true;
			});
			bench.run.importText(NEW_FILE);
			await bench.until((view) => view.step === 'done' || view.step === 'problem', 60_000);
			expect(whatItHolds(bench)).not.toBe('mixture');
		}
	});

	it.each(SO101.joints.map(({ name }, j) => [name, j] as const))(
		'%s keeps an old value: the old calibration is put back, and it is told which joint',
		async (name, j) => {
			for (const address of [31, 9]) {
				if (name === 'wrist_roll' && address === 9) continue;
				const bench = await createBench({ middle: MIDDLE });
				bench.arm.chain.servos[j]?.memory.wornOut.add(address).add(address + 1);
				bench.run.importText(NEW_FILE);
				const { problem } = await bench.until((view) => view.step === 'done' || view.step === 'problem');
				expect(problem?.joints).toContain(name);
				expect(problem?.code).toBe('arm_setting_refused');
				expect(whatItHolds(bench)).toBe('old');
			}
		}
	);

	it('after a cable was pulled, the same file finishes the work', async () => {
		const [beginMs, endMs] = await timeOfWriting();
		const bench = await createBench({ middle: MIDDLE });
		bench.arm.scheduler.at((beginMs + endMs) / 2, () => {
			for (const servo of bench.arm.chain.servos) servo.missing = true;
		});
		bench.run.importText(NEW_FILE);
		const { problem } = await bench.until(({ step }) => step === 'problem', 60_000);
		expect(problem?.code).toBe('half_written');
		expect(whatItHolds(bench)).toBe('none');
		for (const servo of bench.arm.chain.servos) servo.missing = false;
		bench.run.again();
		await bench.until(({ step }) => step === 'done');
		expect(whatItHolds(bench)).toBe('new');
	});

	it('closing at any moment waits until the settings are whole and locked', async () => {
		const undisturbed = await createBench({ configured: false, middle: MIDDLE });
		undisturbed.run.begin();
		await undisturbed.until(({ step }) => step === 'middle');
		const endMs = undisturbed.arm.scheduler.now();
		const moments = 25;
		for (let k = 0; k < moments; k++) {
			const bench = await createBench({ configured: false, middle: MIDDLE });
			bench.run.begin();
			await runTo(bench, (endMs * k) / moments);
			expect(bench.run.view.step).toBe('intro');
			await bench.arm.settle(bench.run.close());
			// Whoever closes it shuts the port next: what has not been written by now never will be.
			for (const { memory } of bench.arm.chain.servos) expect(memory.byte(LOCK), `moment ${k}`).toBe(1);
			const connected = await bench.arm.settle(bench.session.connect());
			expect(connected.ok && connected.value.unconfigured, `moment ${k}`).toEqual([]);
		}
	});

	it('closing waits for the writing', async () => {
		const bench = await createBench({ middle: MIDDLE });
		bench.run.importText(NEW_FILE);
		await bench.until(({ step }) => step === 'writing');
		await bench.arm.settle(bench.run.close());
		expect(whatItHolds(bench)).toBe('new');
	});
});

describe('before it is written', () => {
	/** The moments of a whole calibration, in the order they come. */
	const PHASES: readonly (readonly [string, (bench: Bench) => Promise<unknown>])[] = [
		['before the beginning', () => Promise.resolve()],
		['while torque goes off', (bench) => (bench.run.begin(), runTo(bench, bench.arm.scheduler.now() + 2))],
		['while settings are read', (bench) => (bench.run.begin(), runTo(bench, bench.arm.scheduler.now() + 12))],
		['in the middle pose', (bench) => (bench.run.begin(), bench.until(({ step }) => step === 'middle'))],
		['at the start of the sweep', (bench) => bench.sweepAll(0)],
		['in the sweep', (bench) => bench.sweepAll(0.5)],
		['at its end', (bench) => bench.sweepAll()],
		[
			'while it is checked',
			async (bench) => {
				await bench.sweepAll();
				bench.run.finishSweep();
				await runTo(bench, bench.arm.scheduler.now() + 3);
				expect(bench.run.view.step).toBe('checking');
			}
		]
	];

	it.each(PHASES)('a cable pulled %s leaves the old calibration', async (_, reach) => {
		const bench = await createBench({ middle: MIDDLE });
		await reach(bench);
		bench.arm.transport.unplug();
		if (bench.run.view.step === 'intro') bench.run.begin();
		const { problem } = await bench.until(({ step }) => step === 'problem');
		expect(problem?.code).toBe('port_lost');
		expect(whatItHolds(bench)).toBe('old');
		expect(bench.arm.chain.servos.every(({ memory }) => memory.lastingWrites === 0)).toBe(true);
	});

	it.each(PHASES)('a tab closed %s, too, and no servo is asked again', async (_, reach) => {
		const bench = await createBench({ middle: MIDDLE });
		await reach(bench);
		await bench.arm.settle(bench.run.close());
		const seen = bench.views.length;
		await runTo(bench, bench.arm.scheduler.now() + 500);
		expect(bench.views).toHaveLength(seen);
		expect(whatItHolds(bench)).toBe('old');
	});

	it('somebody else writes to the servos meanwhile: nothing is put over it', async () => {
		const bench = await createBench({ middle: MIDDLE });
		await bench.sweepAll();
		bench.arm.chain.servos[1]?.memory.preset(31, 77, 2);
		bench.run.finishSweep();
		const { problem } = await bench.until(({ step }) => step === 'problem');
		expect(problem).toEqual({ code: 'changed_meanwhile', joints: ['shoulder_lift'] });
		expect(bench.arm.bus.counters.eepromWrites).toBe(0);
	});
});

it('a noisy line does not change the result', async () => {
	const quiet = await createBench({ middle: MIDDLE });
	await quiet.sweepAll();
	quiet.run.finishSweep();
	await quiet.until(({ step }) => step === 'done');
	const noise = 0.005;
	for (let seed = 1; seed <= 5; seed++) {
		const faults = { corrupt: noise, dropByte: noise, doubleByte: noise, late: noise, corruptRequest: noise };
		const bench = await createBench({ middle: MIDDLE, faults, seed });
		await bench.sweepAll();
		bench.run.finishSweep();
		await bench.until(({ step }) => step === 'done');
		expect(bench.remembered(), `seed ${seed}`).toEqual(quiet.remembered());
	}
});
