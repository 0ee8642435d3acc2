import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SO101, type Calibration, type JointCalibration } from '$lib/contracts';
import { VIRTUAL_SO101_CALIBRATION } from '$lib/sim';
import { homingFor, intoTurn } from '../so101/turn';
import { compareCalibrations } from './compare';

const HELD = VIRTUAL_SO101_CALIBRATION;
/** Whole teeth of a horn's spline, roughly. */
const SHIFTS = [164, -328, 0, 492, 900, 0];

function changed(
	change: (entry: JointCalibration, name: string, j: number) => Partial<JointCalibration>
): Calibration {
	return Object.fromEntries(
		Object.entries(HELD).map(([name, entry], j) => [name, { ...entry, ...change(entry, name, j) }])
	);
}

/** The same arm calibrated again: the middle held elsewhere by `moved`, ends missed by `missed`. */
function again(moved: readonly number[], missed: readonly number[]): Calibration {
	return changed(({ homing_offset, range_min, range_max }, name, j) => {
		const raw = intoTurn(2047 + homing_offset + (moved[j] ?? 0));
		const homing = homingFor(raw);
		if (name === 'wrist_roll') return { homing_offset: homing };
		const shift = homing_offset - homing;
		return {
			homing_offset: homing,
			range_min: range_min + shift + (missed[2 * j] ?? 0),
			range_max: range_max + shift - (missed[2 * j + 1] ?? 0)
		};
	});
}

describe('is this file of this arm?', () => {
	it('what the servos hold is equal', () => {
		expect(compareCalibrations(HELD, HELD, SO101)).toEqual({ kind: 'equal' });
	});

	it('the same arm, its middle pose held otherwise and its sweep not quite finished, is the same arm', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 6, maxLength: 6 }),
				fc.array(fc.integer({ min: 0, max: 140 }), { minLength: 12, maxLength: 12 }),
				(moved, missed) => compareCalibrations(again(moved, missed), HELD, SO101).kind !== 'other_arm'
			)
		);
	});

	it('horns that sit elsewhere are another arm, and the joints are named', () => {
		const other = changed(({ homing_offset }, _, j) => ({
			homing_offset: homing_offset + (SHIFTS[j] ?? 0)
		}));
		expect(compareCalibrations(other, HELD, SO101)).toEqual({
			kind: 'other_arm',
			joints: ['shoulder_pan', 'shoulder_lift', 'wrist_flex']
		});
		const one = changed(({ homing_offset }, name) =>
			name === 'gripper' ? { homing_offset: homing_offset - 700 } : {}
		);
		expect(compareCalibrations(one, HELD, SO101)).toEqual({ kind: 'other_arm', joints: ['gripper'] });
	});

	it('servos as new can be compared with nothing', () => {
		const asNew = changed(() => ({ homing_offset: 0, range_min: 0, range_max: 4095 }));
		expect(compareCalibrations(HELD, asNew, SO101)).toEqual({ kind: 'unknown' });
	});
});
