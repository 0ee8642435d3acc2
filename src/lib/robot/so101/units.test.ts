import { describe, expect, it } from 'vitest';
import { SO101 } from '$lib/contracts';
import { VIRTUAL_SO101_CALIBRATION } from '$lib/sim';
import golden from '../fixtures/lerobot-units-golden.json';
import { createUnitConverter, ticksToUnit, unitToTicks, type JointUnit } from './units';

describe('units against LeRobot 0.6.1', () => {
	it.each(golden.cases.map((entry, index) => ({ ...entry, index })))(
		'case $index: $unit, drive mode $drive_mode',
		(entry) => {
			const calibration = {
				id: 1,
				homing_offset: 0,
				drive_mode: entry.drive_mode === 1 ? (1 as const) : (0 as const),
				range_min: entry.range_min,
				range_max: entry.range_max
			};
			const unit = entry.unit as JointUnit;
			for (const [ticks, value] of entry.toUnit)
				expect(ticksToUnit(unit, calibration, ticks ?? Number.NaN)).toBe(value);
			for (const [value, ticks] of entry.toTicks)
				expect(unitToTicks(unit, calibration, value ?? Number.NaN)).toBe(ticks);
		}
	);
});

describe('unit converter', () => {
	it('keeps goals inside the calibrated range and lets NaN stay NaN', () => {
		const units = createUnitConverter(SO101, VIRTUAL_SO101_CALIBRATION);
		const ticks = new Float64Array(6);
		units.toTicks([500, -500, Number.NaN, 0, 0, 1000], ticks);
		const pan = VIRTUAL_SO101_CALIBRATION['shoulder_pan'];
		const lift = VIRTUAL_SO101_CALIBRATION['shoulder_lift'];
		expect(ticks[0]).toBe(pan?.range_max);
		expect(ticks[1]).toBe(lift?.range_min);
		expect(ticks[2]).toBeNaN();
		expect(ticks[5]).toBe(VIRTUAL_SO101_CALIBRATION['gripper']?.range_max);
	});

	it('refuses a calibration without the joint', () => {
		expect(() => createUnitConverter(SO101, {})).toThrow(RangeError);
	});
});
